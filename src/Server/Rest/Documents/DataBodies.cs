using System.IO.Compression;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Rest.Reading;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>The bodies of data documents: what a request's is written in, and where a response's is written to.</summary>
internal static class DataBodies
{
    /// <summary>What a request's body is written in, by its type; for compressed ones, the parameter format decides.</summary>
    /// <exception cref="Errors.Dhis2Exception">The type is none that can be read (415).</exception>
    public static DocumentFormat FormatOf(HttpRequest request, bool takesCsv)
    {
        var type = MediaType.Of(request);
        if (type.IsJson)
            return DocumentFormat.Json;
        if (DocumentBody.IsBytes(request))
            return takesCsv && IsCsv(request.Query["format"]) ? DocumentFormat.Csv : DocumentFormat.Json;
        var name = (request.ContentType ?? "").Split(';')[0].Trim();
        return takesCsv && name.EndsWith("/csv", StringComparison.OrdinalIgnoreCase)
            ? DocumentFormat.Csv
            : throw type.Unsupported(takesCsv ? "application/json or application/csv" : "application/json");
    }

    /// <summary>What the caller wants values written in: the parameter format, else the Accept header.</summary>
    /// <exception cref="Errors.Dhis2Exception">The parameter names a format that cannot be written.</exception>
    public static DocumentFormat WantedFormat(HttpRequest request)
    {
        var format = request.Query["format"].ToString();
        if (format.Length > 0)
        {
            return IsCsv(format) ? DocumentFormat.Csv
                : format.Equals("json", StringComparison.OrdinalIgnoreCase) ? DocumentFormat.Json
                : throw DataParameters.Wrong("format", format);
        }

        // Whoever takes JSON gets it, whatever else it takes.
        var accept = request.Headers.Accept.ToString();
        return accept.Contains("/csv", StringComparison.OrdinalIgnoreCase) && !accept.Contains("json", StringComparison.OrdinalIgnoreCase)
            ? DocumentFormat.Csv
            : DocumentFormat.Json;
    }

    /// <summary>Writes a document into the response, compressed and as an attachment when the caller asks for it.</summary>
    /// <exception cref="Errors.Dhis2Exception">It asks for a compression that there is not.</exception>
    public static async Task SendAsync(HttpContext http, DocumentFormat format, PreparedExport export)
    {
        var (type, extension) = format == DocumentFormat.Csv ? ("application/csv;charset=UTF-8", "csv") : ("application/json;charset=UTF-8", "json");
        var compression = http.Request.Query["compression"].ToString().ToUpperInvariant();
        var name = http.Request.Query["attachment"].ToString();
        var file = Path.GetFileNameWithoutExtension(name.Length > 0 ? name : "dataValues") + "." + extension;
        var response = http.Response;
        response.ContentType = type;
        response.Headers.CacheControl = "no-store";
        switch (compression)
        {
            case "GZIP":
                Attach(response, file + ".gz", "application/gzip");
                await using (var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true))
                    await export.WriteAsync(gzip, http.RequestAborted);
                break;
            case "ZIP":
                Attach(response, file + ".zip", "application/zip");
                // The archive writes the few bytes of its own headers without waiting.
                if (http.Features.Get<IHttpBodyControlFeature>() is { } control)
                    control.AllowSynchronousIO = true;
                await using (var archive = await ZipArchive.CreateAsync(response.Body, ZipArchiveMode.Create, leaveOpen: true, null, http.RequestAborted))
                {
                    await using var entry = await archive.CreateEntry(file, CompressionLevel.Fastest).OpenAsync(http.RequestAborted);
                    await export.WriteAsync(entry, http.RequestAborted);
                }

                break;
            case "" or "NONE":
                if (name.Length > 0)
                    Attach(response, file, type);
                await export.WriteAsync(response.Body, http.RequestAborted);
                break;
            default:
                throw DataParameters.Wrong("compression", compression);
        }
    }

    private static void Attach(HttpResponse response, string file, string type)
    {
        var disposition = new Microsoft.Net.Http.Headers.ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file);
        response.Headers.ContentDisposition = disposition.ToString();
        response.ContentType = type;
    }

    private static bool IsCsv(string? format) => string.Equals(format, "csv", StringComparison.OrdinalIgnoreCase);

    /// <summary>Documents are streamed to disk, so their size is no danger to memory.</summary>
    public sealed class NoSizeLimit : IRequestSizeLimitMetadata
    {
        /// <summary>The one.</summary>
        public static NoSizeLimit Instance { get; } = new();

        /// <inheritdoc/>
        public long? MaxRequestBodySize => long.MaxValue;
    }
}
