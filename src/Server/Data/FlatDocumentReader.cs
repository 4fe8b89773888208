using System.Buffers;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Data;

/// <summary>Takes what a <see cref="FlatDocumentReader"/> finds, in the document's order.</summary>
internal interface IFlatDocumentSink
{
    /// <summary>A header member that is not null.</summary>
    void Header(int member, string text);

    /// <summary>An entry of the array. It is reused after the call. False ends the reading.</summary>
    bool Entry(FlatEntry entry);
}

/// <summary>Reads a document of flat entries token by token in constant memory, whatever its size. Unknown members are
/// skipped; numbers and booleans are taken as their text.</summary>
internal sealed class FlatDocumentReader(FlatDocumentShape shape, IFlatDocumentSink sink)
{
    private const int InitialBuffer = 128 * 1024;
    private const int MaxToken = 4 * 1024 * 1024;

    private readonly FlatEntry _entry = new(shape.MemberCount);
    private Place _place = Place.Start;
    private int _member;
    private int _skipDepth;
    private Place _afterSkip;
    private int _entries;
    private bool _stopped;

    private enum Place
    {
        Start, Root, HeaderValue, ArrayValue, Array, Entry, EntryValue, SkipValue, Skip, End,
    }

    /// <summary>Reads a whole document.</summary>
    /// <exception cref="Dhis2Exception">It is not JSON, or not of the shape; the message says where.</exception>
    public void Read(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        try
        {
            ReadBuffered(stream, ref buffer, cancellationToken);
        }
        catch (JsonException e)
        {
            throw MalformedDocument.Because(Explain(e), e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Explain(JsonException e)
    {
        var reason = e.Message.Split(" LineNumber:", 2)[0].TrimEnd('.');
        return $"Malformed JSON at line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: {reason}.";
    }

    private void ReadBuffered(Stream stream, ref byte[] buffer, CancellationToken cancellationToken)
    {
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = 64 });
        var filled = stream.ReadAtLeast(buffer.AsSpan(0, 3), 3, throwOnEndOfStream: false);
        if (buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8))
        {
            filled -= 3;
            buffer.AsSpan(3, filled).CopyTo(buffer);
        }
        var empty = true;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = stream.Read(buffer, filled, buffer.Length - filled);
            filled += read;
            empty &= filled == 0;
            if (empty && read == 0)
                throw MalformedDocument.Because("The document is empty.");
            var reader = new Utf8JsonReader(buffer.AsSpan(0, filled), isFinalBlock: read == 0, state);
            while (!_stopped && reader.Read())
                Token(ref reader);
            if (_stopped || read == 0)
                return;
            state = reader.CurrentState;
            var consumed = (int)reader.BytesConsumed;
            filled -= consumed;
            buffer.AsSpan(consumed, filled).CopyTo(buffer);
            if (filled == buffer.Length)
                Grow(ref buffer, filled);
        }
    }

    private void Grow(ref byte[] buffer, int filled)
    {
        if (filled >= MaxToken)
            throw Wrong($"holds a text of more than {MaxToken / 1024 / 1024} MiB");
        var larger = ArrayPool<byte>.Shared.Rent(filled * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private void Token(ref Utf8JsonReader reader)
    {
        switch (_place)
        {
            case Place.Entry when reader.TokenType == JsonTokenType.PropertyName:
                _member = shape.MemberNumber(Name(ref reader));
                _place = _member < 0 ? SkipThen(Place.Entry) : Place.EntryValue;
                break;
            case Place.EntryValue:
                if (reader.TokenType != JsonTokenType.Null)
                    KeepMember(ref reader);
                _place = Place.Entry;
                break;
            case Place.Entry:
                _place = Place.Array;
                _stopped = !sink.Entry(_entry);
                _entries++;
                break;
            case Place.Array:
                StartEntryOrEnd(ref reader);
                break;
            case Place.SkipValue:
                StartSkip(ref reader);
                break;
            case Place.Skip:
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray && reader.CurrentDepth == _skipDepth)
                    _place = _afterSkip;
                break;
            default:
                RootToken(ref reader);
                break;
        }
    }

    private void RootToken(ref Utf8JsonReader reader)
    {
        switch (_place)
        {
            case Place.Start:
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw MalformedDocument.Because($"The document must be an object with the member {shape.Array}.");
                _place = Place.Root;
                break;
            case Place.Root when reader.TokenType == JsonTokenType.PropertyName:
                var name = Name(ref reader);
                _member = shape.HeaderNumber(name);
                _place = shape.IsArray(name) ? Place.ArrayValue : _member >= 0 ? Place.HeaderValue : SkipThen(Place.Root);
                break;
            case Place.Root:
                _place = Place.End;
                break;
            case Place.HeaderValue:
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    throw MalformedDocument.Because($"{shape.HeaderName(_member)} must be a text.");
                if (reader.TokenType != JsonTokenType.Null)
                    sink.Header(_member, HeaderText(ref reader));
                _place = Place.Root;
                break;
            case Place.ArrayValue:
                if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.Null))
                    throw MalformedDocument.Because($"{shape.Array} must be an array.");
                _place = reader.TokenType == JsonTokenType.Null ? Place.Root : Place.Array;
                break;
        }
    }

    private void StartEntryOrEnd(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _place = Place.Root;
            return;
        }
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Wrong("must be an object");
        _entry.Clear();
        _place = Place.Entry;
    }

    private void KeepMember(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            throw Wrong($"has {shape.MemberName(_member)}, which must be a text, as something else");
        var value = reader.ValueSpan;
        var room = _entry.Reserve(value.Length);
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
        {
            _entry.Keep(_member, Unescape(ref reader, room));
            return;
        }
        value.CopyTo(room);
        _entry.Keep(_member, value.Length);
    }

    private void StartSkip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            _skipDepth = reader.CurrentDepth;
            _place = Place.Skip;
        }
        else
        {
            _place = _afterSkip;
        }
    }

    private Place SkipThen(Place next)
    {
        _afterSkip = next;
        return Place.SkipValue;
    }

    private static ReadOnlySpan<byte> Name(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(Unescaped(ref reader)) : reader.ValueSpan;

    private static string HeaderText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String when reader.ValueIsEscaped => Unescaped(ref reader),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => Encoding.UTF8.GetString(reader.ValueSpan),
    };

    private static string Unescaped(ref Utf8JsonReader reader)
    {
        var text = new byte[reader.ValueSpan.Length];
        return Encoding.UTF8.GetString(text, 0, Unescape(ref reader, text));
    }

    private static int Unescape(ref Utf8JsonReader reader, Span<byte> room)
    {
        try
        {
            return reader.CopyString(room);
        }
        catch (InvalidOperationException e)
        {
            throw MalformedDocument.Because("The document holds a text that is not valid Unicode.", e);
        }
    }

    private Dhis2Exception Wrong(string what) => MalformedDocument.Because($"{shape.Array}[{_entries}] {what}.");
}
