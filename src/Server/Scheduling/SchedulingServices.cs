namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Registers the feature.</summary>
internal static class SchedulingServices
{
    /// <summary>Adds the scheduler, which starts and stops with the server; needs a job store and progress.</summary>
    public static IServiceCollection AddScheduling(this IServiceCollection services)
    {
        services.AddOptions<SchedulingOptions>();
        services.AddSingleton<ServerInstance>();
        services.AddSingleton<RunIds>();
        services.AddSingleton<Telemetry>();
        services.AddSingleton<JobCatalog>();
        services.AddSingleton<SkippedRuns>();
        services.AddSingleton<JobBoard>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<QueueRuns>();
        services.AddSingleton<QueueChain>();
        services.AddSingleton<SchedulerLoop>();
        services.AddSingleton<SystemJobs>();
        services.AddSingleton<JobViews>();
        services.AddSingleton<JobConfigurations>();
        services.AddSingleton<JobRuns>();
        services.AddSingleton<JobQueues>();
        services.AddSingleton<JobMaintenance>();
        services.AddSingleton<QueueHistory>();
        services.AddHostedService<SchedulerService>();
        return services;
    }
}
