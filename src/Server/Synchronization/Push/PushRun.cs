using System.Collections;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>One push of one kind: its phases, and the pages of each, one at a time. What is behind it is in its journal.</summary>
internal sealed class PushRun : IAsyncDisposable
{
    // Then the receiver is down, and the rest of the pages would only take time.
    private const int MaxFailuresInARow = 3;

    private readonly IWarehouse _warehouse;
    private readonly PushJournal _journal;
    private readonly PushConflicts _conflicts;
    private readonly PageSender _sender;
    private readonly Receiver _receiver;
    private readonly TimeProvider _time;
    private readonly int _pageSize;
    private readonly Action _ended;
    private readonly DateTimeOffset _started;

    private long _open;
    private int _failuresInARow;
    private Pass? _pass;

    /// <summary>Prepares a run; <see cref="LoadAsync"/> comes next.</summary>
    public PushRun(
        PushKind kind, Receiver receiver, PageSender sender, int pageSize, IWarehouse warehouse, PushJournal journal, PushConflicts conflicts,
        TimeProvider time, Action ended)
    {
        (Kind, _receiver, _sender, _pageSize, _warehouse) = (kind, receiver, sender, pageSize, warehouse);
        (_journal, _conflicts, _time, _ended) = (journal, conflicts, time, ended);
        _started = time.GetUtcNow();
        Pages = new PageNumbers(this);
    }

    /// <summary>What is pushed.</summary>
    public PushKind Kind { get; }

    /// <summary>What it has come to.</summary>
    public PushTotals Totals { get; } = new();

    /// <summary>No page of the phase is left, or no further one makes sense.</summary>
    public bool IsAtEnd => _pass?.Page is null || IsStopped;

    /// <summary>No further page makes sense.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The pages of the phase, by number from 1. Their count is what it was at the beginning; they go on until none is left.</summary>
    public IReadOnlyCollection<int> Pages { get; }

