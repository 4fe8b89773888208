using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dhis2Grpc.Server.Rest;

/// <summary>A JSON writer over a growing array. A body is composed here before anything is sent, so that a failure on
/// the way still becomes an envelope, and its length is known. Instances are pooled.</summary>
internal sealed class ResponseBuffer : IBufferWriter<byte>, IDisposable
{
    /// <summary>Larger arrays are given back at once; they would be kept for one rare list.</summary>
    private const int LargestKept = 256 * 1024;
    private const int Smallest = 4096;

    private byte[] _bytes = new byte[Smallest];
    private int _written;

    /// <summary>A buffer with its writer.</summary>
    public ResponseBuffer() => Writer = new Utf8JsonWriter(this, new JsonWriterOptions
    {
        // The document is sent as application/json and never embedded in HTML; DHIS2 does not escape either.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <summary>Writes into this buffer; flush it before reading <see cref="Written"/>.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _written);

    /// <summary>Empties the buffer; false when it has grown too large to be kept.</summary>
    public bool TryReset()
    {
        _written = 0;
        Writer.Reset();
        return _bytes.Length <= LargestKept;
    }

    /// <summary>Empties the buffer between two messages of a stream.</summary>
    public void Clear()
    {
        _written = 0;
        Writer.Reset();
    }

    /// <inheritdoc/>
    public void Advance(int count) => _written += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_written);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_written);
    }

    /// <inheritdoc/>
    public void Dispose() => Writer.Dispose();

    private void Grow(int sizeHint)
    {
        if (_bytes.Length - _written >= Math.Max(sizeHint, 1))
            return;
        Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_written + sizeHint)));
    }
}
