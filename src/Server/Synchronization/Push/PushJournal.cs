using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>Keeps on disk, after each step, how far the push of a kind has come, so that the next run goes on there whatever ends this
/// one; and moves the time of the last success when every row of the window is accounted for.</summary>
/// <param name="kind">What is pushed.</param>
/// <param name="receiver">Where to.</param>
/// <param name="warehouse">Where the rows are.</param>
/// <param name="store">Where the state is.</param>
/// <param name="settings">Where the time of the last success is.</param>
/// <param name="strict">The time of the last success does not move while rows are refused.</param>
/// <param name="time">The clock.</param>
internal sealed class PushJournal(
    PushKind kind, Receiver receiver, IWarehouse warehouse, ISettingStore store, SystemSettings settings, bool strict, TimeProvider time)
{
    private PushState _state = new();

    /// <summary>The push that has begun and not come to its end.</summary>
    public PushWindow? Window => _state.Window;

    /// <summary>Reads what earlier runs left. A push to another server, or from another time on, begins anew.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _state = await PushState.LoadAsync(store, kind, cancellationToken);
        if (_state.Window is { } window
            && (window.Remote != receiver.Account.ToString()
                || window.LastSuccess != await settings.DateAsync(kind.LastSuccess, cancellationToken)
                || window.SkipBefore != await settings.DateAsync(SettingKeys.SkipChangedBefore, cancellationToken)))
            _state = _state with { Window = null };
    }

    /// <summary>Begins a push of all that changed; it is on disk from <see cref="SaveAsync"/> on.</summary>
    public async Task<PushWindow> BeginAsync(CancellationToken cancellationToken)
    {
        var last = await settings.DateAsync(kind.LastSuccess, cancellationToken);
        var again = _state.LastSuccess is { } left && left != last;
        DateTimeOffset started;
        long upTo;
        // Nobody is in the middle of a write now, so whatever changes from here on is later than this.
        await using (var turn = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken))
        {
            // As exact as the setting that it becomes.
            started = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
            upTo = await turn.Connection.ScalarAsync<long>($"""
                select greatest((select coalesce(max(changed), 0) from datavalue), (select coalesce(max(changed), 0) from completedatasetregistration))
                """, cancellationToken);
            // Rows that the receiver has are under way to it once more.
            if (again && receiver.SystemId is { } system)
            {
                await DataPeers.SetPushedAsync(turn.Connection, kind.Array, system, 0, cancellationToken);
                await turn.CommitAsync(cancellationToken);
            }
        }
        var window = new PushWindow
        {
            Remote = receiver.Account.ToString(),
            Started = started,
            LastSuccess = last,
            Since = again ? last : _state.Since ?? last,
            Again = again,
            SkipBefore = await settings.DateAsync(SettingKeys.SkipChangedBefore, cancellationToken),
            After = _state.Pushed,
            UpTo = upTo,
        };
        _state = _state with { Window = window };
        return window;
    }

    /// <summary>Writes the window down.</summary>
    public ValueTask SaveAsync(CancellationToken cancellationToken) => store.SetAsync([_state.ToSetting(kind)], cancellationToken);

    /// <summary>A page is behind, accounted for or failed.</summary>
    public async Task PassAsync(KeyRange range, KeyRange page, bool failed, CancellationToken cancellationToken)
    {
        _state = _state with { Window = _state.Window?.Past(range, page, failed) };
        await SaveAsync(cancellationToken);
    }

    /// <summary>A range that had failed is accounted for.</summary>
    public async Task EndAsync(KeyRange range, CancellationToken cancellationToken)
    {
        _state = _state with { Window = _state.Window?.Without(range) };
        await SaveAsync(cancellationToken);
    }

    /// <summary>No row of the window is left: what failed before has changed since, and is the next window's.</summary>
    public void Forgive() => _state = _state with { Window = _state.Window! with { Failed = [] } };

    /// <summary>Ends the window when every row of it is accounted for.</summary>
    /// <param name="open">How many rows of the kind are refused.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task CloseAsync(long open, CancellationToken cancellationToken)
    {
        if (_state.Window is not { Failed.Count: 0 } window)
            return;
        _state = new PushState { Pushed = window.UpTo, Since = window.Started, LastSuccess = window.LastSuccess };
        if (!await SettleAsync(open, cancellationToken))
            await SaveAsync(cancellationToken);
        if (receiver.SystemId is not { } system)
            return;
        await using var turn = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        await DataPeers.SetPushedAsync(turn.Connection, kind.Array, system, window.UpTo, cancellationToken);
        await turn.CommitAsync(cancellationToken);
    }

    /// <summary>Moves the time of the last success to the last window that is closed, unless rows that are refused forbid it.</summary>
    /// <returns>Whether it moved.</returns>
    public async Task<bool> SettleAsync(long open, CancellationToken cancellationToken)
    {
        if (_state is not { Window: null, Since: { } since } || since == _state.LastSuccess || (strict && open > 0)
            || await settings.DateAsync(kind.LastSuccess, cancellationToken) != _state.LastSuccess)
            return false;
        _state = _state with { LastSuccess = since };
        await store.SetAsync([_state.ToSetting(kind), new(kind.LastSuccess, SettingDate.Format(since))], cancellationToken);
        return true;
    }
}
