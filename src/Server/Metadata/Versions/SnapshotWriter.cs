using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Security.Cryptography;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>Takes the text of a snapshot into a transaction, compressed and in parts, and hashes it on the way: of a document of any
/// size only a part is in memory.</summary>
internal sealed class SnapshotWriter : Stream
{
    private const int PartSize = 256 << 10;
    private const int MaxWrite = 64 << 10;

    private readonly IncrementalHash _hash = NewHash();
    private readonly IWarehouseWrite _write;
    private readonly string _id;
    private readonly MemoryStream _part = new(PartSize + (PartSize / 2));
    private readonly GZipStream _gzip;
    private int _position;

    /// <summary>Starts a snapshot; another writer of the same transaction must not run meanwhile.</summary>
    public SnapshotWriter(IWarehouseWrite write, string id)
    {
        (_write, _id) = (write, id);
        _gzip = new GZipStream(_part, CompressionLevel.Optimal, leaveOpen: true);
    }

    /// <summary>Bytes of the text so far.</summary>
    public long Size { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Writes what is left, and returns the hash of the text.</summary>
    public async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _gzip.DisposeAsync();
        if (_part.Length > 0) Store();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        for (; !buffer.IsEmpty; buffer = buffer[Math.Min(MaxWrite, buffer.Length)..])
        {
            var piece = buffer[..Math.Min(MaxWrite, buffer.Length)];
            _hash.AppendData(piece);
            Size += piece.Length;
            _gzip.Write(piece);
            if (_part.Length >= PartSize) Store();
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
            _part.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    [SuppressMessage("Security", "CA5351", Justification = "DHIS2's checksum of versions; it protects from damage, not from forgery.")]
    private static IncrementalHash NewHash() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    private void Store()
    {
        // A load of its own for each: an open one would gather many parts in memory.
        using var load = _write.Load("metadatasnapshotpart");
        load.Add(_id).Add(_position++).Add(_part.ToArray()).EndRow();
        _part.SetLength(0);
    }
}
