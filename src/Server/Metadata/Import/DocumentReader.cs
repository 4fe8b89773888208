using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Model;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>One object of a document.</summary>
/// <param name="Collection">Member that it stands in, such as <c>dataElements</c>.</param>
/// <param name="Index">Position in the collection, from 0.</param>
/// <param name="Json">The object; valid until the next is read.</param>
internal readonly record struct DocumentObject(string Collection, int Index, ReadOnlyMemory<byte> Json);

/// <summary>Reads the objects of a metadata document one at a time, in memory of about the largest one.</summary>
internal sealed class DocumentReader(Stream stream, int maxDepth)
{
    /// <summary>Largest object in bytes.</summary>
    public const int MaxObjectSize = 256 << 20;

    /// <summary>Deepest nesting that the warehouse and its readers take.</summary>
    public const int MaxDepth = 256;

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = maxDepth });
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _final;
    private bool _begun;
    private bool _insideRoot;
    private string? _collection;

    private enum Step
    {
        More,
        Object,
        Moved,
        Done,
    }

    /// <summary>The next object, or null at the end of a complete document.</summary>
    /// <exception cref="Dhis2Exception">The document is malformed or cut off; names line and column.</exception>
    public async ValueTask<DocumentObject?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (Advance(out var found))
            {
                case Step.Object: return found;
                case Step.Done: return null;
                case Step.More: await FillAsync(cancellationToken); break;
                case Step.Moved: break;
            }
        }
    }

    private Step Advance(out DocumentObject found)
    {
        found = default;
        if (!_begun)
        {
            if (_end - _start < 3 && !_final) return Step.More;
            if (_buffer.AsSpan(_start, _end - _start).StartsWith("\uFEFF"u8)) _start += 3;
            _begun = true;
        }
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _final, _state);
        try
        {
            if (!reader.Read()) return _final ? Step.Done : Step.More;
            return _collection is not null ? InCollection(ref reader, out found) : _insideRoot ? InRoot(ref reader) : Root(ref reader);
        }
        catch (JsonException e)
        {
            throw Malformed(e, _final && _start + (int)reader.BytesConsumed >= _end);
        }
    }

    private Step Root(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw NotAnObject("A metadata document is one JSON object of collections");
        _insideRoot = true;
        return Commit(ref reader, Step.Moved);
    }

    private Step InRoot(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            _insideRoot = false;
            return Commit(ref reader, Step.Moved);
        }
        var name = reader.GetString()!;
        if (!reader.Read()) return Step.More;
        if (reader.TokenType == JsonTokenType.StartArray && !MetadataTypes.Ignored.Contains(name))
        {
            _collection = name;
            return Commit(ref reader, Step.Moved);
        }
        if (MetadataTypes.IsKnown(name) && reader.TokenType != JsonTokenType.Null) throw NotAnObject($"\"{name}\" must be an array of objects");
        return reader.TrySkip() ? Commit(ref reader, Step.Moved) : Step.More;
    }

    private Step InCollection(ref Utf8JsonReader reader, out DocumentObject found)
    {
        found = default;
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _collection = null;
            return Commit(ref reader, Step.Moved);
        }
        var index = _counts.GetValueOrDefault(_collection!);
        if (reader.TokenType != JsonTokenType.StartObject && MetadataTypes.IsKnown(_collection!))
            throw NotAnObject($"Item {index} of \"{_collection}\" must be an object");
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        var from = _start + (int)reader.TokenStartIndex;
        if (!reader.TrySkip()) return Step.More;
        var to = _start + (int)reader.BytesConsumed;
        Commit(ref reader, Step.Moved);
        if (!isObject) return Step.Moved;
        _counts[_collection!] = index + 1;
        found = new DocumentObject(_collection!, index, _buffer.AsMemory(from, to - from));
        return Step.Object;
    }

    private Step Commit(ref Utf8JsonReader reader, Step step)
    {
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        return step;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxObjectSize)
                throw new Dhis2Exception(ErrorKind.TooLarge, $"An object of \"{_collection}\" is larger than {MaxObjectSize >> 20} MiB.");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        try
        {
            var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += count;
            _final = count == 0;
        }
        catch (InvalidDataException e)
        {
            throw new Dhis2Exception(ErrorKind.InvalidArgument, $"The document is not valid gzip: {e.Message}", inner: e) { HttpStatus = StatusCodes.Status409Conflict };
        }
    }

    private Dhis2Exception Malformed(JsonException e, bool atEnd)
    {
        var where = $"line {(e.LineNumber ?? 0) + 1}, column {(e.BytePositionInLine ?? 0) + 1}";
        var place = _collection is null ? "" : $", in item {_counts.GetValueOrDefault(_collection)} of \"{_collection}\"";
        var reason = e.Message;
        var cut = reason.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (cut > 0) reason = reason[..cut];
        var what = atEnd ? "The document ends before it is complete" : "The document is malformed JSON";
        return new Dhis2Exception(ErrorKind.InvalidArgument, $"{what} at {where}{place}: {reason}", inner: e) { HttpStatus = StatusCodes.Status409Conflict };
    }

    private static Dhis2Exception NotAnObject(string message) =>
        new(ErrorKind.InvalidArgument, $"{message}.") { HttpStatus = StatusCodes.Status409Conflict };
}
