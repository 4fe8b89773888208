using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Progress;

/// <summary>One run as it happens: its record, its tree, and what changed since any recent revision.
/// Thread-safe; nothing here waits.</summary>
internal sealed class RunFeed(JobRun run, TimeProvider time, Action<RunFeed> changed)
{
    // Made when there is something to put in it: thousands of short runs per second report nothing and are watched by nobody.
    private ProgressTree? _tree;
    private JobRun _run = run;
    private Ending? _end;
    private long _runChangedAt;
    private int _openProcess = -1;
    private RunStop _stop;
    private string? _stopReason;
    private bool _stopNoticed;
    private (long From, RunEvent Event)? _latest;
    private HashSet<int>? _attempts;

    private ProgressTree Tree
    {
        get
        {
            if (_tree is null)
            {
                _tree = new();
                TakeEnd();
            }

            return _tree;
        }
    }

    /// <summary>Identifier of the run.</summary>
    public string RunId { get; } = run.RunId;

    /// <summary>UID of the job configuration.</summary>
    public string JobUid { get; } = run.JobUid;

    /// <summary>Type of the job.</summary>
    public JobType Type { get; } = run.Type;

    /// <summary>Delivery of changes to watchers; the hub's. It guards everything here too: a lock of its own would be one
    /// more object for each run.</summary>
    public FeedFlush Flush { get; } = new();

    /// <summary>Order in which runs ended; 0 while running. Set by the hub.</summary>
    public long EndSequence { get; set; }

    /// <summary>The latest revision.</summary>
    public long Revision
    {
        get
        {
            lock (Flush)
                return Tree.Revision;
        }
    }

    /// <summary>Number of items listed.</summary>
    public int ItemCount
    {
        get
        {
            lock (Flush)
                return _tree?.ItemCount ?? 0;
        }
    }

    /// <summary>Why the run should end early.</summary>
    public RunStop Stop
    {
        get
        {
            lock (Flush)
                return _stop;
        }
    }

    /// <summary>The run with its progress as it is now.</summary>
    public JobRun Snapshot()
    {
        lock (Flush)
        {
            var progress = Tree.Snapshot();
            return _run with { Progress = progress };
        }
    }

    /// <summary>Its progress as it is now, and when a user asked to cancel it.</summary>
    public (RunProgress Progress, DateTimeOffset? CancelRequested) State()
    {
        lock (Flush)
            return (_tree?.Snapshot() ?? RunProgress.Empty, _run.CancelRequested);
    }

    /// <summary>What a watcher that has the revision should see next; null when nothing. Below 0: has nothing.</summary>
    public RunEvent? EventSince(long revision)
    {
        lock (Flush)
        {
            var tree = Tree;
            if (revision == tree.Revision && revision >= 0)
                return null;
            // Watchers of one run are mostly equally far: they share one event.
            if (_latest is { } latest && latest.From == revision && latest.Event.Revision == tree.Revision)
                return latest.Event;
            var changes = revision < 0 ? null : tree.ChangesSince(revision);
            var next = new RunEvent
            {
                RunId = RunId,
                JobUid = JobUid,
                Type = Type,
                Revision = tree.Revision,
                Terminal = _run.Outcome is not null,
                Snapshot = changes is null ? _run with { Progress = tree.Snapshot() } : null,
                Delta = changes is null ? null : new RunDelta(_runChangedAt > revision ? _run : null, changes),
            };
            _latest = (revision, next);
            return next;
        }
    }

    /// <summary>Starts a process; an open one is completed implicitly.</summary>
    public void StartProcess(string? description) => Change(() =>
    {
        ThrowIfStopped();
        CloseProcess(ProgressStatus.Success, ProgressTexts.ImplicitProcess, null);
        OpenProcess(description);
    });

    /// <summary>Ends the open process.</summary>
    public void CompleteProcess(string? summary) => Change(() =>
        CloseProcess(ProgressStatus.Success, summary, null));

    /// <summary>Ends the open process with an error.</summary>
    /// <param name="error">The error.</param>
    /// <param name="isAttempt">Another process does the work once more: the error is not the run's.</param>
    public void FailProcess(string error, bool isAttempt = false) => Change(() =>
    {
        if (_openProcess < 0)
            OpenProcess(null);
        if (isAttempt)
            (_attempts ??= []).Add(_openProcess);
        CloseProcess(ProgressStatus.Error, null, error);
    });

