using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Storage;

/// <summary>The persisted truth about job configurations and their runs. Every change is a compare-and-set that
/// tells whether it won, and is durable when the call returns.</summary>
internal interface IJobStore
{
    /// <summary>Reads one configuration; null when there is none.</summary>
    ValueTask<JobConfiguration?> FindAsync(string uid, CancellationToken cancellationToken);

    /// <summary>All configurations at one moment, in no order.</summary>
    ValueTask<IReadOnlyCollection<JobConfiguration>> ListAsync(CancellationToken cancellationToken);

    /// <summary>All configurations at one moment, by name without regard to case, then by UID.</summary>
    ValueTask<IReadOnlyList<JobConfiguration>> ListByNameAsync(CancellationToken cancellationToken);

    /// <summary>All configurations with the states of their jobs, in the same order.</summary>
    ValueTask<IReadOnlyList<JobRecord>> ListRecordsAsync(CancellationToken cancellationToken);

    /// <summary>The stored configurations that have the UID, name, code, or both type and cron expression of this one;
    /// found by index, however many there are.</summary>
    ValueTask<IReadOnlyCollection<JobConfiguration>> ListClashingAsync(
        JobConfiguration configuration, CancellationToken cancellationToken);

    /// <summary>Stores a new configuration as revision 1. From: no such UID, name and code free.</summary>
    ValueTask<JobWrite> CreateAsync(JobConfiguration configuration, CancellationToken cancellationToken);

    /// <summary>Replaces a configuration. From: <see cref="JobConfiguration.Revision"/> is the stored one, name and
    /// code free. To: the next revision.</summary>
    ValueTask<JobWrite> UpdateAsync(JobConfiguration configuration, CancellationToken cancellationToken);

    /// <summary>Replaces several configurations, all or none. From: each is stored at its revision, with name and code
    /// free. To: the next revisions, which are answered in the same order; null when nothing was changed.</summary>
    ValueTask<IReadOnlyList<JobConfiguration>?> TryUpdateAsync(
        IReadOnlyList<JobConfiguration> configurations, CancellationToken cancellationToken);

    /// <summary>Deletes a configuration and its state; its run history stays. From: exists, at the revision if given.</summary>
    ValueTask<JobWrite> DeleteAsync(string uid, long? revision, CancellationToken cancellationToken);

    /// <summary>The job's state; a blank one when it never ran.</summary>
    ValueTask<JobState> GetStateAsync(string uid, CancellationToken cancellationToken);

    /// <summary>The states of all jobs that have one, by UID, at one moment.</summary>
    ValueTask<IReadOnlyDictionary<string, JobState>> ListStatesAsync(CancellationToken cancellationToken);

    /// <summary>Claims a run. From: the configuration exists at the revision if given, is enabled, and no job of its
    /// type is running. To: RUNNING, owned by the run's owner until its lease ends, LastExecuted set.</summary>
    ValueTask<JobStart> TryStartAsync(JobRun run, long? revision, CancellationToken cancellationToken);

    /// <summary>Claims many runs, each as <see cref="TryStartAsync(JobRun, long?, CancellationToken)"/> would, in order.
    /// A failure means that none is claimed.</summary>
    ValueTask<JobStart[]> TryStartAsync(IReadOnlyList<JobClaim> claims, CancellationToken cancellationToken);

    /// <summary>Ends a run. From: RUNNING and owned by <paramref name="owner"/>. To: the outcome, with the final
    /// progress; the job is idle. False when the run is no longer that owner's.</summary>
    ValueTask<bool> TryFinishAsync(
        string runId,
        string owner,
        JobRunOutcome outcome,
        string? error,
        RunProgress progress,
        DateTimeOffset finished,
        CancellationToken cancellationToken);

    /// <summary>Ends many runs, each as the other overload would.</summary>
    ValueTask<bool[]> TryFinishAsync(IReadOnlyList<JobRunEnd> ends, CancellationToken cancellationToken);