    /// <summary>Reads what earlier runs left.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _journal.LoadAsync(cancellationToken);
        _open = await _conflicts.CountAsync(Kind, cancellationToken);
    }

    /// <summary>Whether the phase has anything to look at.</summary>
    public bool Has(PushPhase phase) => !IsStopped && phase switch
    {
        PushPhase.Interrupted => _journal.Window is not null,
        PushPhase.Refused => _open > 0 && Totals.FailedPages == 0,
        // What could not be sent is looked at again first, the next time.
        _ => _journal.Window is null,
    };

    /// <summary>Begins a phase.</summary>
    /// <returns>How many rows it has to send.</returns>
    public async Task<long> OpenAsync(PushPhase phase, CancellationToken cancellationToken)
    {
        var pass = await PassAsync(phase, cancellationToken);
        pass.Rows = await CountAsync(pass, cancellationToken);
        _pass = pass;
        if (pass.Rows == 0)
        {
            pass.Ranges.Clear();
            if (phase != PushPhase.Refused)
                _journal.Forgive();
            return 0;
        }
        pass.Names = await PushNames.LoadAsync(_warehouse, cancellationToken);
        if (phase == PushPhase.Changed)
            await _journal.SaveAsync(cancellationToken);
        await NextPageAsync(pass, cancellationToken);
        return pass.Rows;
    }

    /// <summary>Sends the page that is next.</summary>
    /// <returns>What became of it; null when there is none left.</returns>
    /// <exception cref="PushFailedException">It is not accounted for, and will be looked at again.</exception>
    public async Task<PageOutcome?> SendNextAsync(CancellationToken cancellationToken)
    {
        if (_pass is not { Page: { } page } pass)
            return null;
        try
        {
            var outcome = await SettleAsync(pass, page, cancellationToken);
            Totals.Add(outcome);
            await MovePastAsync(pass, page, failed: false, cancellationToken);
            _failuresInARow = 0;
            return outcome;
        }
        catch (PushFailedException e)
        {
            Totals.Add(e);
            IsStopped = e.IsFinal || ++_failuresInARow >= MaxFailuresInARow;
            // A page that nothing is wrong with is where the next run begins.
            if (!e.IsFinal)
                await MovePastAsync(pass, page, failed: true, cancellationToken);
            throw;
        }
        finally
        {
            page.Dispose();
            pass.Page = null;
            if (!cancellationToken.IsCancellationRequested && !IsStopped)
                await NextPageAsync(pass, cancellationToken);
        }
    }

    /// <summary>Ends the phase; when every row of it is accounted for, the time of the last success moves.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (_pass is not { } pass)
            return;
        await pass.DisposeAsync();
        _pass = null;
        if (IsStopped)
            return;
        if (pass.Phase == PushPhase.Refused)
            await _journal.SettleAsync(_open, cancellationToken);
        else
            await _journal.CloseAsync(_open, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_pass is { } pass)
            await pass.DisposeAsync();
        _ended();
    }

    private async Task<Pass> PassAsync(PushPhase phase, CancellationToken cancellationToken)
    {
        if (phase == PushPhase.Refused)
        {
            await _conflicts.ForgetGoneAsync(Kind, cancellationToken);
            _open = await _conflicts.CountAsync(Kind, cancellationToken);
            return new Pass(phase, PushQuery.Refused(Kind, _started), [new(null, null)]);
        }
        var window = phase == PushPhase.Changed ? await _journal.BeginAsync(cancellationToken) : _journal.Window!;
        return new Pass(phase, PushQuery.Of(Kind, window, _receiver.SystemId), window.Left);
    }

    private async Task<PageOutcome> SettleAsync(Pass pass, PushPage page, CancellationToken cancellationToken)
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
            await using var reader = Reader(pass, page.Range);
            using var again = await reader.ReadAsync(cancellationToken);
            return again is null ? new PageOutcome(0) : await SettleAsync(pass, again, cancellationToken);
        }
    }

    private async Task<long> CountAsync(Pass pass, CancellationToken cancellationToken)
    {
        await using var connection = await _warehouse.OpenReadAsync(cancellationToken);
        long rows = 0;
        foreach (var range in pass.Ranges)
        {
            var (sql, parameters) = pass.Query.Count(range);
            rows += await connection.ScalarAsync<long>(sql, cancellationToken, parameters);
        }
        return rows;
    }

    private PageReader Reader(Pass pass, KeyRange range) => new(_warehouse, Kind, pass.Query, pass.Names!, range, _receiver, _pageSize, _time);

    private async Task NextPageAsync(Pass pass, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (pass.Reader is not null)
            {
                if (await pass.Reader.ReadAsync(cancellationToken) is { } page)
                {
                    pass.Page = page;
                    return;
                }
                await pass.CloseReaderAsync();
                if (pass is { Phase: not PushPhase.Refused, Range: { IsOpen: false } range })
                    await _journal.EndAsync(range, cancellationToken);
            }
            if (!pass.Ranges.TryDequeue(out var next))
                return;
            pass.Range = next;
            pass.Reader = Reader(pass, next);
        }
    }

    private async Task MovePastAsync(Pass pass, PushPage page, bool failed, CancellationToken cancellationToken)
    {
        if (pass.Phase == PushPhase.Refused)
            return;
        await _journal.PassAsync(pass.Range!, page.Range, failed, cancellationToken);
        if (!pass.Range!.IsOpen)
            pass.Range = pass.Range with { After = page.Last };
    }

    /// <summary>A phase on its way: which rows, what is left of them, and the page that is next.</summary>
    private sealed class Pass(PushPhase phase, PushQuery query, IEnumerable<KeyRange> ranges) : IAsyncDisposable
    {
        public PushPhase Phase => phase;

        public PushQuery Query => query;

        public Queue<KeyRange> Ranges { get; } = new(ranges);

        public long Rows { get; set; }

        public PushNames? Names { get; set; }

        public KeyRange? Range { get; set; }

        public PageReader? Reader { get; set; }

        public PushPage? Page { get; set; }

        public async ValueTask CloseReaderAsync()
        {
            if (Reader is { } reader)
            {
                Reader = null;
                await reader.DisposeAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            Page?.Dispose();
            Page = null;
            await CloseReaderAsync();
        }
    }

    private sealed class PageNumbers(PushRun run) : IReadOnlyCollection<int>
    {
        public int Count => (int)Math.Max(1, ((run._pass?.Rows ?? 0) + run._pageSize - 1) / run._pageSize);

        public IEnumerator<int> GetEnumerator()
        {
            for (var number = 1; !run.IsAtEnd; number++)
                yield return number;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
