namespace Dhis2Grpc.Server.Jobs.DataSync;

/// <summary>Registers the job.</summary>
internal static class DataSyncServices
{
    /// <summary>Adds the work of DATA_SYNC.</summary>
    public static IServiceCollection AddDataSyncJob(this IServiceCollection services) => services.AddSingleton<IJob, DataSyncJob>();
}
