using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Composes a JSON document in a growing array: a failure on the way still becomes an envelope, and the length is
/// known before anything is sent. It trusts its caller to open and close in order, and copies names that were encoded
/// once; measured, a job configuration takes about half the time that <see cref="System.Text.Json.Utf8JsonWriter"/> takes
/// for the same calls. Instances are pooled; what a large document needs beyond their own array is rented.</summary>
internal sealed class JsonOutput
{
    private const int Own = 4096;
    private const int Keeps = 8;

    // What JSON does not allow in a text.
    private static readonly SearchValues<char> _escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private readonly byte[] _own = new byte[Own];
    private readonly Kept[] _keeps = new Kept[Keeps];
    private byte[] _bytes;
    private int _length;
    private bool _comma;
    private int _kept;

    /// <summary>An empty one.</summary>
    public JsonOutput() => _bytes = _own;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Empties it, and gives back what it rented.</summary>
    public void Reset()
    {
        (_length, _comma, _kept) = (0, false, 0);
        Array.Clear(_keeps);
        if (_bytes == _own)
            return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = _own;
    }

    /// <summary>Where the next value will begin.</summary>
    public int Next => _comma ? _length + 1 : _length;

    /// <summary>Copies a value from earlier in the document: in a list many objects hold the very same one, such as what
    /// the caller may do with them. False when it is not among the last that were kept.</summary>
    public bool TryRepeat(object value, Selection? selection)
    {
        foreach (ref readonly var kept in _keeps.AsSpan())
        {
            if (kept.Value != value || kept.Selection != selection)
                continue;
            var to = Begin(kept.Length);
            _bytes.AsSpan(kept.Start, kept.Length).CopyTo(to);
            _length += kept.Length;
            _comma = true;
            return true;
        }

        return false;
    }

    /// <summary>Remembers what was written since <paramref name="start"/> as this value, in place of the one kept longest.</summary>
    public void Keep(object value, Selection? selection, int start) =>
        _keeps[_kept++ % Keeps] = new Kept(value, selection, start, _length - start);


    /// <summary>A text as it stands in JSON, without quotes.</summary>
    public static byte[] Encode(string text)
    {
        if (text.AsSpan().IndexOfAny(_escaped) < 0)
            return Encoding.UTF8.GetBytes(text);
        var bytes = new byte[text.Length * 6];
        return bytes[..Escape(text, bytes)];
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

    /// <summary>A text that goes on after what was encoded before.</summary>
    public void String(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> encodedToo, ReadOnlySpan<char> text)
    {
        var to = Begin(encoded.Length + encodedToo.Length + text.Length * 6 + 2);
        to[0] = (byte)'"';
        encoded.CopyTo(to[1..]);
        encodedToo.CopyTo(to[(1 + encoded.Length)..]);
        var length = 1 + encoded.Length + encodedToo.Length;
        length += Escape(text, to[length..]);
        to[length] = (byte)'"';
        _length += length + 1;
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

    /// <summary>A value that is JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> json) => Value(json);

    /// <summary>Empties it in the middle of a document, once what was written has been sent.</summary>
    public void Continue()
    {
        _length = 0;
        Array.Clear(_keeps);
    }

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
            Grow(length);
        return _bytes.AsSpan(_length);
    }

    private void Grow(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, checked(_length + length)));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes != _own)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    private readonly record struct Kept(object? Value, Selection? Selection, int Start, int Length);

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
