using Dhis2Grpc.Server.Errors;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Progress;

/// <summary>The runs in progress on this server, and everybody who watches them. A job never waits for a watcher:
/// it leaves a mark, and a delivery per run and tick wakes the watchers, each of which fetches what it lacks.</summary>
internal sealed class ProgressHub : IDisposable
{
    /// <summary>Changes of one run within a tick go out together.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>A silent stream gets a heartbeat after so long.</summary>
    public static readonly TimeSpan HeartbeatAfter = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan HeartbeatCheck = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Action<RunFeed> _changed;
    private readonly ITimer _heartbeat;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunFeed> _running = [];
    private readonly RecentRuns _recent = new();
    private RunWatcher[] _watchers = [];
    private bool _closed;

    public ProgressHub(TimeProvider time)
    {
        _time = time;
        _changed = Changed;
        _heartbeat = time.CreateTimer(
            static hub => ((ProgressHub)hub!).Beat(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs in progress, in no order.</summary>
    public IReadOnlyList<RunFeed> Running
    {
        get
        {
            lock (_gate)
                return [.. _running.Values];
        }
    }

    /// <summary>Number of watchers.</summary>
    public int WatcherCount => Volatile.Read(ref _watchers).Length;

    /// <summary>Opens the feed of a run that starts.</summary>
    public RunFeed Begin(JobRun run)
    {
        var feed = new RunFeed(run, _time, _changed);
        lock (_gate)
            _running.Add(run.RunId, feed);
        Changed(feed);
        return feed;
    }

    /// <summary>Closes the feed of a run that ended and was recorded so; every watcher still gets its end.</summary>
    public void End(RunFeed feed)
    {
        lock (_gate)
        {
            if (!_running.Remove(feed.RunId))
                return;
            _recent.Add(feed);
        }

        Changed(feed);
    }

    /// <summary>The run in progress with the id; null when there is none.</summary>
    public RunFeed? Find(string runId)
    {
        lock (_gate)
            return _running.GetValueOrDefault(runId);
    }

    /// <summary>The run in progress of the type; null when there is none.</summary>
    public RunFeed? FindByType(JobType type) => Find(f => f.Type == type);

    /// <summary>The run in progress of the job; null when there is none.</summary>
    public RunFeed? FindByJob(string jobUid) => Find(f => f.JobUid == jobUid);

    /// <summary>The run, in progress or ended lately; null when neither.</summary>
    public RunFeed? FindRecent(string runId)
    {
        lock (_gate)
            return _running.GetValueOrDefault(runId) ?? _recent.Find(runId);
    }

    /// <summary>Starts to watch. The watcher must be disposed.</summary>
    /// <param name="filter">Which runs.</param>
    /// <param name="resumeToken">Where an earlier stream ended.</param>
    /// <param name="findStored">Finds runs that are no longer in memory.</param>
    public RunWatcher Watch(RunFilter filter, string? resumeToken, FindStoredRun findStored)
    {
        lock (_gate)
        {
            if (_closed)
                throw Closed();
            var watcher = new RunWatcher(this, filter, ResumeToken.Parse(resumeToken), findStored, _time);
            _watchers = [.. _watchers, watcher];
            if (_watchers.Length == 1)
                _heartbeat.Change(HeartbeatCheck, HeartbeatCheck);
            return watcher;
        }
    }

    /// <summary>Ends a watch.</summary>
    public void Remove(RunWatcher watcher)
    {
        lock (_gate)
        {
            _watchers = [.. _watchers.Where(w => w != watcher)];
            if (_watchers.Length == 0 && !_closed)
                _heartbeat.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Where a watcher begins to look at ended runs: now, or with the earliest ended one that it was told
    /// of.</summary>
    public long EndedBefore(IEnumerable<string> runIds)
    {
        lock (_gate)
        {
            var told = runIds.Select(_recent.Find).OfType<RunFeed>().Select(f => f.EndSequence - 1);
            return told.Append(_recent.Sequence).Min();
        }
    }

    /// <summary>Feeds that a watcher should look at: those in progress, and those that ended after the sequence
    /// number.</summary>
    /// <returns>The sequence number to ask with next time.</returns>
    public long Collect(RunFilter filter, long endedAfter, List<RunFeed> feeds)
    {
        lock (_gate)
        {
            if (filter.RunId is { } runId)
            {
                if ((_running.GetValueOrDefault(runId) ?? _recent.Find(runId)) is { } feed)
                    feeds.Add(feed);
                return _recent.Sequence;
            }

            feeds.AddRange(_recent.EndedAfter(endedAfter).Where(filter.Matches));
            foreach (var feed in _running.Values)
            {
                if (filter.Matches(feed))
                    feeds.Add(feed);
            }

            return _recent.Sequence;
        }
    }

    /// <summary>Ends all watches with UNAVAILABLE, and refuses new ones: the server shuts down.</summary>
    public void Close()
    {
        RunWatcher[] watchers;
        lock (_gate)
        {
            _closed = true;
            watchers = _watchers;
        }

        foreach (var watcher in watchers)
            watcher.Close(Closed());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _heartbeat.Dispose();
    }

    private static Dhis2Exception Closed() =>
        new(ErrorKind.Unavailable, "The server is shutting down.") { RetryAfter = TimeSpan.FromSeconds(2) };

    private RunFeed? Find(Func<RunFeed, bool> predicate)
    {
        lock (_gate)
            return _running.Values.FirstOrDefault(predicate);
    }

    private void Changed(RunFeed feed)
    {
        if (Volatile.Read(ref _watchers).Length == 0 || !feed.Flush.TryClaim())
            return;
        var wait = feed.Flush.Wait(_time, Tick);
        if (wait == TimeSpan.Zero)
            ThreadPool.UnsafeQueueUserWorkItem(static s => s.Hub.Deliver(s.Feed), (Hub: this, Feed: feed), preferLocal: false);
        else
            _ = DeliverLaterAsync(feed, wait);
    }

    private async Task DeliverLaterAsync(RunFeed feed, TimeSpan wait)
    {
        await Task.Delay(wait, _time, CancellationToken.None).ConfigureAwait(false);
        Deliver(feed);
    }

    private void Deliver(RunFeed feed)
    {
        feed.Flush.Begin(_time);
        foreach (var watcher in Volatile.Read(ref _watchers))
        {
            if (watcher.Filter.Matches(feed))
                watcher.Wake();
        }
    }

    private void Beat()
    {
        foreach (var watcher in Volatile.Read(ref _watchers))
            watcher.WakeIfSilent(HeartbeatAfter);
    }
}
