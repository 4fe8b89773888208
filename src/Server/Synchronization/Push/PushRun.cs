using System.Collections;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>One push of one kind. After each page it is on disk how far it has come, so that the next run goes on there whatever ends
/// this one; the time of the last success moves when every row of the window is accounted for.</summary>
internal sealed class PushRun : IAsyncDisposable
{
    // Then the receiver is down, and the rest of the pages would only take time.
    private const int MaxFailuresInARow = 3;

    private readonly IWarehouse _warehouse;
    private readonly ISettingStore _store;
    private readonly SystemSettings _settings;
    private readonly PushConflicts _conflicts;
    private readonly PageSender _sender;
    private readonly Receiver _receiver;
    private readonly TimeProvider _time;
    private readonly int _pageSize;
    private readonly Action _ended;
    private readonly DateTimeOffset _started;
    private readonly Queue<KeyRange> _ranges = [];

    private PushState _state = new();
    private long _open;
    private PushPhase _phase;
    private PushQuery? _query;
    private PushNames? _names;
    private KeyRange? _range;
    private PageReader? _reader;
    private PushPage? _page;
    private long _rows;
    private int _failuresInARow;

    /// <summary>Prepares a run; <see cref="LoadAsync"/> comes next.</summary>
    public PushRun(
        PushKind kind, Receiver receiver, PageSender sender, int pageSize, IWarehouse warehouse, ISettingStore store, SystemSettings settings,
        PushConflicts conflicts, TimeProvider time, Action ended)
    {
        (Kind, _receiver, _sender, _pageSize, _warehouse, _store) = (kind, receiver, sender, pageSize, warehouse, store);
        (_settings, _conflicts, _time, _ended) = (settings, conflicts, time, ended);
        _started = time.GetUtcNow();
        Pages = new PageNumbers(this);
    }

    /// <summary>What is pushed.</summary>
    public PushKind Kind { get; }

    /// <summary>What it has come to.</summary>
    public PushTotals Totals { get; } = new();

    /// <summary>No page of the phase is left, or no further one makes sense.</summary>
    public bool IsAtEnd => _page is null || IsStopped;

    /// <summary>No further page makes sense.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The pages of the phase, by number from 1. Their count is what it was at the beginning; they go on until none is left.</summary>
    public IReadOnlyCollection<int> Pages { get; }

