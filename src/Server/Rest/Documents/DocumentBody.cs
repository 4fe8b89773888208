using Dhis2Grpc.Server.Rest.Reading;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Bodies that are documents.</summary>
internal static class DocumentBody
{
    // What clients say who send compressed files; the first bytes tell whether it is one.
    private static readonly string[] _bytes = ["application/gzip", "application/x-gzip", "application/zip", "application/octet-stream"];

    /// <summary>The body, which is JSON, gzipped or not.</summary>
    /// <exception cref="Errors.Dhis2Exception">It says that it is something else (415).</exception>
    public static Stream Of(HttpContext http)
    {
        var type = MediaType.Of(http.Request);
        return type.IsJson || IsBytes(http.Request) ? http.Request.Body : throw type.Unsupported("application/json");
    }

    /// <summary>Whether the body says no more of itself than that it is bytes, or compressed.</summary>
    public static bool IsBytes(HttpRequest request) => _bytes.Any(t => request.ContentType?.StartsWith(t, StringComparison.OrdinalIgnoreCase) is true);
}
