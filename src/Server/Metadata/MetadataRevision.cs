using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>The count of changes of metadata, kept in the warehouse: what was read under one count holds while it lasts.</summary>
internal static class MetadataRevision
{
    /// <summary>The count that the connection's transaction sees.</summary>
    public static Task<long> ReadAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<long>("select revision from metadatarevision", cancellationToken);

    /// <summary>Counts one more change, in the transaction that makes it.</summary>
    public static Task AdvanceAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("update metadatarevision set revision = revision + 1", cancellationToken);
}
