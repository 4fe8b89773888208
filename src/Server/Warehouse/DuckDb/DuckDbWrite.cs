using System.Data.Common;
using DuckDB.NET.Data;

namespace Dhis2Grpc.Server.Warehouse.DuckDb;

/// <summary>A transaction on a connection of its own, holding the turn until disposed.</summary>
internal sealed class DuckDbWrite : IWarehouseWrite
{
    private readonly WarehouseConnection _connection;
    private readonly SemaphoreSlim _turn;
    private readonly DuckDBTransaction _transaction;
    private bool _ended;
    private bool _disposed;

    public DuckDbWrite(WarehouseConnection connection, SemaphoreSlim turn)
    {
        _connection = connection;
        _turn = turn;
        try
        {
            _transaction = connection.BeginTransaction();
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public DbConnection Connection => _connection;

    public IBulkLoad Load(string table, string? schema = null) => new DuckDbLoad(_connection.CreateAppender(schema, table));

    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _ended = true;
        // Not cancellable from here on, so that the caller knows what became of it.
        await Task.Run(_transaction.Commit, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed) return ValueTask.CompletedTask;
        _disposed = true;
        try
        {
            if (!_ended) RollBack();
        }
        finally
        {
            _connection.Dispose();
            _turn.Release();
        }
        return ValueTask.CompletedTask;
    }

    private void RollBack()
    {
        try
        {
            _transaction.Rollback();
        }
        catch (Exception e) when (e is DuckDBException or InvalidOperationException)
        {
            // DuckDB has rolled back by itself after a failure that ends the transaction; closing the connection settles the rest.
        }
    }
}