    /// <summary>Adds errors of objects.</summary>
    public void AddErrors(IEnumerable<RunError> errors) => Change(() =>
    {
        foreach (var error in errors)
            Tree.Add(error);
    });

    /// <summary>Keeps what an import of data did.</summary>
    public void TellImport(ImportSummary summary) => Change(() => Tree.Import = summary);

    /// <summary>Starts a stage in the open process.</summary>
    public ProgressPath StartStage(string description, int totalItems, FailurePolicy policy) => Change(() =>
    {
        ThrowIfStopped();
        if (_openProcess < 0)
            OpenProcess(null);
        return Tree.Add(_openProcess, new StageProgress
        {
            Description = description,
            Status = ProgressStatus.Running,
            Started = time.GetUtcNow(),
            TotalItems = totalItems,
            OnFailure = policy,
        });
    });

    /// <summary>Ends a stage.</summary>
    public void EndStage(ProgressPath stage, ProgressStatus status, string? summary, string? error) => Change(() =>
        Tree.Set(stage, Tree.Stage(stage) with
        {
            Status = status,
            Completed = time.GetUtcNow(),
            Summary = summary,
            Error = error,
        }));

    /// <summary>Starts an item, unless the run should end.</summary>
    /// <returns>The item; null when it is not listed.</returns>
    public ProgressPath? StartItem(ProgressPath stage, ItemProgress item) => Change<ProgressPath?>(() =>
    {
        ThrowIfStopped();
        return Tree.ListsMoreItems ? Tree.Add(stage, item) : null;
    });

    /// <summary>Ends an item.</summary>
    /// <param name="stage">Its stage.</param>
    /// <param name="path">The item; null when it was not listed.</param>
    /// <param name="item">The item as it ended.</param>
    public void EndItem(ProgressPath stage, ProgressPath? path, ItemProgress item) => Change(() =>
    {
        if (path is { } listed)
        {
            Tree.Set(listed, item);
        }
        else if (item.Status == ProgressStatus.Error && Tree.ListsMoreFailures)
        {
            Tree.Add(stage, item);
        }
        else
        {
            var value = Tree.Stage(stage);
            Tree.Set(stage, value with { OmittedItems = value.OmittedItems + 1 });
        }
    });

    /// <summary>Asks the run to end. A user's cancellation is shown at once on all processes.</summary>
    /// <returns>False when it has ended, or was asked before.</returns>
    public bool RequestStop(RunStop stop, string reason, DateTimeOffset now) => Change(() =>
    {
        if (_run.Outcome is not null || _end is not null || _stop != RunStop.None)
            return false;
        _stop = stop;
        _stopReason = reason;
        if (stop != RunStop.Cancelled)
            return true;
        _run = _run with { CancelRequested = now };
        TouchRun();
        for (var i = 0; i < Tree.ProcessCount; i++)
            Tree.Set(i, Tree.Process(i) with { Status = ProgressStatus.Cancelled, Cancelled = now });
        return true;
    });

    /// <summary>Ends the run early because of a failure; the open process shows it at once.</summary>
    public void Abort(string error) => Change(() =>
    {
        if (_stop == RunStop.None)
        {
            _stop = RunStop.Aborted;
            _stopReason = error;
        }

        CloseProcess(ProgressStatus.Error, null, error, closeStages: false);
    });

    /// <summary>Throws when the run should end.</summary>
    public void ThrowIfStopping()
    {
        lock (Flush)
            ThrowIfStopped();
    }

    /// <summary>Closes what is open after the job returned, or threw.</summary>
    /// <returns>How the run ended, and why.</returns>
    public (JobRunOutcome Outcome, string? Error) Close(Exception? failure)
    {
        lock (Flush)
        {
            if (failure is null && _stop == RunStop.None && (_tree is null || _tree.ProcessCount == 0))
                return (JobRunOutcome.Completed, null);
        }

        return Change(() => CloseAll(failure));
    }

