namespace Dhis2Grpc.Server.Jobs.MetaDataSync;

/// <summary>Registers the job.</summary>
internal static class MetaDataSyncServices
{
    /// <summary>Adds the work of META_DATA_SYNC.</summary>
    public static IServiceCollection AddMetaDataSyncJob(this IServiceCollection services) => services.AddSingleton<IJob, MetaDataSyncJob>();
}
