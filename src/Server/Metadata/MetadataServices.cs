namespace Dhis2Grpc.Server.Metadata;

/// <summary>Registration of metadata import and export.</summary>
internal static class MetadataServices
{
    /// <summary>Adds import and export of metadata documents; they need the warehouse.</summary>
    public static IServiceCollection AddMetadata(this IServiceCollection services) =>
        services.AddSingleton<MetadataImport>().AddSingleton<MetadataExport>();
}
