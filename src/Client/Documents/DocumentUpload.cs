using Google.Protobuf;
using Grpc.Core;

namespace Dhis2Grpc.Client.Documents;

/// <summary>A document on its way into an import call. Small writes are gathered, large ones are split, so that each
/// message holds up to 64 KB; the server's pace holds the writer back.</summary>
internal sealed class DocumentUpload<TRequest>(
    IClientStreamWriter<TRequest> requests, Func<ByteString, TRequest> message, IProgress<long>? progress) : Stream
{
    private const int MessageSize = 64 * 1024;

    private readonly byte[] _buffer = new byte[MessageSize];
    private int _count;
    private long _sent;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _sent + _count;
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var part = buffer[..Math.Min(buffer.Length, MessageSize - _count)];
            part.CopyTo(_buffer.AsMemory(_count));
            _count += part.Length;
            buffer = buffer[part.Length..];
            if (_count == MessageSize)
                await SendAsync(cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Nothing: a message goes out when it is full, and the last one by <see cref="EndAsync"/>.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is left and ends the document.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_count > 0)
            await SendAsync(cancellationToken);
        await requests.CompleteAsync();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A call is written to asynchronously.");

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        // The message is serialized before the write ends, so the buffer may be wrapped and used again.
        var content = UnsafeByteOperations.UnsafeWrap(_buffer.AsMemory(0, _count));
        await requests.WriteAsync(message(content), cancellationToken);
        _sent += _count;
        _count = 0;
        progress?.Report(_sent);
    }
}
