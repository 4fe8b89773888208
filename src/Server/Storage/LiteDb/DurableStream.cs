using Microsoft.Win32.SafeHandles;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A file whose flush reaches the disk. LiteDB's own flush stops at the operating system, so that a power cut
/// could take back what was acknowledged.</summary>
internal class DurableStream(string path) : Stream
{
    private readonly SafeFileHandle _file = OpenFile(path);
    private bool _dirty;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => RandomAccess.GetLength(_file);

    /// <inheritdoc/>
    public override long Position { get; set; }

    /// <summary>Brings to the disk what is not there yet.</summary>
    public void Sync()
    {
        if (!_dirty)
            return;
        RandomAccess.FlushToDisk(_file);
        _dirty = false;
    }

    /// <inheritdoc/>
    public override void Flush() => Sync();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = RandomAccess.Read(_file, buffer, Position);
        Position += count;
        return count;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _dirty = true;
        RandomAccess.Write(_file, buffer, Position);
        Position += buffer.Length;
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void SetLength(long value)
    {
        _dirty = true;
        RandomAccess.SetLength(_file, value);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }

    private static SafeFileHandle OpenFile(string path)
    {
        var isNew = !File.Exists(path);
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        // It holds password hashes.
        if (isNew && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}

/// <summary>LiteDB's log file. LiteDB flushes after each page of a transaction; only two flushes matter: one before the
/// page that confirms the transaction, so that a power cut never leaves a confirmed transaction with pages missing, and
/// one after it.</summary>
internal sealed class DurableLogStream(string path) : DurableStream(path)
{
    private const int PageSize = 8192;
    private const int ConfirmedAt = 18;

    private bool _confirmed = true;

    /// <inheritdoc/>
    public override void Flush()
    {
        if (_confirmed)
            Sync();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _confirmed = buffer.Length != PageSize || buffer[ConfirmedAt] != 0;
        if (_confirmed)
            Sync();
        base.Write(buffer);
    }
}
