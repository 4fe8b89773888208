namespace Dhis2Grpc.Server.Jobs.Test;

/// <summary>Registers the job.</summary>
internal static class TestJobServices
{
    /// <summary>Adds the work of TEST.</summary>
    public static IServiceCollection AddTestJob(this IServiceCollection services) => services.AddSingleton<IJob, TestJob>();
}
