using System.Buffers;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Security.Cryptography;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>The snapshots of versions, byte for byte as they were made. One may be here before its version is imported.</summary>
internal sealed class MetadataSnapshots(IWarehouse warehouse, IOptions<StorageOptions> storage)
{
    private const int BufferSize = 64 << 10;

    /// <summary>The snapshot of a name; null when there is none.</summary>
    public async Task<MetadataSnapshot?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return await FindAsync(connection, name, cancellationToken);
    }

    /// <summary>Stores the snapshot of another server's version, in place of an earlier one of that name. It is taken in whole and
    /// checked before anything is written.</summary>
    /// <param name="name">Name of the version.</param>
    /// <param name="hashCode">MD5 that the other server told.</param>
    /// <param name="text">The text, not compressed; left open.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="MetadataSnapshotException">The text is empty, no JSON object, or not the one of that hash.</exception>
    /// <exception cref="Dhis2Exception">A version of that name exists.</exception>
    public async Task StoreAsync(string name, string hashCode, Stream text, CancellationToken cancellationToken)
    {
        await using var spool = new DocumentSpool(storage.Value);
        await ReceiveAsync(name, hashCode, text, spool, cancellationToken);
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        if (await MetadataVersions.FindAsync(write.Connection, name, cancellationToken) is not null) throw MetadataVersions.Exists(name);
        await WriteAsync(write, name, output => spool.OpenRead().CopyToAsync(output, cancellationToken), cancellationToken);
        await write.CommitAsync(cancellationToken);
    }

    /// <summary>The text, exactly as it was made. Reads without blocking only; dispose it.</summary>
    /// <exception cref="Dhis2Exception">There is none of that name.</exception>
    public async Task<Stream> OpenAsync(string name, CancellationToken cancellationToken) =>
        new GZipStream(await OpenGzipAsync(name, cancellationToken), CompressionMode.Decompress);

    /// <summary>The text as a gzip document. Reads without blocking only; dispose it.</summary>
    /// <exception cref="Dhis2Exception">There is none of that name.</exception>
    public async Task<Stream> OpenGzipAsync(string name, CancellationToken cancellationToken)
    {
        var connection = await warehouse.OpenReadAsync(cancellationToken);
        try
        {
            var id = await connection.ScalarAsync<string>("select snapshotid from metadatasnapshot where name = $name", cancellationToken, ("name", name))
                ?? throw new Dhis2Exception(ErrorKind.NotFound, $"No metadata version snapshot found for the given version {name}", "E1005");
            return new SnapshotReader(connection, id);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The snapshot of a name, as a connection sees it.</summary>
    internal static async Task<MetadataSnapshot?> FindAsync(DbConnection connection, string name, CancellationToken cancellationToken) =>
        (await connection.ListAsync("select name, hashcode, size from metadatasnapshot where name = $name",
            r => new MetadataSnapshot(r.GetString(0), r.GetString(1), r.GetInt64(2)), cancellationToken, ("name", name))).FirstOrDefault();

    /// <summary>Writes a snapshot in a transaction, in place of an earlier one of that name, and returns its hash.</summary>
    internal static async Task<string> WriteAsync(IWarehouseWrite write, string name, Func<Stream, Task> text, CancellationToken cancellationToken)
    {
        await write.Connection.ExecuteAsync("delete from metadatasnapshotpart where snapshotid in (select snapshotid from metadatasnapshot where name = $name)",
            cancellationToken, ("name", name));
        await write.Connection.ExecuteAsync("delete from metadatasnapshot where name = $name", cancellationToken, ("name", name));
        var id = Uid.New();
        await using var writer = new SnapshotWriter(write, id);
        await text(writer);
        var hashCode = await writer.CompleteAsync(cancellationToken);
        await write.Connection.ExecuteAsync("insert into metadatasnapshot (snapshotid, name, hashcode, size) values ($id, $name, $hash, $size)", cancellationToken,
            ("id", id), ("name", name), ("hash", hashCode), ("size", writer.Size));
        return hashCode;
    }

    [SuppressMessage("Security", "CA5351", Justification = "DHIS2's checksum of versions; it protects from damage, not from forgery.")]
    private static async Task ReceiveAsync(string name, string hashCode, Stream text, DocumentSpool spool, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var first = (byte)0;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int read; (read = await text.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                if (first == 0 && buffer.AsSpan(0, read).IndexOfAnyExcept(" \t\r\n"u8) is >= 0 and var at) first = buffer[at];
                hash.AppendData(buffer, 0, read);
                await spool.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (first == 0) throw new MetadataSnapshotException($"The snapshot of metadata version {name} is empty.");
        if (first != (byte)'{') throw new MetadataSnapshotException($"The snapshot of metadata version {name} is no JSON object.");
        if (!Convert.ToHexStringLower(hash.GetHashAndReset()).Equals(hashCode, StringComparison.OrdinalIgnoreCase))
            throw new MetadataSnapshotException($"The snapshot of metadata version {name} does not have the hash code that it should have.");
    }
}
