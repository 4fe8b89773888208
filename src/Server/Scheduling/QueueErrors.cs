using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What can be wrong with a queue, in DHIS2's codes and words.</summary>
internal static class QueueErrors
{
    /// <summary>There is no such queue.</summary>
    public static Dhis2Exception Missing(string name) =>
        new(ErrorKind.NotFound, $"Job queue does not exist: `{name}`", "E7020");

    /// <summary>The name is taken.</summary>
    public static Dhis2Exception Exists(string name) =>
        new(ErrorKind.Conflict, $"Job queue already exist: `{name}`", "E7021");

    /// <summary>A job is in another queue.</summary>
    public static Dhis2Exception InOtherQueue(string uid, string queue) =>
        new(ErrorKind.Conflict, $"Job `{uid}` is already used in another queue: `{queue}`", "E7022");

    /// <summary>A job is the system's own.</summary>
    public static Dhis2Exception SystemJob(string uid) =>
        new(ErrorKind.Conflict, $"Job `{uid}` is a system job and as such cannot be added to a queue.`", "E7023");

    /// <summary>Too few jobs.</summary>
    public static Dhis2Exception TooFew() => new(ErrorKind.Conflict, "Job queue must have at least two jobs.", "E7024");

    /// <summary>The cron expression cannot be read.</summary>
    public static Dhis2Exception CronInvalid(string why) =>
        new(ErrorKind.Conflict, $"Cron expression is invalid: `{why}`", "E7005");

    /// <summary>A job starts by a delay, whatever its queue does.</summary>
    public static Dhis2Exception ByDelay(string uid) =>
        JobErrors.Conflict($"Job `{uid}` runs by a fixed delay and cannot be added to a queue.");

    /// <summary>A job is named twice.</summary>
    public static Dhis2Exception Twice(string uid) => JobErrors.Conflict($"Job `{uid}` is in the sequence more than once.");

    /// <summary>The name cannot be one.</summary>
    public static Dhis2Exception NameInvalid(string name) => string.IsNullOrWhiteSpace(name)
        ? new(ErrorKind.Conflict, "Missing required property `name`", "E4000")
        : new(ErrorKind.Conflict, JobErrors.TooLong("name", JobQueue.MaxName, name.Length).Message, "E4001");
}
