using System.IO.Compression;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Security;
using Microsoft.AspNetCore.Http.Features;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Metadata documents over REST, streamed both ways.</summary>
internal static class MetadataDocuments
{
    // From this version on the report comes in an envelope, and a status that is not OK is 409.
    private const int FirstEnveloped = 38;

    private static readonly HashSet<string> NoTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        "download", "skipSharing", "skipTranslation", "paging", "fields", "filter", "order", "translate", "defaults", "inclusionStrategy", "assumeTrue",
    };

    /// <summary>Maps <c>/api/metadata</c>; the version has left the path before routing.</summary>
    public static IEndpointRouteBuilder MapMetadataDocuments(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/metadata", ImportAsync).WithMetadata(MetadataDescriptions.Import);
        app.MapGet("/api/metadata", (HttpContext http, MetadataExport export) => ExportAsync(http, export, false)).WithMetadata(MetadataDescriptions.Export);
        app.MapGet("/api/metadata.json", (HttpContext http, MetadataExport export) => ExportAsync(http, export, false)).WithMetadata(MetadataDescriptions.ExportJson);
        app.MapGet("/api/metadata.json.gz", (HttpContext http, MetadataExport export) => ExportAsync(http, export, true)).WithMetadata(MetadataDescriptions.ExportGzip);
        return app;
    }

    private static async Task ImportAsync(HttpContext http, MetadataImport import)
    {
        // A document goes to disk, not to memory: it may be larger than other bodies.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        var report = await import.ImportAsync(DocumentBody.Of(http), Options(http.Request.Query), http.Caller(), http.RequestAborted);
        var message = report.ToMessage();
        if (RestVersion.Of(http) is < FirstEnveloped)
        {
            await RestResponse.WriteAsync(http, message);
            return;
        }
        var ok = report.Status == ImportStatus.Ok;
        await RestResponse.WriteAsync(http, message, ok ? StatusCodes.Status200OK : StatusCodes.Status409Conflict, Envelope.WebMessage,
            ok ? null : "One or more errors occurred, please see full details in import report.", ok ? "OK" : "WARNING");
    }

    private static async Task ExportAsync(HttpContext http, MetadataExport export, bool compress)
    {
        var types = http.Request.Query.Where(q => q.Value == "true" && !NoTypes.Contains(q.Key)).Select(q => q.Key).ToList();
        MetadataExport.Authorize(types, http.Caller());
        http.Response.ContentType = compress ? "application/gzip" : "application/json";
        if (compress || http.Request.Query.ContainsKey("download"))
            http.Response.Headers.ContentDisposition = $"attachment; filename=metadata.json{(compress ? ".gz" : "")}";
        if (!compress)
        {
            await export.ExportAsync(http.Response.Body, types, http.Caller(), http.RequestAborted);
            return;
        }
        await using var gzip = new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await export.ExportAsync(gzip, types, http.Caller(), http.RequestAborted);
    }

    // As in DHIS2, a value that is not known counts as the default.
    private static MetadataImportOptions Options(IQueryCollection query) => new()
    {
        Strategy = Value(query, "importStrategy") switch
        {
            "CREATE" or "NEW" => ImportStrategy.Create,
            "UPDATE" or "UPDATES" => ImportStrategy.Update,
            "DELETE" or "DELETES" => ImportStrategy.Delete,
            _ => ImportStrategy.CreateAndUpdate,
        },
        Atomic = Value(query, "atomicMode") == "NONE" ? AtomicMode.None : AtomicMode.All,
        Mode = Value(query, "importMode") == "VALIDATE" || Value(query, "dryRun") == "TRUE" ? ImportMode.Validate : ImportMode.Commit,
        Identifier = Value(query, "identifier") == "CODE" ? ImportIdentifier.Code : ImportIdentifier.Uid,
        ReportMode = Value(query, "importReportMode") is "FULL" or "DEBUG" ? ImportReportMode.Full : ImportReportMode.Errors,
        SkipSharing = Value(query, "skipSharing") == "TRUE",
        SkipTranslation = Value(query, "skipTranslation") == "TRUE",
    };

    private static string Value(IQueryCollection query, string name) => query[name].ToString().ToUpperInvariant();
}
