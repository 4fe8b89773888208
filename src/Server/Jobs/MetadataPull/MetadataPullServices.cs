namespace Dhis2Grpc.Server.Jobs.MetadataPull;

/// <summary>Registers the job.</summary>
internal static class MetadataPullServices
{
    /// <summary>Adds the work of METADATA_IMPORT.</summary>
    public static IServiceCollection AddMetadataPullJob(this IServiceCollection services) => services.AddSingleton<IJob, MetadataPullJob>();
}
