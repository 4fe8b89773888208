using System.IO.Compression;
using Microsoft.AspNetCore.RequestDecompression;

namespace Dhis2Grpc.Server.Rest.Reading;

/// <summary>Undoes a content encoding. A body that is not what it says it is is the caller's fault, not the server's.</summary>
internal sealed class BodyDecompression(string name, Func<Stream, Stream> open) : IDecompressionProvider
{
    /// <summary>The encodings that HTTP clients use.</summary>
    public static readonly BodyDecompression[] All =
    [
        new("gzip", s => new GZipStream(s, CompressionMode.Decompress, leaveOpen: true)),
        new("br", s => new BrotliStream(s, CompressionMode.Decompress, leaveOpen: true)),
        new("deflate", s => new ZLibStream(s, CompressionMode.Decompress, leaveOpen: true)),
    ];

    /// <summary>Name in <c>Content-Encoding</c>.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public Stream GetDecompressionStream(Stream stream) => new Checked(open(stream), Name);

    private sealed class Checked(Stream decompressed, string coding) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            try
            {
                return decompressed.Read(buffer, offset, count);
            }
            catch (Exception e) when (IsInvalid(e))
            {
                throw Refused(e);
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await decompressed.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (IsInvalid(e))
            {
                throw Refused(e);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            await decompressed.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                decompressed.Dispose();
            base.Dispose(disposing);
        }

        // Brotli says the latter.
        private static bool IsInvalid(Exception e) => e is InvalidDataException or InvalidOperationException;

        private BadHttpRequestException Refused(Exception e) => new($"The request body is not valid {coding}.", StatusCodes.Status400BadRequest, e);
    }
}
