namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>Registration of the versions of metadata.</summary>
internal static class MetadataVersionServices
{
    /// <summary>Adds versions and their snapshots; they need the warehouse.</summary>
    public static IServiceCollection AddMetadataVersions(this IServiceCollection services) =>
        services.AddSingleton<MetadataVersions>().AddSingleton<MetadataSnapshots>();
}
