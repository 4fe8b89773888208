namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What the store remembers of a job's runs, apart from its configuration.</summary>
internal sealed record JobState
{
    /// <summary>UID of the job configuration.</summary>
    public required string JobUid { get; init; }

    /// <summary>The run in progress; null when idle.</summary>
    public string? RunningRunId { get; init; }

    /// <summary>Start of the last run.</summary>
    public DateTimeOffset? LastExecuted { get; init; }

    /// <summary>End of the last run.</summary>
    public DateTimeOffset? LastFinished { get; init; }

    /// <summary>Last sign of life of the run in progress.</summary>
    public DateTimeOffset? LastAlive { get; init; }

    /// <summary>How the last run ended, or Skipped when a queue passed the job over since; null when neither.</summary>
    public JobRunOutcome? LastOutcome { get; init; }

    /// <summary>What the last ended run found wrong with objects; null when nothing.</summary>
    public RunErrorCodes? LastErrors { get; init; }

    /// <summary>Latest occurrence of the schedule that was run, or skipped and recorded; older ones are settled.</summary>
    public DateTimeOffset? LastOccurrence { get; init; }
}

/// <summary>Errors of objects in short.</summary>
/// <param name="RunId">The run that found them.</param>
/// <param name="Codes">DHIS2 error codes, each once, in order, separated by blanks.</param>
internal sealed record RunErrorCodes(string RunId, string Codes);

/// <summary>How a run ended.</summary>
internal enum JobRunOutcome
{
    /// <summary>Success.</summary>
    Completed = 1,

    /// <summary>Cancelled by a user, or stopped by the server's shutdown.</summary>
    Stopped = 2,

    /// <summary>Failed, or lost with the server's process.</summary>
    Failed = 3,

    /// <summary>An occurrence that never started.</summary>
    Skipped = 4,
}

/// <summary>What made a run start.</summary>
internal enum JobRunTrigger
{
    /// <summary>Its schedule.</summary>
    Schedule = 1,

    /// <summary>A user.</summary>
    Execute = 2,

    /// <summary>The run before it in a queue.</summary>
    Queue = 3,
}
