using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Composes a JSON document in a growing array: a failure on the way still becomes an envelope, and the length is
/// known before anything is sent. It trusts its caller to open and close in order, and copies names that were encoded
/// once; measured, a job configuration takes about half the time that <see cref="System.Text.Json.Utf8JsonWriter"/> takes
/// for the same calls. Instances are pooled.</summary>
internal sealed class JsonOutput
{
    /// <summary>Larger arrays are given back at once; they would be kept for one rare list.</summary>
    private const int LargestKept = 256 * 1024;
    private const int Smallest = 4096;

    // What JSON does not allow in a text.
    private static readonly SearchValues<char> _escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private byte[] _bytes = new byte[Smallest];
    private int _length;
    private bool _comma;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Empties it; false when it has grown too large to be kept.</summary>
    public bool TryReset()
    {
        (_length, _comma) = (0, false);
        return _bytes.Length <= LargestKept;
    }

    /// <summary>Opens an object.</summary>
    public void StartObject() => Open((byte)'{');

    /// <summary>Closes an object.</summary>
    public void EndObject() => Close((byte)'}');

    /// <summary>Opens an array.</summary>
    public void StartArray() => Open((byte)'[');

    /// <summary>Closes an array.</summary>
    public void EndArray() => Close((byte)']');

    /// <summary>The name of the member that follows.</summary>
    public void Name(JsonName name)
    {
        var to = Begin(name.Member.Length);
        name.Member.CopyTo(to);
        _length += name.Member.Length;
        _comma = false;
    }

    /// <summary>The name of the member that follows, when it is known only now.</summary>
    public void Name(string name)
    {
        String(name);
        Append(":"u8);
        _comma = false;
    }

    /// <summary>A text that was encoded before.</summary>
    public void String(JsonName text) => Value(text.Value);

    /// <summary>A text.</summary>
    public void String(ReadOnlySpan<char> text)
    {
        // A character takes three bytes at most, or six when it is escaped.
        var plain = text.IndexOfAny(_escaped) < 0;
        var to = Begin(text.Length * (plain ? 3 : 6) + 2);
        to[0] = (byte)'"';
        var length = plain ? Encoding.UTF8.GetBytes(text, to[1..]) : Escape(text, to[1..]);
        to[length + 1] = (byte)'"';
        _length += length + 2;
        _comma = true;
    }

    /// <summary>A text of ASCII in which nothing needs escaping.</summary>
    public void Ascii(ReadOnlySpan<byte> text)
    {
        var to = Begin(text.Length + 2);
        to[0] = (byte)'"';
        text.CopyTo(to[1..]);
        to[text.Length + 1] = (byte)'"';
        _length += text.Length + 2;
        _comma = true;
    }

    /// <summary>Bytes as Base64.</summary>
    public void Base64(ReadOnlySpan<byte> bytes)
    {
        var to = Begin(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length) + 2);
        to[0] = (byte)'"';
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, to[1..], out _, out var length);
        to[length + 1] = (byte)'"';
        _length += length + 2;
        _comma = true;
    }

    /// <summary>True or false.</summary>
    public void Bool(bool value) => Value(value ? "true"u8 : "false"u8);

    /// <summary>Null.</summary>
    public void Null() => Value("null"u8);

    /// <summary>A number.</summary>
    public void Number<T>(T value)
        where T : IUtf8SpanFormattable
    {
        // The longest double takes 24 characters.
        value.TryFormat(Begin(32), out var length, default, CultureInfo.InvariantCulture);
        _length += length;
        _comma = true;
    }

    /// <summary>A value that is JSON already.</summary>
    public void Raw(string json) => Value(Encoding.UTF8.GetBytes(json));

    /// <summary>Bytes outside the document, such as the end of a line.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
        _comma = false;
    }

    private void Value(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Begin(bytes.Length));
        _length += bytes.Length;
        _comma = true;
    }

    private void Open(byte bracket)
    {
        Begin(1)[0] = bracket;
        _length++;
        _comma = false;
    }

    private void Close(byte bracket)
    {
        Room(1)[0] = bracket;
        _length++;
        _comma = true;
    }

    // Room for the next member or element, after the comma that parts it from the one before.
    private Span<byte> Begin(int length)
    {
        var to = Room(length + 1);
        if (!_comma)
            return to;
        to[0] = (byte)',';
        _length++;
        return to[1..];
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_length + length)));
        return _bytes.AsSpan(_length);
    }

    private static int Escape(ReadOnlySpan<char> text, Span<byte> to)
    {
        var length = 0;
        while (text.Length > 0)
        {
            var plain = text.IndexOfAny(_escaped);
            length += Encoding.UTF8.GetBytes(plain < 0 ? text : text[..plain], to[length..]);
            if (plain < 0)
                break;
            to[length++] = (byte)'\\';
            var c = text[plain];
            var letter = c switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => 'u' };
            to[length++] = (byte)letter;
            if (letter == 'u')
            {
                Utf8Formatter.TryFormat((int)c, to[length..], out var digits, new StandardFormat('x', 4));
                length += digits;
            }

            text = text[(plain + 1)..];
        }

        return length;
    }
}
