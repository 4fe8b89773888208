using System.Buffers;
using System.Text;
using Dhis2Grpc.Server.Errors;
using Microsoft.Net.Http.Headers;

namespace Dhis2Grpc.Server.Rest.Reading;

/// <summary>What a request says its body is. Without <c>Content-Type</c> it is taken for JSON.</summary>
internal readonly struct MediaType
{
    private readonly string? _text;
    private readonly Encoding? _encoding;

    private MediaType(string? text, bool isJson, bool isText, Encoding? encoding, bool isPatch = false) =>
        (_text, IsJson, IsText, _encoding, IsPatch) = (text, isJson, isText, encoding, isPatch);

    /// <summary>JSON, or a type built on it.</summary>
    public bool IsJson { get; }

    /// <summary>JSON Patch.</summary>
    public bool IsPatch { get; }

    /// <summary>Plain text.</summary>
    public bool IsText { get; }

    /// <summary>Reads the headers.</summary>
    /// <exception cref="Dhis2Exception">Unknown character set, or an encoding that nothing could undo (415).</exception>
    public static MediaType Of(HttpRequest request)
    {
        var text = request.ContentType;
        // Known encodings were undone before; what is left is unknown.
        if (request.Headers.ContentEncoding is [{ Length: > 0 } coding] && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw Refused($"The content encoding {coding} is not supported.");
        if (string.IsNullOrEmpty(text))
            return new MediaType(null, isJson: true, isText: false, null);
        if (!MediaTypeHeaderValue.TryParse(text, out var type))
            return new MediaType(text, false, false, null);
        var isJson = type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);
        var isText = type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase);
        return new MediaType(text, isJson, isText, EncodingOf(HeaderUtilities.RemoveQuotes(type.Charset).Value),
            type.MediaType.Equals("application/json-patch+json", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The body in UTF-8, without byte order mark.</summary>
    public ReadOnlySequence<byte> ToUtf8(ReadOnlySequence<byte> body)
    {
        if (_encoding is not null)
            body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(_encoding.GetString(body)));
        var reader = new SequenceReader<byte>(body);
        return reader.IsNext([0xEF, 0xBB, 0xBF], advancePast: true) ? body.Slice(3) : body;
    }

    /// <summary>The failure of a body of another type than the method takes (415).</summary>
    public Dhis2Exception Unsupported(string expected) => Refused($"The content type {_text} is not supported; send {expected}.");

    // Null for UTF-8, which needs no change.
    private static Encoding? EncodingOf(string? charset)
    {
        if (string.IsNullOrEmpty(charset) || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            return Encoding.GetEncoding(charset);
        }
        catch (ArgumentException)
        {
            throw Refused($"The character set {charset} is not supported; send UTF-8.");
        }
    }

    private static Dhis2Exception Refused(string message) =>
        new(ErrorKind.InvalidArgument, message) { HttpStatus = StatusCodes.Status415UnsupportedMediaType };
}
