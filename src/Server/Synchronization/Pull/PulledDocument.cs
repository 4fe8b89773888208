using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Synchronization.Pull;

/// <summary>A document as it arrives, unpacked when it is gzip, and never more of it than allowed. Its time ends by the token
/// that it is given; what is done with the document afterwards has time of its own.</summary>
internal sealed class PulledDocument(Stream body, SynchronizationOptions options, CancellationToken arrival) : ForwardStream
{
    // A gzip document may be sent as gzip once more.
    private const int MaxLayers = 2;

    // Text of metadata shrinks to a tenth or less; zeros to a thousandth.
    private const int MaxRatio = 100;
    private const int RatioMattersFrom = 1024 * 1024;

    private readonly WireStream _wire = new(body) { Limit = options.MaxPulledExpanded };
    private readonly List<Stream> _layers = [];
    private Stream? _plain;
    private long _length;

    /// <summary>Bytes that were sent so far.</summary>
    public long Received => _wire.Received;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            _plain ??= await OpenAsync();
            var read = await _plain.ReadAsync(buffer, arrival);
            _length += read;
            if (_length > options.MaxPulledExpanded)
                throw TooLarge(options.MaxPulledExpanded);
            if (_length > RatioMattersFrom && _length / MaxRatio > Received)
                throw new Dhis2Exception(ErrorKind.TooLarge, $"The document is refused: unpacked it is more than {MaxRatio} times as large as it was sent.");
            return read;
        }
        catch (InvalidDataException e)
        {
            throw new Dhis2Exception(ErrorKind.Conflict, "The document is refused: it is not valid gzip, or is cut off.", inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw RemoteUnreachableException.Of(e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        foreach (var layer in Enumerable.Reverse(_layers))
            await layer.DisposeAsync();
        await _wire.DisposeAsync();
        await base.DisposeAsync();
    }

    private async ValueTask<Stream> OpenAsync()
    {
        Stream stream = _wire;
        while (true)
        {
            var pipe = PipeReader.Create(stream);
            var start = (await pipe.ReadAtLeastAsync(2, arrival)).Buffer;
            var magic = start.Slice(0, Math.Min(2, start.Length)).ToArray();
            pipe.AdvanceTo(start.Start);
            stream = pipe.AsStream();
            _layers.Add(stream);
            if (magic is not [0x1f, 0x8b])
                return magic is not [(byte)'P', (byte)'K'] ? stream : throw new Dhis2Exception(ErrorKind.Conflict, "The document is refused: it is an archive; send JSON, or gzip of it.");
            if (_layers.Count > MaxLayers * 2)
                throw new Dhis2Exception(ErrorKind.Conflict, "The document is refused: it is packed more than twice.");
            _wire.Limit = options.MaxPulledBytes;
            stream = new GZipStream(stream, CompressionMode.Decompress);
            _layers.Add(stream);
        }
    }

    private static Dhis2Exception TooLarge(long limit) =>
        new(ErrorKind.TooLarge, $"The document is refused: it is larger than {limit} bytes.");

    /// <summary>What comes over the wire, counted.</summary>
    private sealed class WireStream(Stream body) : ForwardStream
    {
        /// <summary>Most that may come.</summary>
        public long Limit { get; set; }

        /// <summary>Bytes that came so far.</summary>
        public long Received { get; private set; }

        /// <inheritdoc/>
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            Received += read;
            return Received <= Limit ? read : throw TooLarge(Limit);
        }
    }
}
