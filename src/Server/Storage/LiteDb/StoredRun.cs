using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A run as stored.</summary>
/// <param name="run">The run; its progress is empty when it is to be read from <paramref name="progress"/>.</param>
/// <param name="alive">Last sign of life.</param>
/// <param name="progress">Its progress as bytes.</param>
internal sealed class StoredRun(JobRun run, DateTimeOffset alive, StoredProgress progress)
{
    /// <summary>Longer errors are cut, so that any run fits in a block.</summary>
    public const int MaxError = 16_384;

    private JobRun _run = run;

    /// <summary>The run. Of one that ended, made when first asked for: thousands per second end, and few are looked at.</summary>
    public JobRun Run
    {
        get
        {
            if (_run.Outcome != Outcome)
                _run = _run with { Outcome = Outcome, Error = Error, Finished = Finished, Progress = RunProgress.Empty };
            return _run;
        }
    }

    /// <summary>The run, perhaps without how it ended.</summary>
    public JobRun Claim => _run;

    /// <summary>Last sign of life.</summary>
    public DateTimeOffset Alive { get; } = alive;

    /// <summary>Its progress as bytes.</summary>
    public StoredProgress Progress { get; } = progress;

    /// <summary>How it ended; null while it runs.</summary>
    public JobRunOutcome? Outcome { get; private init; } = run.Outcome;

    /// <summary>Why it failed, was stopped or skipped.</summary>
    public string? Error { get; private init; } = run.Error;

    /// <summary>When it ended.</summary>
    public DateTimeOffset? Finished { get; private init; } = run.Finished;

    /// <summary>It is the end of a run that the log already has.</summary>
    public bool EndsClaim { get; private init; }

    /// <summary>The job as the model held it when the run was claimed; null when it is to be looked up.</summary>
    public StoredJob? Job { get; init; }

    /// <summary>Whether it is in progress.</summary>
    public bool IsRunning => Outcome is null;

    /// <summary>The same run, ended.</summary>
    public StoredRun End(JobRunOutcome outcome, string? error, DateTimeOffset finished, StoredProgress progress) =>
        new(_run, finished, progress) { Job = Job, Outcome = outcome, Error = error, Finished = finished, EndsClaim = true };

    /// <summary>The same run with news of it.</summary>
    public StoredRun With(JobRun run, DateTimeOffset alive, StoredProgress progress) => new(run, alive, progress) { Job = Job };

    /// <summary>The same without the bytes of a document.</summary>
    public StoredRun WithoutBytes() => new(Run, Alive, new([], true)) { Job = Job };

    /// <summary>The same without the progress object.</summary>
    public StoredRun WithoutTree() =>
        ReferenceEquals(Run.Progress, RunProgress.Empty) ? this : With(Run with { Progress = RunProgress.Empty }, Alive, Progress);
}
