using System.IO.Compression;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>A document on its way in, kept in a temporary file until it is complete: a slow sender must not hold the
/// write turn.</summary>
internal static class DocumentSpool
{
    /// <summary>Takes in the whole document and returns it for reading, decompressed when it is gzip. Dispose it.</summary>
    public static async Task<Stream> ReceiveAsync(Stream document, string directory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, Path.GetRandomFileName());
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        });
        try
        {
            // Gone from the folder at once, so that not even a crash leaves it behind; the open file stays until it is closed.
            File.Delete(path);
            await document.CopyToAsync(file, 128 << 10, cancellationToken);
            file.Position = 0;
            var magic = new byte[2];
            var isGzip = await file.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancellationToken) == 2 && magic is [0x1f, 0x8b];
            file.Position = 0;
            return isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