    /// <summary>Marks a run as cancelled by a user. From: RUNNING, not yet marked. To: the same with the time.
    /// False otherwise.</summary>
    ValueTask<bool> TryRequestCancelAsync(string runId, DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>Extends a run's lease and saves its progress. From: RUNNING and owned. The answer is the run as
    /// stored, with a cancel request made elsewhere, or null when it is no longer that owner's.</summary>
    ValueTask<JobRun?> RenewLeaseAsync(
        string runId,
        string owner,
        DateTimeOffset now,
        DateTimeOffset leaseUntil,
        RunProgress progress,
        CancellationToken cancellationToken);

    /// <summary>Fails the runs whose owner is gone: lease over, or all that are not <paramref name="owner"/>'s in a
    /// store that only one process can open. From: RUNNING. To: FAILED with the reason; their nodes in progress end
    /// as errors.</summary>
    ValueTask<IReadOnlyList<JobRun>> RecoverStaleAsync(
        string owner, string reason, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Records an occurrence that did not run, as a run with outcome Skipped, and settles the schedule up to
    /// its Scheduled time.</summary>
    ValueTask RecordSkippedAsync(JobRun skipped, CancellationToken cancellationToken);

    /// <summary>Reads a run with its progress; null when there is none.</summary>
    ValueTask<JobRun?> FindRunAsync(string runId, CancellationToken cancellationToken);

    /// <summary>The running runs, with progress as last saved.</summary>
    ValueTask<IReadOnlyList<JobRun>> ListRunningAsync(CancellationToken cancellationToken);

    /// <summary>The latest ended, not skipped, run of each type, with its progress.</summary>
    ValueTask<IReadOnlyList<JobRun>> ListLatestCompletedAsync(CancellationToken cancellationToken);

    /// <summary>Run history, latest first, without progress.</summary>
    ValueTask<IReadOnlyList<JobRun>> ListRunsAsync(JobRunQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes history that ended before the time, but never the latest completed run of a type.</summary>
    ValueTask<int> PruneRunsAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>A run to be claimed.</summary>
/// <param name="Run">The run.</param>
/// <param name="Revision">Revision that the configuration must have, if any.</param>
internal readonly record struct JobClaim(JobRun Run, long? Revision);

/// <summary>How a run ended.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Owner">Who must own it.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">Why it failed, or was stopped.</param>
/// <param name="Progress">Its final progress.</param>
/// <param name="Finished">When.</param>
internal readonly record struct JobRunEnd(
    string RunId, string Owner, JobRunOutcome Outcome, string? Error, RunProgress Progress, DateTimeOffset Finished);

/// <summary>Which runs of the history to list.</summary>
internal sealed record JobRunQuery
{
    /// <summary>Of this job configuration.</summary>
    public string? JobUid { get; init; }

    /// <summary>Of this type.</summary>
    public JobType? Type { get; init; }

    /// <summary>With this outcome.</summary>
    public JobRunOutcome? Outcome { get; init; }

    /// <summary>Only running ones.</summary>
    public bool Running { get; init; }

    /// <summary>Only runs before this one in the list.</summary>
    public string? BeforeRunId { get; init; }

    /// <summary>At most so many.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>The answer to a change of a configuration.</summary>
/// <param name="Result">Whether it won.</param>
/// <param name="Configuration">The configuration as now stored, when there is one.</param>
/// <param name="OtherUid">The configuration that holds the name or code.</param>
internal readonly record struct JobWrite(JobWriteResult Result, JobConfiguration? Configuration, string? OtherUid = null);

/// <summary>Whether a change of a configuration won.</summary>
internal enum JobWriteResult
{
    /// <summary>Stored.</summary>
    Written,

    /// <summary>There is no such configuration.</summary>
    NotFound,

    /// <summary>The UID is taken.</summary>
    UidTaken,

    /// <summary>The name is taken.</summary>
    NameTaken,

    /// <summary>The code is taken.</summary>
    CodeTaken,

    /// <summary>The stored revision is another.</summary>
    RevisionChanged,
}

/// <summary>Whether a run was claimed.</summary>
internal enum JobStart
{
    /// <summary>Claimed; the caller runs it.</summary>
    Started,

    /// <summary>There is no such configuration.</summary>
    NotFound,

    /// <summary>The configuration is disabled.</summary>
    Disabled,

    /// <summary>The stored revision is another.</summary>
    RevisionChanged,

    /// <summary>A job of the type is running.</summary>
    TypeRunning,
}