    /// <summary>Reads what earlier runs left.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _state = await PushState.LoadAsync(_store, Kind, cancellationToken);
        if (_state.Window is { } window
            && (window.Remote != _receiver.Account.ToString()
                || window.LastSuccess != await _settings.DateAsync(Kind.LastSuccess, cancellationToken)
                || window.SkipBefore != await _settings.DateAsync(SettingKeys.SkipChangedBefore, cancellationToken)))
            _state = _state with { Window = null };
        _open = await _conflicts.CountAsync(Kind, cancellationToken);
    }

    /// <summary>Whether the phase has anything to look at.</summary>
    public bool Has(PushPhase phase) => !IsStopped && phase switch
    {
        PushPhase.Interrupted => _state.Window is not null,
        PushPhase.Refused => _open > 0 && Totals.FailedPages == 0,
        // What could not be sent is looked at again first, the next time.
        _ => _state.Window is null,
    };

    /// <summary>Begins a phase.</summary>
    /// <returns>How many rows it has to send.</returns>
    public async Task<long> OpenAsync(PushPhase phase, CancellationToken cancellationToken)
    {
        _phase = phase;
        if (phase == PushPhase.Changed)
            _state = _state with { Window = await NewWindowAsync(cancellationToken) };
        if (phase == PushPhase.Refused)
        {
            await _conflicts.ForgetGoneAsync(Kind, cancellationToken);
            _query = PushQuery.Refused(Kind, _started);
            _ranges.Enqueue(new(null, null));
        }
        else
        {
            var window = _state.Window!;
            _query = PushQuery.Of(Kind, window);
            foreach (var failed in window.Failed)
                _ranges.Enqueue(failed);
            _ranges.Enqueue(new(window.Position, null));
        }

        _rows = await CountAsync(cancellationToken);
        _names = _rows == 0 ? null : await PushNames.LoadAsync(_warehouse, cancellationToken);
        if (_rows > 0 && phase == PushPhase.Changed)
            await SaveAsync(cancellationToken);
        if (_rows == 0)
            NothingLeft();
        else
            await NextPageAsync(cancellationToken);
        return _rows;
    }

    /// <summary>Sends the page that is next.</summary>
    /// <returns>What became of it; null when there is none left.</returns>
    /// <exception cref="PushFailedException">It is not accounted for, and will be looked at again.</exception>
    public async Task<PageOutcome?> SendNextAsync(CancellationToken cancellationToken)
    {
        if (_page is not { } page)
            return null;
        try
        {
            var outcome = await SettleAsync(page, cancellationToken);
            Totals.Add(outcome);
            await MovePastAsync(page, failed: false, cancellationToken);
            _failuresInARow = 0;
            return outcome;
        }
        catch (PushFailedException e)
        {
            Totals.Add(e);
            IsStopped = e.IsFinal || ++_failuresInARow >= MaxFailuresInARow;
            // A page that nothing is wrong with is where the next run begins.
            if (!e.IsFinal)
                await MovePastAsync(page, failed: true, cancellationToken);
            throw;
        }
        finally
        {
            page.Dispose();
            _page = null;
            if (!cancellationToken.IsCancellationRequested && !IsStopped)
                await NextPageAsync(cancellationToken);
        }
    }

    /// <summary>Ends the phase; when every row of it is accounted for, the time of the last success moves.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await CloseReaderAsync();
        _ranges.Clear();
        if (_phase == PushPhase.Refused || IsStopped || _state.Window is not { Failed.Count: 0 } window)
            return;
        _state = new PushState { Pushed = window.UpTo };
        await _store.SetAsync(
            [_state.ToSetting(Kind), new(Kind.LastSuccess, SettingDate.Format(window.Started))], cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseReaderAsync();
        _ended();
    }

    // What failed before has changed since, and is the next window's.
    private void NothingLeft()
    {
        _ranges.Clear();
        if (_phase != PushPhase.Refused)
            _state = _state with { Window = _state.Window! with { Failed = [] } };
    }

    private async Task<PageOutcome> SettleAsync(PushPage page, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await _sender.SendAsync(page, cancellationToken);
            if (outcome.Refused.Count > 0 || _open > 0)
                _open = await _conflicts.RecordAsync(Kind, page, outcome, cancellationToken);
            return outcome;
        }
        catch (DataSetsWantedException)
        {
            // It was read without them. Rows that changed meanwhile are the next window's.
            _receiver.ByDataSet = true;
            await using var reader = Reader(new(page.After, page.Last));
            using var again = await reader.ReadAsync(cancellationToken);
            return again is null ? new PageOutcome(0) : await SettleAsync(again, cancellationToken);
        }
    }

    private async Task<PushWindow> NewWindowAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset started;
        long upTo;
        // Nobody is in the middle of a write now, so whatever changes from here on is later than this.
        await using (var turn = await _warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken))
        {
            started = _time.GetUtcNow();
            upTo = await turn.Connection.ScalarAsync<long>($"""
                select greatest((select coalesce(max(changed), 0) from datavalue), (select coalesce(max(changed), 0) from completedatasetregistration))
                """, cancellationToken);
        }
        return new PushWindow
        {
            Remote = _receiver.Account.ToString(),
            Started = started,
            LastSuccess = await _settings.DateAsync(Kind.LastSuccess, cancellationToken),
            SkipBefore = await _settings.DateAsync(SettingKeys.SkipChangedBefore, cancellationToken),
            After = _state.Pushed,
            UpTo = upTo,
        };
    }

    private async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _warehouse.OpenReadAsync(cancellationToken);
        long rows = 0;
        foreach (var range in _ranges)
        {
            var (sql, parameters) = _query!.Count(range);
            rows += await connection.ScalarAsync<long>(sql, cancellationToken, parameters);
        }
        return rows;
    }

    private PageReader Reader(KeyRange range) => new(_warehouse, Kind, _query!, _names!, range, _receiver, _pageSize, _time);

    private async Task NextPageAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_reader is not null)
            {
                if (await _reader.ReadAsync(cancellationToken) is { } page)
                {
                    _page = page;
                    return;
                }
                await CloseReaderAsync();
                await EndRangeAsync(cancellationToken);
            }
            if (!_ranges.TryDequeue(out _range))
                return;
            _reader = Reader(_range);
        }
    }

    // A page that failed leaves its range in the window; one that did not, moves the position, or the beginning of the range that had failed.
    private async Task MovePastAsync(PushPage page, bool failed, CancellationToken cancellationToken)
    {
        if (_phase == PushPhase.Refused || _state.Window is not { } window)
            return;
        var ranges = window.Failed.ToList();
        if (failed)
            ranges.Add(new(page.After, page.Last));
        if (_range!.UpTo is null)
        {
            window = window with { Position = page.Last, Failed = ranges };
        }
        else
        {
            var at = ranges.FindIndex(r => SameKey(r.UpTo, _range.UpTo) && SameKey(r.After, _range.After));
            _range = new(page.Last, _range.UpTo);
            if (at >= 0)
                ranges[at] = _range;
            window = window with { Failed = ranges };
        }
        _state = _state with { Window = window };
        await SaveAsync(cancellationToken);
    }

    private async Task EndRangeAsync(CancellationToken cancellationToken)
    {
        if (_phase == PushPhase.Refused || _range?.UpTo is null || _state.Window is not { } window)
            return;
        _state = _state with
        {
            Window = window with { Failed = [.. window.Failed.Where(r => !(SameKey(r.UpTo, _range.UpTo) && SameKey(r.After, _range.After)))] },
        };
        await SaveAsync(cancellationToken);
    }

    private static bool SameKey(long[]? one, long[]? other) => one is null || other is null ? one == other : one.AsSpan().SequenceEqual(other);

    private ValueTask SaveAsync(CancellationToken cancellationToken) => _store.SetAsync([_state.ToSetting(Kind)], cancellationToken);

    private async ValueTask CloseReaderAsync()
    {
        _page?.Dispose();
        _page = null;
        if (_reader is { } reader)
        {
            _reader = null;
            await reader.DisposeAsync();
        }
    }

    private sealed class PageNumbers(PushRun run) : IReadOnlyCollection<int>
    {
        public int Count => (int)Math.Max(1, (run._rows + run._pageSize - 1) / run._pageSize);

        public IEnumerator<int> GetEnumerator()
        {
            for (var number = 1; !run.IsAtEnd; number++)
                yield return number;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
