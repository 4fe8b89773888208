using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Metadata.Reading;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>Registration of metadata.</summary>
internal static class MetadataServices
{
    /// <summary>Adds import and export of metadata documents, and reading of single objects; they need the warehouse.</summary>
    public static IServiceCollection AddMetadata(this IServiceCollection services) =>
        services.AddSingleton<MetadataImport>().AddSingleton<MetadataExport>().AddSingleton<MetadataObjects>().AddSingleton<UserScopes>()
            .AddSingleton<StoredTypes>().AddHostedService(s => s.GetRequiredService<StoredTypes>())
            .AddHostedService<ProjectionUpgrade>();
}
