using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>The runs that this server claimed, and the claims being written: the shutdown waits for both, since a
/// claimed run is to be ended. Thread-safe.</summary>
internal sealed class ActiveRuns
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ActiveRun> _runs = [];
    private readonly TaskCompletionSource _claimed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _claims;
    private volatile bool _closed;

    /// <summary>No more are claimed.</summary>
    public bool IsClosed => _closed;

    /// <summary>Number of runs.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _runs.Count;
        }
    }

    /// <summary>Whether claims are being written.</summary>
    public bool IsClaiming
    {
        get
        {
            lock (_gate)
                return _claims > 0;
        }
    }

    /// <summary>The runs, in no order.</summary>
    public IReadOnlyList<ActiveRun> All
    {
        get
        {
            lock (_gate)
                return [.. _runs.Values];
        }
    }

    /// <summary>Whether the run is among them.</summary>
    public bool Contains(string runId)
    {
        lock (_gate)
            return _runs.ContainsKey(runId);
    }

    /// <summary>Begins to claim runs; <see cref="EndClaim"/> must follow.</summary>
    /// <exception cref="Dhis2Exception">The server shuts down.</exception>
    public void BeginClaim()
    {
        lock (_gate)
        {
            if (_closed)
                throw new Dhis2Exception(ErrorKind.Unavailable, "The server is shutting down.") { RetryAfter = TimeSpan.FromSeconds(2) };
            _claims++;
        }
    }

    /// <summary>Claiming runs came to an end.</summary>
    /// <param name="runs">The runs that were claimed.</param>
    public void EndClaim(IEnumerable<ActiveRun> runs)
    {
        lock (_gate)
        {
            foreach (var run in runs)
                _runs.Add(run.Run.RunId, run);
            _claims--;
            Signal();
        }
    }

    /// <summary>Runs ended, and were recorded.</summary>
    public void Remove(IEnumerable<EndedRun> runs)
    {
        lock (_gate)
        {
            foreach (var run in runs)
                _runs.Remove(run.Active.Run.RunId);
            Signal();
        }
    }

    /// <summary>From now on none are claimed.</summary>
    /// <returns>Completes when the claims being written are.</returns>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            Signal();
            return _claimed.Task;
        }
    }

    /// <summary>Completes when all runs ended, after <see cref="CloseAsync"/>.</summary>
    public Task EndedAsync() => _ended.Task;

    private void Signal()
    {
        if (!_closed || _claims > 0)
            return;
        _claimed.TrySetResult();
        if (_runs.Count == 0)
            _ended.TrySetResult();
    }
}