    private (JobRunOutcome Outcome, string? Error) CloseAll(Exception? failure)
    {
        if (failure is not null)
        {
            foreach (var found in RunError.Of(failure))
                Tree.Add(found);
        }

        var (outcome, error) = Outcome(failure);
        if (outcome == JobRunOutcome.Stopped)
        {
            CloseProcess(ProgressStatus.Cancelled, null, error);
            return (outcome, error);
        }

        if (outcome == JobRunOutcome.Failed && _openProcess < 0 && !AnyError())
            OpenProcess(null);
        CloseProcess(
            outcome == JobRunOutcome.Failed && failure is not null ? ProgressStatus.Error : ProgressStatus.Success,
            failure is null ? ProgressTexts.ImplicitProcess : null,
            failure is null ? null : error);
        RestoreTrueStatus();
        return (outcome, error);
    }

    /// <summary>Shows the run as ended.</summary>
    public void End(JobRunOutcome outcome, string? error, DateTimeOffset now)
    {
        lock (Flush)
        {
            _end = new(outcome, error, now);
            if (_tree is not null)
                TakeEnd();
        }

        changed(this);
    }

    private (JobRunOutcome Outcome, string? Error) Outcome(Exception? failure)
    {
        if (_stop == RunStop.Aborted || _stop == RunStop.Lost)
            return (JobRunOutcome.Failed, _stopReason);
        // A run that was asked to stop but never noticed keeps its true outcome.
        if (_stop != RunStop.None && (failure is OperationCanceledException || (failure is null && _stopNoticed)))
            return (JobRunOutcome.Stopped, _stopReason);
        if (failure is not null)
            return (JobRunOutcome.Failed, ProgressTexts.Of(failure));
        var failed = Tree.Processes.Where((p, i) => p.Error is not null && _attempts?.Contains(i) != true).FirstOrDefault();
        return failed is null ? (JobRunOutcome.Completed, null) : (JobRunOutcome.Failed, failed.Error);
    }

    private bool AnyError() => Tree.Processes.Any(p => p.Error is not null);

    private void OpenProcess(string? description) => _openProcess = Tree.Add(new ProcessProgress
    {
        Description = description,
        Status = _run.CancelRequested is null ? ProgressStatus.Running : ProgressStatus.Cancelled,
        Started = time.GetUtcNow(),
        JobUid = JobUid,
        UserUid = _run.UserUid,
        Cancelled = _run.CancelRequested,
    });

    private void CloseProcess(ProgressStatus status, string? summary, string? error, bool closeStages = true)
    {
        if (_openProcess < 0)
            return;
        var now = time.GetUtcNow();
        foreach (var path in closeStages ? Tree.RunningStages(_openProcess).ToList() : [])
            Tree.Set(path, Tree.Stage(path) with { Status = status, Completed = now, Error = error });
        var process = Tree.Process(_openProcess);
        Tree.Set(_openProcess, process with
        {
            // Cancellation stays in sight; the true state comes back if the run turns out not to have noticed it.
            Status = process.Cancelled is null ? status : ProgressStatus.Cancelled,
            Completed = now,
            Summary = summary,
            Error = error,
        });
        _openProcess = -1;
    }

    private void RestoreTrueStatus()
    {
        for (var i = 0; i < Tree.ProcessCount; i++)
        {
            var process = Tree.Process(i);
            var status = process.Error is null ? ProgressStatus.Success : ProgressStatus.Error;
            if (process.Status != status)
                Tree.Set(i, process with { Status = status });
        }
    }

    private void ThrowIfStopped()
    {
        if (_stop == RunStop.None)
            return;
        _stopNoticed = true;
        throw new OperationCanceledException(_stopReason);
    }

    private void TakeEnd()
    {
        if (_end is not { } end)
            return;
        _end = null;
        _run = _run with { Outcome = end.Outcome, Error = end.Error, Finished = end.Finished };
        TouchRun();
    }

    private void TouchRun()
    {
        Tree.TouchRun();
        _runChangedAt = Tree.Revision;
    }

    private void Change(Action change) => Change(() =>
    {
        change();
        return true;
    });

    private T Change<T>(Func<T> change)
    {
        T result;
        lock (Flush)
            result = change();
        changed(this);
        return result;
    }

    private readonly record struct Ending(JobRunOutcome Outcome, string? Error, DateTimeOffset Finished);
}
