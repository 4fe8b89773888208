using Dhis2Grpc.Server.Scheduling;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Progress;

/// <summary>One message to a watcher of runs: a snapshot, what changed, or a heartbeat.</summary>
internal sealed record RunEvent
{
    /// <summary>Identifier of the run; empty for a heartbeat without one.</summary>
    public required string RunId { get; init; }

    /// <summary>UID of the job configuration.</summary>
    public required string JobUid { get; init; }

    /// <summary>Type of the job.</summary>
    public required JobType Type { get; init; }

    /// <summary>Revision of the run after this event.</summary>
    public required long Revision { get; init; }

    /// <summary>The run has ended; this is its last event.</summary>
    public bool Terminal { get; init; }

    /// <summary>The whole run; null in a delta or heartbeat.</summary>
    public JobRun? Snapshot { get; init; }

    /// <summary>What changed; null in a snapshot or heartbeat.</summary>
    public RunDelta? Delta { get; init; }

    /// <summary>Time of the server; null but in a heartbeat.</summary>
    public DateTimeOffset? Heartbeat { get; init; }
}

/// <summary>What changed in a run since the event before.</summary>
/// <param name="Run">The run without its progress, when its own state changed.</param>
/// <param name="Changes">Nodes that changed.</param>
internal sealed record RunDelta(JobRun? Run, ProgressChanges Changes);

/// <summary>An event and the token that resumes after it.</summary>
/// <param name="Event">The event; the same instance for all watchers that are equally far.</param>
/// <param name="ResumeToken">Resumes after the event.</param>
internal readonly record struct WatchedEvent(RunEvent Event, string ResumeToken);
