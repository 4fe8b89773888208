using System.Data.Common;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>The parts of a stored snapshot, one after the other. No transaction stays open between them, so that a slow reader keeps
/// nothing from being tidied up.</summary>
internal sealed class SnapshotReader(DbConnection connection, string id) : ForwardStream
{
    private ReadOnlyMemory<byte> _part;
    private int _next;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_part.IsEmpty && !await NextAsync(cancellationToken)) return 0;
        var length = Math.Min(buffer.Length, _part.Length);
        _part[..length].CopyTo(buffer);
        _part = _part[length..];
        return length;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) connection.Dispose();
        base.Dispose(disposing);
    }

    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        var parts = await connection.ListAsync("select content from metadatasnapshotpart where snapshotid = $id and position = $position", Bytes,
            cancellationToken, ("id", id), ("position", _next));
        if (parts.Count == 0)
        {
            // A snapshot always has a part; none means that another took its place.
            return _next > 0 ? false : throw new IOException("The snapshot has been replaced.");
        }

        _next++;
        _part = parts[0];
        return true;
    }

    private static byte[] Bytes(DbDataReader row)
    {
        using var content = row.GetStream(0);
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }
}
