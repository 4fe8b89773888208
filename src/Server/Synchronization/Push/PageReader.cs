using System.Data.Common;
using System.Threading.Channels;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>Reads the rows of a range page by page, in slices: each is sorted by itself, so that the memory that takes does not grow
/// with the range. On a slow line it asks anew from where it is, since a statement that stays open for hours keeps the store from
/// tidying up. Pages are read and compressed ahead of their turn, two at most.</summary>
internal sealed class PageReader(IWarehouse warehouse, PushKind kind, PushQuery query, PushNames names, KeyRange range, Receiver receiver, int pageSize, TimeProvider time)
    : IAsyncDisposable
{
    private static readonly TimeSpan MaxOpen = TimeSpan.FromMinutes(1);

    private const long RowsPerSlice = 250_000;

    // A full channel holds the reading up: memory is bounded by it.
    private readonly Channel<Task<PushPage>> _pages = Channel.CreateBounded<Task<PushPage>>(2);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<KeyRange> _slices = new();
    private Task? _reading;
    private KeyRange? _slice;
    private DbConnection? _connection;
    private IAsyncEnumerator<bool>? _rows;
    private PushPage? _page;
    private long[]? _after = range.After;
    private long _opened;
    private bool _withDataSet;

    private bool WantsDataSets => receiver.ByDataSet && kind.DataSet is not null;

    /// <summary>The next page, with its body made; null at the end.</summary>
    public async Task<PushPage?> ReadAsync(CancellationToken cancellationToken)
    {
        _reading ??= Task.Run(ReadAheadAsync, CancellationToken.None);
        if (await _pages.Reader.WaitToReadAsync(cancellationToken) && _pages.Reader.TryRead(out var page))
            return await page;
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_reading is not null)
            await _reading;
        while (_pages.Reader.TryRead(out var page))
            (await page).Dispose();
        await CloseAsync();
        _page?.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAheadAsync()
    {
        try
        {
            while (await NextAsync(_stop.Token) is { } page)
            {
                var prepared = Task.Run(() => Prepared(page), CancellationToken.None);
                await _pages.Writer.WriteAsync(prepared, _stop.Token);
            }
            _pages.Writer.Complete();
        }
#pragma warning disable CA1031 // whoever reads the pages gets it
        catch (Exception e)
#pragma warning restore CA1031
        {
            _pages.Writer.Complete(e);
        }
    }

    private PushPage Prepared(PushPage page)
    {
        if (!page.HasDataSets)
            page.Prepare(receiver.Compress);
        return page;
    }

    private async Task<PushPage?> NextAsync(CancellationToken cancellationToken)
    {
        if (_slice is null)
            await SliceAsync(cancellationToken);
        else if (WantsDataSets != _withDataSet || time.GetElapsedTime(_opened) > MaxOpen)
            await OpenAsync(cancellationToken);
        _page = new PushPage(kind, _after, _withDataSet);
        while (_rows is not null && _page.Count < pageSize && !_page.IsFull)
        {
            if (!await _rows.MoveNextAsync())
                await NextSliceAsync(cancellationToken);
        }
        var page = _page;
        _page = null;
        if (page.Count == 0)
        {
            page.Dispose();
            return null;
        }
        _after = page.Last;
        return page;
    }

    /// <summary>Cuts the range behind objects, such as data elements, that together have rows enough.</summary>
    private async Task SliceAsync(CancellationToken cancellationToken)
    {
        await using (var connection = await warehouse.OpenReadAsync(cancellationToken))
        {
            var (sql, parameters) = query.CountByObject(range);
            long rows = 0;
            long[]? after = range.After;
            foreach (var (id, count) in await connection.ListAsync(sql, r => (r.GetInt64(0), r.GetInt64(1)), cancellationToken, parameters))
            {
                if ((rows += count) < RowsPerSlice)
                    continue;
                long[] end = [id, .. Enumerable.Repeat(long.MaxValue, PushKind.KeyLength - 1)];
                _slices.Enqueue(new(after, end));
                (after, rows) = (end, 0);
            }
            _slices.Enqueue(new(after, range.UpTo));
        }
        await NextSliceAsync(cancellationToken);
    }

    private async Task NextSliceAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        if (!_slices.TryDequeue(out var next))
            return;
        _slice = next;
        await OpenAsync(cancellationToken);
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        // Rows of one page are all of one kind, so a page that is begun keeps its own.
        _withDataSet = _page?.HasDataSets ?? WantsDataSets;
        _connection = await warehouse.OpenReadAsync(cancellationToken);
        var last = _page is { Count: > 0 } begun ? begun.Last : _after;
        var bounds = new KeyRange(Later(last, _slice!.After), Earlier(_slice.UpTo, range.UpTo));
        var (sql, parameters) = query.Rows(bounds, _withDataSet);
        _rows = _connection.StreamAsync(sql, Add, cancellationToken, parameters).GetAsyncEnumerator(cancellationToken);
        _opened = time.GetTimestamp();
    }

    private static long[]? Later(long[]? one, long[]? other) =>
        one is null || (other is not null && one.AsSpan().SequenceCompareTo(other) < 0) ? other : one;

    private static long[]? Earlier(long[]? one, long[]? other) =>
        one is null || (other is not null && one.AsSpan().SequenceCompareTo(other) > 0) ? other : one;

    private bool Add(DbDataReader row)
    {
        Span<long> key = stackalloc long[PushKind.KeyLength];
        for (var i = 0; i < key.Length; i++)
            key[i] = row.GetInt64(i);
        if (kind.Write(row, key, names, _page!))
            _page!.End(key, _withDataSet ? row.Text(row.FieldCount - 1) : null);
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
