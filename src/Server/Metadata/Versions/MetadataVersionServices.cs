namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>Registration of the versions of metadata.</summary>
internal static class MetadataVersionServices
{
    /// <summary>Adds versions and their snapshots; they need metadata, the warehouse and settings.</summary>
    public static IServiceCollection AddMetadataVersions(this IServiceCollection services)
    {
        services.AddOptions<MetadataVersionOptions>();
        return services.AddSingleton<MetadataVersions>().AddSingleton<MetadataSnapshots>().AddSingleton<MetadataVersionCreation>()
            .AddSingleton<PublishedVersions>().AddHostedService<SystemVersionSetting>();
    }
}
