using System.Net;
using System.Text;
using System.Text.Json;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>What the remote server answered, read to its end.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body, or as much of it as was allowed.</param>
/// <param name="RetryAfter">How long it asks to be left alone.</param>
internal sealed record RemoteReply(HttpStatusCode Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter)
{
    private const int ExcerptLength = 300;

    /// <summary>Number of the last request that the server took from this node, when it refuses one as late.</summary>
    public long? LastRequest { get; init; }

    /// <summary>The status in words, such as Bad Gateway.</summary>
    public string Phrase
    {
        get
        {
            using var message = new HttpResponseMessage(Status);
            return message.ReasonPhrase is { Length: > 0 } phrase ? phrase : ((int)Status).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Whether the body is JSON, as far as it came.</summary>
    public bool IsJson
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Body);
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    /// <summary>The beginning of the body in one line, without the login.</summary>
    public string Excerpt(RemoteAccount account)
    {
        // The login is taken out before the text is cut, so that no half of it is left.
        var text = account.Clean(Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, 64 * 1024)]));
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var plain = new string([.. line.Where(c => !char.IsControl(c)).Take(ExcerptLength)]);
        return line.Length > ExcerptLength ? plain + "..." : plain;
    }
}
