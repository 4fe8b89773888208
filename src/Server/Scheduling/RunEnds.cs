using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Records how runs ended. Those that end while others are being written are written together next; and when
/// a crowd is running, its ends are waited for a moment, since each write costs the same however many it is of, and
/// those that are due and not started yet come first.</summary>
/// <param name="store">Where to.</param>
/// <param name="instance">This server.</param>
/// <param name="time">The time.</param>
/// <param name="logger">Hears of failures.</param>
/// <param name="active">The runs that are not recorded as ended yet.</param>
/// <param name="recorded">Hears of the runs recorded.</param>
internal sealed class RunEnds(
    IJobStore store,
    ServerInstance instance,
    TimeProvider time,
    ILogger logger,
    ActiveRuns active,
    Action<IReadOnlyList<EndedRun>> recorded) : IDisposable
{
    private const int Crowd = 64;
    private const int MaxCrowdWaits = 5;
    private static readonly TimeSpan CrowdWait = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _abandoned = new();
    private List<EndedRun> _waiting = [];
    private bool _recording;

    /// <summary>A run ended.</summary>
    public void Add(EndedRun run)
    {
        lock (_gate)
        {
            _waiting.Add(run);
            if (_recording)
                return;
            _recording = true;
        }

        _ = RecordAsync();
    }

    /// <summary>Gives up what cannot be written: the server shuts down.</summary>
    public Task AbandonAsync() => _abandoned.CancelAsync();

    /// <inheritdoc/>
    public void Dispose() => _abandoned.Dispose();

    private async Task RecordAsync()
    {
        do
        {
            for (var i = 0; i < MaxCrowdWaits && active.Count >= Crowd && (i == 0 || active.IsClaiming); i++)
                await Task.Delay(CrowdWait, time, _abandoned.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var group = Take();
            await RecordAsync(group);
            recorded(group);
        }
        while (HasMore());
    }

    private List<EndedRun> Take()
    {
        lock (_gate)
        {
            var group = _waiting;
            _waiting = new(group.Count);
            return group;
        }
    }

    private bool HasMore()
    {
        lock (_gate)
            return _recording = _waiting.Count > 0;
    }

    private async Task RecordAsync(List<EndedRun> group)
    {
        for (var wait = FirstRetry; !_abandoned.IsCancellationRequested; wait = wait < LastRetry ? wait * 2 : LastRetry)
        {
            try
            {
                await WriteAsync(group);
                return;
            }
#pragma warning disable CA1031 // an end that is not recorded would block the type, so it is tried until it is
            catch (Exception e)
#pragma warning restore CA1031
            {
                SchedulingLog.EndsNotRecorded(logger, e, group.Count, group[0].Active.Run.RunId, wait.TotalSeconds);
            }

            await Task.Delay(wait, time, _abandoned.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WriteAsync(List<EndedRun> group)
    {
        var ends = new JobRunEnd[group.Count];
        for (var i = 0; i < ends.Length; i++)
        {
            var (active, outcome, error, finished, _) = group[i];
            var (progress, cancelRequested) = active.Feed.State();
            // The run may end before whoever cancelled it comes to write that down.
            if (cancelRequested is { } cancelled)
                await store.TryRequestCancelAsync(active.Run.RunId, cancelled, CancellationToken.None);
            ends[i] = new(active.Run.RunId, instance.Id, outcome, error, progress, finished);
        }

        var won = await store.TryFinishAsync(ends, CancellationToken.None);
        for (var i = 0; i < won.Length; i++)
        {
            if (!won[i])
                SchedulingLog.Lost(logger, ends[i].RunId, ends[i].Outcome);
        }
    }
}
