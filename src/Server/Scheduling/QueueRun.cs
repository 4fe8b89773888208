using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>One run through a queue, as it is at one moment.</summary>
internal sealed record QueueRun
{
    /// <summary>Identifier: the run with which it began.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the queue.</summary>
    public required string Queue { get; init; }

    /// <summary>When its first run started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>How it ended: completed when the last job did; null while it goes on.</summary>
    public JobRunOutcome? Outcome { get; init; }

    /// <summary>Jobs that started, or that will not, in order.</summary>
    public IReadOnlyList<QueueStep> Steps { get; init; } = [];

    /// <summary>The job that is to start, but has not yet.</summary>
    public JobConfiguration? Next { get; init; }
}

/// <summary>A job in a queue's run.</summary>
internal sealed record QueueStep
{
    /// <summary>Position in the queue, from 0.</summary>
    public required int Position { get; init; }

    /// <summary>UID of the job configuration.</summary>
    public required string JobUid { get; init; }

    /// <summary>Name of the job when it ran.</summary>
    public required string JobName { get; init; }

    /// <summary>Type of the job.</summary>
    public required JobType Type { get; init; }

    /// <summary>Its run; null when it does not start.</summary>
    public string? RunId { get; init; }

    /// <summary>How its run ended, or Skipped; null while it runs.</summary>
    public JobRunOutcome? Outcome { get; init; }

    /// <summary>Why it failed, or was skipped.</summary>
    public string? Error { get; init; }

    /// <summary>The step of a run.</summary>
    public static QueueStep Of(JobConfiguration job, JobRun run) => new()
    {
        Position = job.QueuePosition ?? 0,
        JobUid = job.Uid,
        JobName = run.JobName,
        Type = run.Type,
        RunId = run.Outcome == JobRunOutcome.Skipped ? null : run.RunId,
        Outcome = run.Outcome,
        Error = run.Error,
    };

    /// <summary>The step of a job that does not start.</summary>
    public static QueueStep Skipped(JobConfiguration job, string reason) => new()
    {
        Position = job.QueuePosition ?? 0,
        JobUid = job.Uid,
        JobName = job.Name,
        Type = job.Type,
        Outcome = JobRunOutcome.Skipped,
        Error = reason,
    };
}
