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
    /// <param name="request">The request.</param>
    /// <param name="values">It holds data values, which come in CSV and XML too; otherwise JSON only.</param>
    /// <exception cref="Errors.Dhis2Exception">The type is none that can be read (415).</exception>
    public static DocumentFormat FormatOf(HttpRequest request, bool values)
    {
        var type = MediaType.Of(request);
        if (type.IsJson)
            return DocumentFormat.Json;
        if (DocumentBody.IsBytes(request))
            return values ? Named(request.Query["format"]) ?? DocumentFormat.Json : DocumentFormat.Json;
        var name = (request.ContentType ?? "").Split(';')[0].Trim();
        if (values && name.EndsWith("/csv", StringComparison.OrdinalIgnoreCase))
            return DocumentFormat.Csv;
        return values && name.EndsWith("/xml", StringComparison.OrdinalIgnoreCase)
            ? DocumentFormat.Xml
            : throw type.Unsupported(values ? "application/json, application/xml or application/csv" : "application/json");
    }

    /// <summary>What the caller wants values written in: the ending of the path, else the parameter format, else the Accept header.</summary>
    /// <exception cref="Errors.Dhis2Exception">The ending or the parameter names a format that cannot be written.</exception>
    public static DocumentFormat WantedFormat(HttpRequest request)
    {
        var format = Path.GetExtension(request.Path.Value)?.TrimStart('.');
        if (string.IsNullOrEmpty(format))
            format = request.Query["format"].ToString();
        if (format.Length > 0)
            return Named(format) ?? throw DataParameters.Wrong("format", format);

        // Whoever takes JSON, or anything, gets it, whatever else it takes.
        var accept = request.Headers.Accept.ToString();
        if (accept.Contains("json", StringComparison.OrdinalIgnoreCase))
            return DocumentFormat.Json;
        return accept.Contains("/csv", StringComparison.OrdinalIgnoreCase) ? DocumentFormat.Csv
            : accept.Contains("application/xml", StringComparison.OrdinalIgnoreCase) && !accept.Contains("*/*", StringComparison.Ordinal) ? DocumentFormat.Xml
            : DocumentFormat.Json;
    }

    /// <summary>Writes a document into the response: compressed and as an attachment when the caller asks for it, and otherwise
    /// with a content encoding that it accepts.</summary>
    /// <exception cref="Errors.Dhis2Exception">It asks for a compression that there is not.</exception>
    public static async Task SendAsync(HttpContext http, DocumentFormat format, string title, PreparedExport export)
    {
        var (type, extension) = format switch
        {
            DocumentFormat.Csv => ("application/csv;charset=UTF-8", "csv"),
            DocumentFormat.Xml => ("application/xml;charset=UTF-8", "xml"),
            _ => ("application/json;charset=UTF-8", "json"),
        };
        var compression = http.Request.Query["compression"].ToString().ToUpperInvariant();
        var name = http.Request.Query["attachment"].ToString();
        var file = Path.GetFileNameWithoutExtension(name.Length > 0 ? name : title) + "." + extension;
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
                response.Headers.Vary = "Accept-Encoding";
                if (compression.Length > 0 || !AcceptsGzip(http.Request))
                {
                    await export.WriteAsync(response.Body, http.RequestAborted);
                    break;
                }

                response.Headers.ContentEncoding = "gzip";
                await using (var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true))
                    await export.WriteAsync(gzip, http.RequestAborted);
                break;
            default:
                throw DataParameters.Wrong("compression", compression);
        }
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);

    private static void Attach(HttpResponse response, string file, string type)
    {
        var disposition = new Microsoft.Net.Http.Headers.ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file);
        response.Headers.ContentDisposition = disposition.ToString();
        response.ContentType = type;
    }

    private static DocumentFormat? Named(string? format) => format?.ToUpperInvariant() switch
    {
        "CSV" => DocumentFormat.Csv,
        "XML" => DocumentFormat.Xml,
        "JSON" => DocumentFormat.Json,
        _ => null,
    };

    /// <summary>Documents are streamed to disk, so their size is no danger to memory.</summary>
    public sealed class NoSizeLimit : IRequestSizeLimitMetadata
    {
        /// <summary>The one.</summary>
        public static NoSizeLimit Instance { get; } = new();

        /// <inheritdoc/>
        public long? MaxRequestBodySize => long.MaxValue;
    }
}
