using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Log messages of scheduling.</summary>
internal static partial class SchedulingLog
{
    [LoggerMessage(2400, LogLevel.Information, "Scheduler ready: {Jobs} jobs, zone {Zone}")]
    public static partial void Ready(ILogger logger, int jobs, string zone);

    [LoggerMessage(2401, LogLevel.Warning, "Run {RunId} of job \"{Job}\" ({Type}) was lost with the process that ran it")]
    public static partial void Recovered(ILogger logger, string runId, string job, JobType type);

    [LoggerMessage(2431, LogLevel.Information, "Made the system's job {Uid} \"{Job}\"")]
    public static partial void SystemJobCreated(ILogger logger, string uid, string job);

    [LoggerMessage(2432, LogLevel.Warning, "The system's job {Uid} \"{Job}\" cannot be made: job {Other} has its name")]
    public static partial void SystemJobNotCreated(ILogger logger, string uid, string job, string? other);

    [LoggerMessage(2402, LogLevel.Debug, "Run {RunId} of job \"{Job}\" ({Type}) starts: {Trigger}")]
    public static partial void RunStarts(ILogger logger, string runId, string job, JobType type, JobRunTrigger trigger);

    [LoggerMessage(EventId = 2403, Message = "Run {RunId} of job \"{Job}\" ({Type}) ended after {Seconds:0.000} s: {Outcome}")]
    public static partial void RunEnded(
        ILogger logger, LogLevel level, string runId, string job, JobType type, double seconds, JobRunOutcome outcome);

    [LoggerMessage(2404, LogLevel.Warning, "Run {RunId} of job \"{Job}\" ({Type}) failed: {Error}")]
    public static partial void RunFailed(
        ILogger logger, Exception? failure, string runId, string job, JobType type, string? error);

    [LoggerMessage(2405, LogLevel.Information, "Occurrence {Occurrence:u} of job \"{Job}\" does not run: {Reason}")]
    public static partial void Skipped(ILogger logger, string job, DateTimeOffset occurrence, string reason);

    [LoggerMessage(2406, LogLevel.Error, "Occurrence {Occurrence:u} of job \"{Job}\" could not be recorded as skipped: {Reason}")]
    public static partial void NotRecorded(ILogger logger, Exception failure, string job, DateTimeOffset? occurrence, string? reason);

    [LoggerMessage(2407, LogLevel.Error, "The ends of {Count} runs, run {RunId} first, could not be recorded; trying again in {Seconds} s")]
    public static partial void EndsNotRecorded(ILogger logger, Exception failure, int count, string runId, double seconds);

    [LoggerMessage(2408, LogLevel.Warning, "Run {RunId} ended as {Outcome}, but the store had given it up")]
    public static partial void Lost(ILogger logger, string runId, JobRunOutcome outcome);

    [LoggerMessage(2409, LogLevel.Error, "The lease of run {RunId} could not be renewed")]
    public static partial void LeaseNotRenewed(ILogger logger, Exception failure, string runId);

    [LoggerMessage(2410, LogLevel.Information, "A user cancels run {RunId} of job \"{Job}\" ({Type})")]
    public static partial void Cancelled(ILogger logger, string runId, string job, JobType type);

    [LoggerMessage(2411, LogLevel.Error, "{Count} jobs, \"{Job}\" first, could not be started; trying again in {Seconds} s")]
    public static partial void NotStarted(ILogger logger, Exception failure, int count, string job, double seconds);

    [LoggerMessage(2412, LogLevel.Warning, "The clock was set back by {Seconds:0} s; all schedules are evaluated anew")]
    public static partial void ClockSetBack(ILogger logger, double seconds);

    [LoggerMessage(2413, LogLevel.Warning, "Run {RunId} of job \"{Job}\" did not stop within {Seconds} s; the shutdown goes on without it")]
    public static partial void NotStopped(ILogger logger, string runId, string job, double seconds);

    [LoggerMessage(2414, LogLevel.Information, "Deleted {Count} runs past their retention")]
    public static partial void Pruned(ILogger logger, int count);

    [LoggerMessage(2415, LogLevel.Error, "Run history past its retention could not be deleted")]
    public static partial void NotPruned(ILogger logger, Exception failure);

    [LoggerMessage(2416, LogLevel.Error, "What follows in queue \"{Queue}\" could not be started")]
    public static partial void QueueBroken(ILogger logger, Exception failure, string queue);

    [LoggerMessage(2417, LogLevel.Warning, "Job \"{Job}\" never starts by schedule: its cron expression or zone cannot be read here")]
    public static partial void InvalidSchedule(ILogger logger, string job);

    [LoggerMessage(2418, LogLevel.Information, "User {User} executes job \"{Job}\" as run {RunId}")]
    public static partial void Executed(ILogger logger, string user, string job, string runId);

    [LoggerMessage(2419, LogLevel.Critical, "The scheduler failed; the server stops")]
    public static partial void Crashed(ILogger logger, Exception failure);

    [LoggerMessage(2420, LogLevel.Error, "The end of run {RunId} could not be recorded before the shutdown; the next start will")]
    public static partial void EndLost(ILogger logger, Exception failure, string runId);

    [LoggerMessage(2421, LogLevel.Warning, "Run {RunId} of job \"{Job}\" ({Type}) gave no sign of life and was ended by a user")]
    public static partial void Reverted(ILogger logger, string runId, string job, JobType type);
}
