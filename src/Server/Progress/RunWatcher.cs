using System.Runtime.CompilerServices;
using System.Threading.Channels;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Finds a run that is no longer in memory; null when there is none.</summary>
internal delegate ValueTask<JobRun?> FindStoredRun(string runId, CancellationToken cancellationToken);

/// <summary>One reader of one or many runs. It holds no events: only how far it is in each run, so a slow reader
/// costs no memory and finds everything it missed merged.</summary>
internal sealed class RunWatcher(
    ProgressHub hub, RunFilter filter, Dictionary<string, long> positions, FindStoredRun findStored, TimeProvider time)
    : IDisposable
{
    // A dirty flag: one place, and a second wake-up adds nothing to the first.
    private readonly Channel<bool> _dirty = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly List<RunFeed> _feeds = [];
    private long _endedAfter = hub.EndedBefore(positions.Keys);
    private string? _lastEnded;
    private long _lastSent = time.GetTimestamp();

    /// <summary>Which runs are watched.</summary>
    public RunFilter Filter { get; } = filter;

    /// <summary>Something may have changed.</summary>
    public void Wake() => _dirty.Writer.TryWrite(true);

    /// <summary>Wakes the reader for a heartbeat when it got nothing for so long.</summary>
    public void WakeIfSilent(TimeSpan silence)
    {
        if (time.GetElapsedTime(Volatile.Read(ref _lastSent)) >= silence)
            Wake();
    }

    /// <summary>Ends the stream with an error.</summary>
    public void Close(Exception reason) => _dirty.Writer.TryComplete(reason);

    /// <summary>The events, until cancelled or closed.</summary>
    public async IAsyncEnumerable<WatchedEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Wake();
        while (await _dirty.Reader.WaitToReadAsync(cancellationToken))
        {
            _dirty.Reader.TryRead(out _);
            var sent = false;
            _feeds.Clear();
            _endedAfter = hub.Collect(Filter, _endedAfter, _feeds);
            foreach (var runId in Forgotten())
            {
                if (await EndOfForgottenAsync(runId, cancellationToken) is not { } end)
                    continue;
                sent = true;
                yield return Sent(end);
            }

            foreach (var feed in _feeds)
            {
                if (feed.EventSince(positions.GetValueOrDefault(feed.RunId, -1)) is not { } next)
                {
                    // A resumed reader may have had the end before.
                    if (feed.EndSequence > 0)
                        Ended(feed.RunId);
                    continue;
                }

                sent = true;
                yield return Sent(next);
            }

            if (!sent && time.GetElapsedTime(_lastSent) >= ProgressHub.HeartbeatAfter)
                yield return Heartbeat();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        hub.Remove(this);
        _dirty.Writer.TryComplete();
    }

    // Runs that this reader saw begin, and that ended so long ago that memory has let them go.
    // Asked at every wake-up, and hardly ever any.
    private string[] Forgotten()
    {
        List<string>? forgotten = null;
        foreach (var id in positions.Keys)
        {
            if (id != _lastEnded && !IsCollected(id))
                (forgotten ??= []).Add(id);
        }

        return forgotten?.ToArray() ?? [];
    }

    private bool IsCollected(string runId)
    {
        foreach (var feed in _feeds)
        {
            if (feed.RunId == runId)
                return true;
        }

        return false;
    }

    private async ValueTask<RunEvent?> EndOfForgottenAsync(string runId, CancellationToken cancellationToken)
    {
        var run = await findStored(runId, cancellationToken);
        if (run?.Outcome is not null && Filter.Matches(run.RunId, run.JobUid, run.Type))
        {
            return new RunEvent
            {
                RunId = runId,
                JobUid = run.JobUid,
                Type = run.Type,
                // After a crash the store may know less than this reader saw; revisions grow all the same.
                Revision = Math.Max(run.Progress.Revision, positions[runId] + 1),
                Terminal = true,
                Snapshot = run,
            };
        }

        positions.Remove(runId);
        return null;
    }

    private WatchedEvent Sent(RunEvent next)
    {
        Volatile.Write(ref _lastSent, time.GetTimestamp());
        positions[next.RunId] = next.Revision;
        if (next.Terminal)
            Ended(next.RunId);
        return new(next, Token());
    }

    // The latest ended run stays in the token, so that a resumed stream knows which came after it.
    private void Ended(string runId)
    {
        if (_lastEnded is not null && _lastEnded != runId)
            positions.Remove(_lastEnded);
        _lastEnded = runId;
    }

    private WatchedEvent Heartbeat()
    {
        Volatile.Write(ref _lastSent, time.GetTimestamp());
        var runId = positions.Count == 1 ? positions.First().Key : "";
        var feed = hub.FindRecent(runId);
        var heartbeat = new RunEvent
        {
            RunId = runId,
            JobUid = feed?.JobUid ?? Filter.JobUid ?? "",
            Type = feed?.Type ?? Filter.Type ?? default,
            Revision = positions.GetValueOrDefault(runId),
            Heartbeat = time.GetUtcNow(),
        };
        return new(heartbeat, Token());
    }

    private string Token() => ResumeToken.Format(positions);
}
