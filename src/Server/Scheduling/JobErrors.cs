using System.Globalization;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What can be wrong with a job configuration, in DHIS2's codes and words.</summary>
internal static class JobErrors
{
    /// <summary>Java class of job configurations, as DHIS2 names it.</summary>
    public const string Klass = "org.hisp.dhis.scheduling.JobConfiguration";

    private const int MaxDetail = 500;

    /// <summary>Java class of texts.</summary>
    public const string Text = "java.lang.String";

    /// <summary>Java class of whole numbers.</summary>
    public const string Integer = "java.lang.Integer";

    /// <summary>A required property is absent or empty.</summary>
    public static ErrorReport Missing(string property, string klass) =>
        Report("E4000", $"Missing required property `{property}`", property, klass, property);

    /// <summary>A job of the type could not run as the system is set up.</summary>
    public static ErrorReport NotRunnable(string why) => Report("E7010", $"Failed to validate job runtime: `{why}`", "jobType", null, why);

    /// <summary>A text is too long.</summary>
    public static ErrorReport TooLong(string property, int max, int length) =>
        Report("E4001", $"Maximum length of property `{property}`is {Number(max)}, but given length was {Number(length)}", property, Text, property, Plain(max), Plain(length));

    /// <summary>A number is out of its range.</summary>
    public static ErrorReport OutOfRange(string property, long min, long max, long given) => Report(
        "E4008",
        $"Allowed range for numeric property `{property}` is [{Number(min)} to {Number(max)}], but number given was {Number(given)}",
        property,
        Integer,
        property,
        Plain(min),
        Plain(max),
        Plain(given));

    /// <summary>A text is no UID.</summary>
    public static ErrorReport InvalidUid(string value, string property) => InvalidUid(value, property, property);

    /// <summary>The UID of a new object is none.</summary>
    public static ErrorReport InvalidUid(string value) => InvalidUid(value, "JobConfiguration", "id");

    /// <summary>A value is not legal, for a reason that DHIS2 has no code for.</summary>
    public static ErrorReport Invalid(string property, string message) => Report("E1003", message, property, null);

    /// <summary>The UID of a new object is taken.</summary>
    public static ErrorReport UidTaken(string uid, string name) => Report(
        "E5000",
        $"Found matching object for reference, but import mode is CREATE. Identifier was UID, and object was {name} [{uid}] (JobConfiguration).",
        "id",
        Text,
        "UID",
        $"{name} [{uid}] (JobConfiguration)") with
    { MainId = uid };

    /// <summary>A unique value is taken.</summary>
    public static ErrorReport Taken(string property, string value, string name, string uid, string? otherUid) => Report(
        "E5003",
        $"Property `{property}` with value `{value}` on object {name} [{uid}] (JobConfiguration) already exists on object {otherUid}",
        property,
        Text,
        property,
        value,
        $"{name} [{uid}] (JobConfiguration)",
        otherUid ?? "") with
    { MainId = otherUid, Value = value };

    /// <summary>Another job of the type has the same cron expression.</summary>
    public static ErrorReport SameCron(string expression, string otherUid) =>
        Report("E7000", $"Job of same type already scheduled with cron expression: `{expression}`", "cronExpression", Text, expression) with { MainId = otherUid };

    /// <summary>A job by cron has no cron expression.</summary>
    public static ErrorReport CronMissing(string uid) =>
        Report("E7004", $"Cron expression must be not null for job with scheduling type CRON: `{uid}`", "cronExpression", Text, uid);

    /// <summary>The cron expression cannot be read. DHIS2 leaves the argument of this message open.</summary>
    public static ErrorReport CronInvalid(string why) =>
        Report("E7005", "Cron expression is invalid: `{0}`", "cronExpression", Text) with { Detail = why.Length <= MaxDetail ? $"Cron expression is invalid: {why}" : null };

    /// <summary>A job by delay has no delay.</summary>
    public static ErrorReport DelayMissing(string uid) =>
        Report("E7007", $"Delay must be not null for job with scheduling type FIXED_DELAY: `{uid}`", "delay", Integer, uid);

    /// <summary>The object breaks rules; nothing was stored.</summary>
    public static Dhis2Exception Broken(string? uid, IEnumerable<ErrorReport> reports) =>
        new(ErrorKind.Conflict, "One or more errors occurred, please see full details in import report.")
        {
            // DHIS2 orders by its enumeration of codes, which is in the order of their numbers.
            Reports = [.. reports.OrderBy(r => r.Code, StringComparer.Ordinal)],
            ObjectClass = Klass,
            ObjectUid = uid,
        };

    /// <summary>A job of the system changed in more than its schedule.</summary>
    public static ErrorReport NotConfigurable(string type, string property) =>
        Report("E7003", $"Only interval property can be configured for non configurable job type: `{type}`", property, null, type);

    /// <summary>The object, or the state of things, does not allow it.</summary>
    /// <param name="message">Why, in words.</param>
    /// <param name="until40">HTTP status on paths without version and up to 40, where it is not 409.</param>
    public static Dhis2Exception Conflict(string message, int? until40 = null) =>
        new(ErrorKind.Conflict, message, "E1004") { HttpStatusUntil40 = until40 };

    /// <summary>There is no such job.</summary>
    public static Dhis2Exception NotFound(string uid) => Dhis2Exception.NotFound("JobConfiguration", uid);

    /// <summary>There is no such job to act on.</summary>
    public static Dhis2Exception NotFoundToRun(string uid) =>
        new(ErrorKind.NotFound, NotFound(uid).Message, "E1005") { MessageUntil40 = $"Object not found for uid: {uid}" };

    /// <summary>There is no such job, since that is no UID.</summary>
    public static Dhis2Exception Malformed(string uid) =>
        new(
            ErrorKind.NotFound,
            $"Value '{uid}' is not valid for path parameter uid. UID must be an alphanumeric string of 11 characters starting with a letter.",
            "E1003")
        {
            HttpStatus = 400,
            HttpStatusUntil40 = 404,
            MessageUntil40 = NotFound(uid).Message,
        };

    /// <summary>Another change was faster.</summary>
    public static Dhis2Exception Changed(string uid) =>
        new(ErrorKind.Aborted, $"Job {uid} was changed by somebody else; read it again.", "E1004");

    /// <summary>A job of the type is running.</summary>
    public static Dhis2Exception TypeRunning(JobConfiguration job) =>
        new(ErrorKind.Conflict, $"Failed to execute job: `{job.Name}`", "E7006")
        {
            Reports = [new ErrorReport("E7006", $"Failed to execute job: `{job.Name}`") { MainClass = Klass }],
            ObjectClass = Klass,
            ObjectIndex = 0,
            ConflictSince41 = "Job is already running.",
        };

    /// <summary>A job that is disabled is not to run. DHIS2 said nothing of it until 2.41.</summary>
    public static Dhis2Exception Disabled(JobConfiguration job) =>
        new(ErrorKind.Conflict, $"Failed to execute job, it is disabled: `{job.Name}`", "E1004")
        {
            ObjectClass = Klass,
            ObjectIndex = 0,
            ConflictSince41 = "Failed to transition job into ONCE_ASAP state.",
        };

    private static ErrorReport InvalidUid(string value, string name, string property) =>
        Report("E4014", $"Invalid UID `{value}` for property `{name}`", property, Text, value, name) with { Value = value };

    private static ErrorReport Report(string code, string message, string property, string? klass, params string[] arguments) =>
        new(code, message, property) { MainClass = Klass, PropertyClass = klass, Arguments = arguments };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);
}
