using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Snapshots of metadata versions over REST, byte for byte as they were made.</summary>
internal static class MetadataVersionDocuments
{
    /// <summary>Maps the snapshots below <c>/api/metadata/version</c>.</summary>
    public static void MapMetadataVersionDocuments(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/metadata/version/{versionName}/data", (HttpContext http, PublishedVersions versions, string versionName) => SendAsync(http, versions, versionName, gzip: false))
            .WithMetadata(MetadataDescriptions.VersionData);
        app.MapGet("/api/metadata/version/{versionName}/data.gz", (HttpContext http, PublishedVersions versions, string versionName) => SendAsync(http, versions, versionName, gzip: true))
            .WithMetadata(MetadataDescriptions.VersionDataGzip);
    }

    private static async Task SendAsync(HttpContext http, PublishedVersions versions, string name, bool gzip)
    {
        await using var snapshot = await versions.OpenAsync(name, gzip, http.Caller(), http.RequestAborted);
        var response = http.Response;
        // The document is a gzip file. With a content encoding clients would unpack it, and then try once more.
        response.ContentType = gzip ? "application/gzip" : "application/json";
        response.Headers.CacheControl = "no-store";
        if (gzip) response.Headers.ContentDisposition = "attachment; filename=metadata.json.gz";
        await snapshot.CopyToAsync(response.Body, http.RequestAborted);
    }
}
