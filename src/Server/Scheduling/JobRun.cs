using Dhis2Grpc.Server.Progress;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>One run of a job, or one occurrence of its schedule that was skipped.</summary>
internal sealed record JobRun
{
    /// <summary>Identifier, unique for ever, sorts by start time.</summary>
    public required string RunId { get; init; }

    /// <summary>UID of the job configuration.</summary>
    public required string JobUid { get; init; }

    /// <summary>Name of the job when it ran.</summary>
    public required string JobName { get; init; }

    /// <summary>Type of the job.</summary>
    public required JobType Type { get; init; }

    /// <summary>What made it start.</summary>
    public required JobRunTrigger Trigger { get; init; }

    /// <summary>When it was due.</summary>
    public DateTimeOffset? Scheduled { get; init; }

    /// <summary>When it started, or when it was recorded as skipped.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended; null while running.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>When a user asked to cancel it.</summary>
    public DateTimeOffset? CancelRequested { get; init; }

    /// <summary>How it ended; null while running.</summary>
    public JobRunOutcome? Outcome { get; init; }

    /// <summary>Why it failed, was stopped or skipped.</summary>
    public string? Error { get; init; }

    /// <summary>UID of the user as whom it runs.</summary>
    public string? UserUid { get; init; }

    /// <summary>Server instance that runs it.</summary>
    public required string Owner { get; init; }

    /// <summary>The owner renews this; past it, others may declare the run lost.</summary>
    public DateTimeOffset LeaseUntil { get; init; }

    /// <summary>Progress as last saved.</summary>
    public RunProgress Progress { get; init; } = RunProgress.Empty;
}
