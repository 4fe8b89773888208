using System.Buffers;
using System.Text.Json;

namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>Writes a JSON document of any length to a stream, holding only a small part of it.</summary>
internal sealed class JsonDocumentWriter : IAsyncDisposable
{
    private const int FlushAt = 64 * 1024;

    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new(2 * FlushAt);

    /// <summary>Starts a document.</summary>
    public JsonDocumentWriter(Stream stream)
    {
        _stream = stream;
        Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
    }

    /// <summary>Where to write.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Sends what has gathered, when it is much.</summary>
    public ValueTask AdvanceAsync(CancellationToken cancellationToken) =>
        _buffer.WrittenCount + Json.BytesPending < FlushAt ? ValueTask.CompletedTask : SendAsync(cancellationToken);

    /// <summary>Sends the rest.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => SendAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Json.DisposeAsync();

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        await Json.FlushAsync(cancellationToken);
        await _stream.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }
}
