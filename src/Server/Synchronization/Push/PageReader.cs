using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>Reads the rows of a range page by page, from one statement as long as pages go out quickly. On a slow line it asks anew
/// from where it is, since a statement that stays open for hours keeps the store from tidying up.</summary>
internal sealed class PageReader(IWarehouse warehouse, PushKind kind, PushQuery query, KeyRange range, Receiver receiver, int pageSize, TimeProvider time)
    : IAsyncDisposable
{
    private static readonly TimeSpan MaxOpen = TimeSpan.FromMinutes(1);

    private DbConnection? _connection;
    private IAsyncEnumerator<bool>? _rows;
    private PushPage? _page;
    private long[]? _after = range.After;
    private long _opened;
    private bool _withDataSet;

    private bool WantsDataSets => receiver.ByDataSet && kind.DataSet is not null;

    /// <summary>Reads the next page, and makes its body; null at the end.</summary>
    public Task<PushPage?> ReadAsync(CancellationToken cancellationToken) => Task.Run(() => NextAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _page?.Dispose();
    }

    private async Task<PushPage?> NextAsync(CancellationToken cancellationToken)
    {
        if (_rows is null || WantsDataSets != _withDataSet || time.GetElapsedTime(_opened) > MaxOpen)
            await OpenAsync(cancellationToken);
        _page = new PushPage(kind, _after, _withDataSet);
        while (_page.Count < pageSize && !_page.IsFull && await _rows!.MoveNextAsync())
        {
        }
        var page = _page;
        _page = null;
        if (page.Count == 0)
        {
            page.Dispose();
            return null;
        }
        _after = page.Last;
        if (!_withDataSet)
            page.Prepare(receiver.Compress);
        return page;
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        _withDataSet = WantsDataSets;
        _connection = await warehouse.OpenReadAsync(cancellationToken);
        var (sql, parameters) = query.Rows(range with { After = _after }, _withDataSet);
        _rows = _connection.StreamAsync(sql, Add, cancellationToken, parameters).GetAsyncEnumerator(cancellationToken);
        _opened = time.GetTimestamp();
    }

    private bool Add(DbDataReader row)
    {
        Span<long> key = stackalloc long[PushKind.KeyLength];
        for (var i = 0; i < key.Length; i++)
            key[i] = row.GetInt64(i + 1);
        _page!.Add(row.GetString(0), key, _withDataSet ? row.Text(PushKind.KeyLength + 1) : null);
        return true;
    }

    private async ValueTask CloseAsync()
    {
        if (_rows is not null)
            await _rows.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        (_rows, _connection) = (null, null);
    }
}
