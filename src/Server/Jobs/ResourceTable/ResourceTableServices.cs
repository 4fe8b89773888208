namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Registers the job.</summary>
internal static class ResourceTableServices
{
    /// <summary>Adds the RESOURCE_TABLE job, and the building of its tables for other jobs.</summary>
    public static IServiceCollection AddResourceTableJob(this IServiceCollection services)
    {
        services.AddSingleton<IResourceTables, ResourceTables>();
        services.AddSingleton<IJob, ResourceTableJob>();
        return services;
    }
}
