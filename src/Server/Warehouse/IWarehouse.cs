using System.Data.Common;

namespace Dhis2Grpc.Server.Warehouse;

/// <summary>The store of DHIS2's metadata, data values, resource and analytics tables, under DHIS2's own table and
/// column names. Readers never wait; writers take turns.</summary>
internal interface IWarehouse
{
    /// <summary>Opens a connection for reading. Each statement sees what was committed when it began; within a
    /// transaction all statements see the same. Dispose it.</summary>
    ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken);

    /// <summary>Waits for the turn and begins a transaction. Disposing without a commit rolls back.</summary>
    ValueTask<IWarehouseWrite> BeginWriteAsync(WriteTurn turn, CancellationToken cancellationToken);
}

/// <summary>Who writes. Each turn has one writer at a time; writers of different turns never touch the same tables.</summary>
internal enum WriteTurn
{
    /// <summary>Metadata, data values and registrations.</summary>
    Documents,

    /// <summary>Resource and analytics tables.</summary>
    Analytics,
}

/// <summary>A write transaction. What it commits survives loss of power. Not safe for concurrent use.</summary>
internal interface IWarehouseWrite : IAsyncDisposable
{
    /// <summary>The connection that the transaction is open on.</summary>
    DbConnection Connection { get; }

    /// <summary>Starts loading rows into a table. Columns come in the table's order; no other statement may run on
    /// <see cref="Connection"/> that needs the rows before the load is disposed.</summary>
    IBulkLoad Load(string table, string? schema = null);

    /// <summary>Makes the changes durable and visible. The transaction is over afterwards, whatever the outcome.</summary>
    ValueTask CommitAsync(CancellationToken cancellationToken);
}

/// <summary>Rows on their way into one table, value by value. Disposing writes the rest; a row left unfinished is
/// dropped.</summary>
internal interface IBulkLoad : IDisposable
{
    /// <summary>Adds a bigint.</summary>
    IBulkLoad Add(long? value);

    /// <summary>Adds an integer.</summary>
    IBulkLoad Add(int? value);

    /// <summary>Adds a text.</summary>
    IBulkLoad Add(string? value);

    /// <summary>Adds a double.</summary>
    IBulkLoad Add(double? value);

    /// <summary>Adds a boolean.</summary>
    IBulkLoad Add(bool? value);

    /// <summary>Adds a timestamp without zone.</summary>
    IBulkLoad Add(DateTime? value);

    /// <summary>Adds a date.</summary>
    IBulkLoad Add(DateOnly? value);

    /// <summary>Adds bytes.</summary>
    IBulkLoad Add(byte[]? value);

    /// <summary>Ends the row.</summary>
    void EndRow();
}

/// <summary>A connection that can hand out rows while a statement still runs, in place of collecting all of them
/// first.</summary>
internal interface IStreamingConnection
{
    /// <summary>A command whose reader streams. Until that reader is disposed the connection can do nothing else.</summary>
    DbCommand CreateStreamingCommand();
}

/// <summary>The warehouse's file cannot be used; the message says why and what to do.</summary>
internal sealed class WarehouseUnusableException(string message, Exception? inner = null) : Exception(message, inner);
