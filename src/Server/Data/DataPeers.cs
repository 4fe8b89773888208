using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>What is known of other nodes: the last request of each that was taken, and up to which write it has what is here.</summary>
internal static class DataPeers
{
    // A number from further ahead is no clock's, and would lock the sender out until then.
    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    /// <summary>Takes a request of a sender, in the transaction that imports it.</summary>
    /// <exception cref="LateRequestException">A later one was taken.</exception>
    public static async Task TakeAsync(DbConnection connection, string kind, DataSender sender, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = await connection.ScalarAsync<long?>(
            "select request from datapeer where systemid = $system and kind = $kind", cancellationToken, ("system", sender.SystemId), ("kind", kind));
        if (sender.Request < last)
            throw new LateRequestException(last.Value);
        if (sender.Request <= DataSender.Next(0, now + MaxAhead))
            await SetAsync(connection, kind, sender.SystemId, "request", sender.Request, cancellationToken);
    }

    /// <summary>Notes that a node has, or has refused, what writes up to this one changed.</summary>
    public static Task SetPushedAsync(DbConnection connection, string kind, string systemId, long pushed, CancellationToken cancellationToken) =>
        SetAsync(connection, kind, systemId, "pushed", pushed, cancellationToken);

    private static async Task SetAsync(DbConnection connection, string kind, string systemId, string column, long number, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(
            $"""
            merge into datapeer p using (select $system as systemid, $kind as kind, $number::bigint as number) s on p.systemid = s.systemid and p.kind = s.kind
            when matched then update set {column} = s.number
            when not matched then insert (systemid, kind, {column}) values (s.systemid, s.kind, s.number)
            """, cancellationToken, ("system", systemId), ("kind", kind), ("number", number));
}
