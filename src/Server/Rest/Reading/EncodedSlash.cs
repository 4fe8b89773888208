using Microsoft.AspNetCore.Http.Features;

namespace Dhis2Grpc.Server.Rest.Reading;

/// <summary>Slashes inside of a path's segment. The listener decodes all of a path but <c>%2F</c>, so that it ends no
/// segment; what was sent tells it from a text that holds just these letters.</summary>
internal static class EncodedSlash
{
    private const string Encoded = "%2F";

    /// <summary>A segment of the path as it was meant.</summary>
    public static string Decode(string segment, HttpContext http)
    {
        if (!segment.Contains(Encoded, StringComparison.OrdinalIgnoreCase) || http.Features.Get<IHttpRequestFeature>()?.RawTarget is not { } target)
            return segment;
        var end = target.IndexOf('?', StringComparison.Ordinal);
        foreach (var sent in (end < 0 ? target : target[..end]).Split('/'))
        {
            var routed = Uri.UnescapeDataString(sent.Replace(Encoded, "%252F", StringComparison.OrdinalIgnoreCase));
            if (routed.Equals(segment, StringComparison.OrdinalIgnoreCase))
                return Uri.UnescapeDataString(sent);
        }

        return segment;
    }
}
