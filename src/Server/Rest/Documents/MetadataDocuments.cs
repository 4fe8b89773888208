using System.IO.Compression;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Security;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Metadata documents over REST, streamed both ways.</summary>
internal static class MetadataDocuments
{
    // From this version on the report comes in an envelope, and a status that is not OK is 409.
    private const int FirstEnveloped = 38;

    private static readonly HashSet<string> NoTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        "download", "skipSharing", "skipTranslation", "paging", "fields", "filter", "order", "rootJunction", "translate", "defaults", "inclusionStrategy", "assumeTrue",
    };

    // The types that DHIS2 exports with all that they need.
    private static readonly string[] WithDependencies = ["dataSets", "programs", "categoryCombos", "optionSets", "dataElementGroups", "dashboards"];

    /// <summary>Maps <c>/api/metadata</c>; the version has left the path before routing.</summary>
    public static IEndpointRouteBuilder MapMetadataDocuments(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/metadata", ImportAsync).WithMetadata(MetadataDescriptions.Import);
        app.MapGet("/api/metadata", (HttpContext http, MetadataExport export) => ExportAsync(http, export, false)).WithMetadata(MetadataDescriptions.Export);
        app.MapGet("/api/metadata.json", (HttpContext http, MetadataExport export) => ExportAsync(http, export, false)).WithMetadata(MetadataDescriptions.ExportJson);
        app.MapGet("/api/metadata.json.gz", (HttpContext http, MetadataExport export) => ExportAsync(http, export, true)).WithMetadata(MetadataDescriptions.ExportGzip);
        app.MapGet("/api/metadata.json.zip", ExportZipAsync).WithMetadata(MetadataDescriptions.ExportZip);
        foreach (var type in WithDependencies)
        {
            app.MapGet($"/api/{type}/{{uid}}/metadata", (HttpContext http, MetadataExport export, string uid) => ExportAsync(http, export, Dependencies(http, type, uid), false))
                .WithMetadata(MetadataDescriptions.Dependencies(type));
        }
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

    private static Task ExportAsync(HttpContext http, MetadataExport export, bool compress) => ExportAsync(http, export, ExportOptions(http), compress);

    private static async Task ExportAsync(HttpContext http, MetadataExport export, MetadataExportOptions options, bool compress)
    {
        var query = http.Request.Query;
        (options, var fields) = Asked(http, options);
        var body = http.Response.Body;
        http.Response.ContentType = compress ? "application/gzip" : "application/json";
        if (compress || query.ContainsKey("download"))
            http.Response.Headers.ContentDisposition = $"attachment; filename=metadata.json{(compress ? ".gz" : "")}";
        if (!compress)
        {
            await export.ExportAsync(body, options, fields, http.Caller(), http.RequestAborted);
            return;
        }
        await using var gzip = new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true);
        await export.ExportAsync(gzip, options, fields, http.Caller(), http.RequestAborted);
    }

    private static async Task ExportZipAsync(HttpContext http, MetadataExport export)
    {
        var (options, fields) = Asked(http, ExportOptions(http));
        http.Response.ContentType = "application/zip";
        http.Response.Headers.ContentDisposition = "attachment; filename=metadata.json.zip";
        // The archive writes the few bytes of its own headers without waiting.
        if (http.Features.Get<IHttpBodyControlFeature>() is { } control)
            control.AllowSynchronousIO = true;
        await using var archive = await ZipArchive.CreateAsync(http.Response.Body, ZipArchiveMode.Create, leaveOpen: true, null, http.RequestAborted);
        await using var entry = await archive.CreateEntry("metadata.json", CompressionLevel.Fastest).OpenAsync(http.RequestAborted);
        await export.ExportAsync(entry, options, fields, http.Caller(), http.RequestAborted);
    }

    private static (MetadataExportOptions Options, ExportFields Fields) Asked(HttpContext http, MetadataExportOptions options)
    {
        var query = http.Request.Query;
        MetadataExport.Authorize(options, http.Caller());
        var formatter = http.RequestServices.GetRequiredService<RestFormatter>();
        var fields = new ExportFields(http.RequestServices.GetRequiredService<MetadataObjects>(), formatter, formatter.ScopeOf(http), http.Caller(), query.Where(q => q.Key.EndsWith(":fields", StringComparison.OrdinalIgnoreCase)).ToDictionary(q => Collection(q.Key), q => q.Value.ToString()),
            query.TryGetValue("fields", out var all) && options.Root is null ? all.ToString() : null, options.SkipSharing);
        return (options, fields);
    }

    private static MetadataExportOptions Dependencies(HttpContext http, string collection, string uid) => new()
    {
        Root = (collection, uid),
        SkipSharing = Value(http.Request.Query, "skipSharing") == "TRUE",
        ExcludeDefaults = Value(http.Request.Query, "defaults") == "EXCLUDE",
    };

    private static MetadataExportOptions ExportOptions(HttpContext http)
    {
        var query = http.Request.Query;
        var types = query.Where(q => q.Key.Contains(':', StringComparison.Ordinal)
                ? q.Key[(q.Key.IndexOf(':', StringComparison.Ordinal) + 1)..].ToUpperInvariant() is "FIELDS" or "FILTER" or "ORDER"
                : "true".Equals(q.Value, StringComparison.OrdinalIgnoreCase) && !NoTypes.Contains(q.Key))
            .Select(q => Collection(q.Key)).Distinct(StringComparer.Ordinal);
        return new MetadataExportOptions
        {
            Types = [.. types.Select(t => new ExportedType(t) { Query = Query(http, $"{t}:filter", $"{t}:order") })],
            Query = Query(http, "filter", "order"),
            SkipSharing = Value(query, "skipSharing") == "TRUE",
            ExcludeDefaults = Value(query, "defaults") == "EXCLUDE",
        };
    }

    private static MetadataQuery? Query(HttpContext http, string filter, string order)
    {
        var (filters, orders) = (http.Request.Query[filter], http.Request.Query[order]);
        if (filters.Count == 0 && orders.Count == 0) return null;
        return new MetadataQuery
        {
            Filters = [.. filters.Select(f => ListFilter.Parse(f ?? ""))],
            Any = ListFilter.IsAny(http.Request.Query["rootJunction"]),
            Orders = [.. ListOrder.Parse(orders.OfType<string>())],
            Zone = http.RequestServices.GetRequiredService<IOptions<RestOptions>>().Value.Zone,
        };
    }

    private static string Collection(string key) => key.Split(':')[0];

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
