using System.Diagnostics.CodeAnalysis;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>The runs through queues on this server: those that go on, and the latest of each queue. It is memory only:
/// after a restart no queue goes on, and the history of its jobs tells how its last run ended. Thread-safe.</summary>
internal sealed class QueueRuns(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, QueueRun> _active = [];
    private readonly Dictionary<string, QueueRun> _latest = [];
    private readonly Dictionary<string, string> _renamed = [];
    private TaskCompletionSource _changed = Signal();

    /// <summary>The queue's name now, its latest run, and what completes when any changes.</summary>
    public (string Queue, QueueRun? Run, Task Changed) Look(string queue)
    {
        lock (_gate)
        {
            queue = NameOf(queue);
            return (queue, _latest.GetValueOrDefault(queue), _changed.Task);
        }
    }

    /// <summary>A job of a queue started: as the next of a run, or as the first of a new one.</summary>
    public void Started(JobConfiguration job, JobRun run)
    {
        lock (_gate)
        {
            var queue = _active.Values.FirstOrDefault(q => run.Trigger == JobRunTrigger.Queue && q.Next?.Uid == job.Uid)
                ?? new QueueRun { Id = run.RunId, Queue = NameOf(job.QueueName!), Started = run.Started };
            Put(queue with { Next = null, Steps = [.. queue.Steps, QueueStep.Of(job, run)] });
        }
    }

    /// <summary>The run of a job ended; another is to follow.</summary>
    public void Continue(string runId, JobRunOutcome outcome, string? error, JobConfiguration next)
    {
        lock (_gate)
        {
            if (FindByRun(runId) is { } queue)
                Put(Ended(queue, runId, outcome, error) with { Next = next });
        }
    }

    /// <summary>The run of a job ended, and with it that of the queue.</summary>
    /// <param name="runId">The job's run.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="error">Why it failed.</param>
    /// <param name="skipped">The rest of the queue.</param>
    /// <param name="closed">The rest would have run, had the server not shut down.</param>
    public void End(string runId, JobRunOutcome outcome, string? error, IEnumerable<QueueStep> skipped, bool closed)
    {
        lock (_gate)
        {
            if (FindByRun(runId) is not { } queue)
                return;
            queue = Ended(queue, runId, outcome, error);
            List<QueueStep> steps = [.. queue.Steps, .. skipped];
            Close(queue with { Steps = steps }, outcome switch
            {
                JobRunOutcome.Completed when steps.Count == queue.Steps.Count => outcome,
                JobRunOutcome.Completed => closed ? JobRunOutcome.Stopped : JobRunOutcome.Failed,
                _ => outcome,
            });
        }
    }

    /// <summary>Takes back that a job is to start. Only one caller gets it.</summary>
    public bool TryTakeNext(string jobUid, [NotNullWhen(true)] out QueueRun? run, [NotNullWhen(true)] out JobConfiguration? next)
    {
        lock (_gate)
        {
            run = _active.Values.FirstOrDefault(q => q.Next?.Uid == jobUid);
            next = run?.Next;
            if (run is null || next is null)
                return false;
            run = run with { Next = null };
            Put(run);
            return true;
        }
    }

    /// <summary>A queue's run ends because its next job cannot start, or could not be found.</summary>
    public void Break(string id, IEnumerable<QueueStep> skipped)
    {
        lock (_gate)
        {
            if (_active.TryGetValue(id, out var queue))
                Close(queue with { Steps = [.. queue.Steps, .. skipped] }, JobRunOutcome.Failed);
        }
    }

    /// <summary>What follows the run of a job could not be found out; the queue's run ends.</summary>
    public void Lose(string runId, JobRunOutcome outcome, string? error) => End(runId, outcome, error, [], closed: true);

    /// <summary>A queue was made: what one of its name did before is not its.</summary>
    public void Forget(string queue)
    {
        lock (_gate)
        {
            _latest.Remove(queue);
            _renamed.Remove(queue);
            foreach (var run in _active.Values.Where(q => q.Queue == queue).ToList())
                _active.Remove(run.Id);
        }
    }

    /// <summary>A queue has another name, and its runs with it, also one that goes on.</summary>
    public void Rename(string queue, string name)
    {
        lock (_gate)
        {
            _latest.Remove(name);
            if (_latest.Remove(queue, out var latest))
                _latest[name] = latest with { Queue = name };
            foreach (var run in _active.Values.Where(r => r.Queue == queue).ToList())
            {
                var renamed = run with { Queue = name };
                _active[run.Id] = renamed;
                if (latest?.Id == run.Id)
                    _latest[name] = renamed;
            }

            // Names lead on to the last one, never in a circle.
            _renamed.Remove(name);
            _renamed[queue] = name;
            Signal(ref _changed);
        }
    }

    private string NameOf(string queue)
    {
        while (_renamed.TryGetValue(queue, out var name))
            queue = name;
        return queue;
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static QueueRun Ended(QueueRun queue, string runId, JobRunOutcome outcome, string? error) => queue with
    {
        Steps = [.. queue.Steps.Select(s => s.RunId == runId ? s with { Outcome = outcome, Error = error } : s)],
    };

    private QueueRun? FindByRun(string runId) => _active.Values.FirstOrDefault(q => q.Steps is [.., var last] && last.RunId == runId);

    private void Close(QueueRun queue, JobRunOutcome outcome)
    {
        Put(queue with { Outcome = outcome, Finished = time.GetUtcNow() });
        _active.Remove(queue.Id);
    }

    private void Put(QueueRun queue)
    {
        _active[queue.Id] = queue;
        // Two may go on at once, when a user starts a job in the middle; the one that began last is shown.
        if (!_latest.TryGetValue(queue.Queue, out var latest) || string.CompareOrdinal(queue.Id, latest.Id) >= 0)
            _latest[queue.Queue] = queue;
        Signal(ref _changed);
    }

    private static void Signal(ref TaskCompletionSource changed)
    {
        changed.TrySetResult();
        changed = Signal();
    }
}
