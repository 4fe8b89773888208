using System.Buffers;
using System.IO.Compression;

namespace Dhis2Grpc.Server.Storage;

/// <summary>A document on its way in: kept in memory while short, in a file of the data directory when long. The writer's turn
/// is only taken once a document is complete, so a slow sender holds up nobody, and it can be read twice.</summary>
internal sealed class DocumentSpool : IAsyncDisposable
{
    private const int MaxInMemory = 1024 * 1024;

    private readonly StorageOptions? _storage;
    private readonly MemoryStream _memory = new();
    private FileStream? _file;
    private IDisposable? _unpacking;

    /// <summary>A document that is gone with this object, or with the process.</summary>
    public DocumentSpool(StorageOptions storage) => _storage = storage;

    private DocumentSpool(FileStream file) => _file = file;

    /// <summary>A document in a file that stays, to be filled.</summary>
    public static DocumentSpool Create(string path) => new(new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        Options = FileOptions.Asynchronous,
    }));

    /// <summary>The document in a file that was filled before.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static DocumentSpool Open(string path) => new(new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read | FileShare.Delete,
        Options = FileOptions.Asynchronous,
    }));

    /// <summary>Adds bytes.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_file is null && _memory.Length + bytes.Length > MaxInMemory)
            await MoveToFileAsync(cancellationToken);
        await ((Stream?)_file ?? _memory).WriteAsync(bytes, cancellationToken);
    }

    /// <summary>Adds all of a stream.</summary>
    public async Task CopyFromAsync(Stream source, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
                await WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Brings what a file holds to the disk, so that it outlives also a power cut.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (_file is null)
            return;
        await _file.FlushAsync(cancellationToken);
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
    }

    /// <summary>The document from its start, unpacked when it is gzip or zip; of a zip archive, its first file. One reader at a
    /// time; do not dispose it.</summary>
    /// <exception cref="InvalidDataException">It is an archive that is damaged or empty.</exception>
    public Stream OpenRead()
    {
        var stored = (Stream?)_file ?? _memory;
        stored.Position = 0;
        Span<byte> magic = stackalloc byte[4];
        var length = stored.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        stored.Position = 0;
        _unpacking?.Dispose();
        _unpacking = null;
        if (length >= 2 && magic is [0x1f, 0x8b, ..])
        {
            var gzip = new GZipStream(stored, CompressionMode.Decompress, leaveOpen: true);
            _unpacking = gzip;
            return gzip;
        }

        if (length < magic.Length || magic is not [(byte)'P', (byte)'K', _, _])
            return stored;
        var archive = new ZipArchive(stored, ZipArchiveMode.Read, leaveOpen: true);
        _unpacking = archive;
        return archive.Entries.FirstOrDefault(e => e.Name.Length > 0)?.Open() ?? throw new InvalidDataException("The archive holds no file.");
    }

    public async ValueTask DisposeAsync()
    {
        _unpacking?.Dispose();
        await _memory.DisposeAsync();
        if (_file is not null)
            await _file.DisposeAsync();
    }

    private async ValueTask MoveToFileAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(_storage!.IncomingDirectory);
        var path = Path.Combine(folder.FullName, Path.GetRandomFileName());
        _file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });
        // Without a name the file cannot outlive even a killed process; only Windows keeps the name until the file is closed.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        _memory.Position = 0;
        await _memory.CopyToAsync(_file, cancellationToken);
        _memory.SetLength(0);
        _memory.Capacity = 0;
    }
}
