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

/// <summary>LiteDB's log file. LiteDB writes it from a thread of its own, maybe after a commit returned, and flushes
/// after each page. Here a transaction costs two syncs, one before the page that confirms it, so that a power cut never
/// leaves a confirmed transaction with pages missing, and one after it; and who commits can wait for the latter.</summary>
internal sealed class DurableLogStream(string path) : DurableStream(path)
{
    private const int PageSize = 8192;
    private const int ConfirmedAt = 18;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private readonly object _gate = new();
    private long _confirmed;
    private Exception? _failure;

    /// <summary>Does what writes one transaction, and waits until it is confirmed on disk.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteTransaction(Action write)
    {
        long before;
        lock (_gate)
            before = _confirmed;
        write();
        lock (_gate)
        {
            while (_confirmed == before)
            {
                if (_failure is not null)
                    throw new IOException($"The log cannot be written: {_failure.Message}", _failure);
                if (!Monitor.Wait(_gate, MaxWait))
                    throw new IOException($"The log was not written within {MaxWait.TotalSeconds:F0} seconds.");
            }
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Write has synced all that matters.
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            if (buffer.Length != PageSize || buffer[ConfirmedAt] == 0)
            {
                base.Write(buffer);
                return;
            }

            Sync();
            base.Write(buffer);
            Sync();
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _failure = e;
                Monitor.PulseAll(_gate);
            }

            throw;
        }

        lock (_gate)
        {
            _confirmed++;
            Monitor.PulseAll(_gate);
        }
    }
}
