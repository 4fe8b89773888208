namespace Dhis2Grpc.Server.Jobs.AnalyticsTable;

/// <summary>Registers the job.</summary>
internal static class AnalyticsTableServices
{
    /// <summary>Adds the ANALYTICS_TABLE job and the table types it can build.</summary>
    public static IServiceCollection AddAnalyticsTableJob(this IServiceCollection services)
    {
        services.AddSingleton<IAnalyticsTable, DataValueTable>();
        services.AddSingleton<IJob, AnalyticsTableJob>();
        return services;
    }
}
