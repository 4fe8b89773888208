using System.Data.Common;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Warehouse;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Data;

/// <summary>Keeps, in the transaction of an import that a job does, what it did: a job that starts once more, because the server
/// ended before it could record its end, tells that and imports nothing a second time.</summary>
internal static class ImportReceipts
{
    private const int MaxConflicts = 100;
    private const int MaxIndexes = 1000;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>What the import did that has the receipt; null when it was not done.</summary>
    public static async Task<ImportSummary?> FindAsync(DbConnection connection, string? receipt, CancellationToken cancellationToken)
    {
        if (receipt is null)
            return null;
        var found = await connection.ListAsync(
            "select summary from importreceipt where uid = $uid", row => row.GetString(0), cancellationToken, ("uid", receipt));
        return found is [var summary] ? ImportSummary.Parser.ParseFrom(Convert.FromBase64String(summary)) : null;
    }

    /// <summary>Keeps what the import did, and forgets what others did long ago.</summary>
    public static async Task WriteAsync(DbConnection connection, string? receipt, ImportSummary summary, DateTime now, CancellationToken cancellationToken)
    {
        if (receipt is null)
            return;
        await connection.ExecuteAsync("delete from importreceipt where written < $before", cancellationToken, ("before", now - Kept));
        await connection.ExecuteAsync("insert into importreceipt values ($uid, $now, $summary)", cancellationToken,
            ("uid", receipt), ("now", now), ("summary", Convert.ToBase64String(Short(summary).ToByteArray())));
    }

    /// <summary>The summary with as much of its conflicts as a run keeps.</summary>
    public static ImportSummary Short(ImportSummary summary)
    {
        var kept = summary.Clone();
        while (kept.Conflicts.Count > MaxConflicts)
            kept.Conflicts.RemoveAt(kept.Conflicts.Count - 1);
        if (kept.RejectedIndexes.Count > MaxIndexes)
        {
            var first = kept.RejectedIndexes.Take(MaxIndexes).ToArray();
            kept.RejectedIndexes.Clear();
            kept.RejectedIndexes.AddRange(first);
        }

        return kept;
    }
}
