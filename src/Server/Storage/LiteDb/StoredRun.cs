using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A run as stored.</summary>
/// <param name="Run">The run; its progress is empty when it is to be read from <paramref name="Progress"/>.</param>
/// <param name="Alive">Last sign of life.</param>
/// <param name="Progress">Its progress as bytes.</param>
internal sealed record StoredRun(JobRun Run, DateTimeOffset Alive, StoredProgress Progress)
{
    /// <summary>Longer errors are cut, so that any run fits in a block.</summary>
    public const int MaxError = 16_384;

    /// <summary>Whether it is in progress.</summary>
    public bool IsRunning => Run.Outcome is null;

    /// <summary>The same without the progress object.</summary>
    public StoredRun WithoutTree() =>
        ReferenceEquals(Run.Progress, RunProgress.Empty) ? this : this with { Run = Run with { Progress = RunProgress.Empty } };

    /// <summary>The job's state once this is its latest news.</summary>
    public JobState Settle(JobState? state)
    {
        state ??= new() { JobUid = Run.JobUid };
        var occurrence = Later(state.LastOccurrence, Run.Scheduled);
        return Run.Outcome switch
        {
            JobRunOutcome.Skipped => state with { LastOccurrence = occurrence },
            null => state with
            {
                RunningRunId = Run.RunId,
                LastExecuted = Run.Started,
                LastAlive = Alive,
                LastOccurrence = occurrence,
            },
            { } outcome => state with
            {
                RunningRunId = null,
                LastExecuted = Run.Started,
                LastFinished = Run.Finished,
                LastAlive = null,
                LastOutcome = outcome,
                LastOccurrence = occurrence,
            },
        };
    }

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b ?? a : a;
}
