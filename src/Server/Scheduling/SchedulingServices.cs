namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Registers the feature.</summary>
internal static class SchedulingServices
{
    /// <summary>Adds the scheduler; needs a job store and progress.</summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services)
    {
        services.AddOptions<SchedulingOptions>();
        services.AddSingleton<JobCatalog>();
        services.AddSingleton<JobConfigurations>();
        services.AddSingleton<JobRuns>();
        return services;
    }
}
