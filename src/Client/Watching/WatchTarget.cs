using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Client.Watching;

/// <summary>Which run to watch or cancel: a run, that of a job, or that of a type.</summary>
public sealed record WatchTarget
{
    private WatchTarget()
    {
    }

    /// <summary>Identifier of the run, when that is the target.</summary>
    public string? RunId { get; private init; }

    /// <summary>UID of the job configuration, when that is the target.</summary>
    public string? JobUid { get; private init; }

    /// <summary>Type of the job, when that is the target.</summary>
    public JobType? Type { get; private init; }

    /// <summary>One run.</summary>
    public static WatchTarget Run(string runId) => new() { RunId = runId };

    /// <summary>The run of a job configuration.</summary>
    public static WatchTarget Job(string uid) => new() { JobUid = uid };

    /// <summary>The run of a type; only one of each type runs at a time.</summary>
    public static WatchTarget OfType(JobType type) => new() { Type = type };

    internal CancelJobRunRequest ToCancelRequest() =>
        RunId is not null ? new() { RunId = RunId }
        : JobUid is not null ? new() { JobId = JobUid }
        : new() { JobType = Type.GetValueOrDefault() };

    internal WatchJobRunRequest ToWatchRequest() =>
        RunId is not null ? new() { RunId = RunId }
        : JobUid is not null ? new() { JobId = JobUid }
        : new() { JobType = Type.GetValueOrDefault() };
}
