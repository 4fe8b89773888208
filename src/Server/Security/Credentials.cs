using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text;

namespace Dhis2Grpc.Server.Security;

/// <summary>Login name and password of a Basic header.</summary>
internal readonly record struct Credentials(string Username, string Password)
{
    // Longer ones are nobody's, and only cost time to hash.
    private const int MaxLength = 4096;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Whether the header uses the Basic scheme.</summary>
    public static bool IsBasic(string header) =>
        header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads <c>Basic base64(user:password)</c>, UTF-8.</summary>
    public static bool TryParse(string header, out Credentials credentials)
    {
        credentials = default;
        if (header.Length > MaxLength || !AuthenticationHeaderValue.TryParse(header, out var value) || value.Parameter is null)
            return false;
        var bytes = new byte[value.Parameter.Length];
        if (!Convert.TryFromBase64String(value.Parameter, bytes, out var length)
            || !TryDecode(bytes.AsSpan(0, length), out var text))
        {
            return false;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            return false;
        credentials = new(text[..colon], text[(colon + 1)..]);
        return true;
    }

    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => Username;

    private static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = StrictUtf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }
}
