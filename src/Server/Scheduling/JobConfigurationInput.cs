using Google.Protobuf;
using JobType = Dhis2.Scheduling.V1.JobType;
using SchedulingType = Dhis2.Scheduling.V1.SchedulingType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What a caller may set of a job configuration. Null means absent in the request; an empty text counts as
/// absent too. An update replaces everything, but <see cref="Enabled"/> and <see cref="Type"/> are kept when absent.</summary>
internal sealed record JobConfigurationInput
{
    /// <summary>UID wanted for a new configuration; ignored in an update.</summary>
    public string? Uid { get; init; }

    /// <summary>Unique name, at most 230 characters; required.</summary>
    public string? Name { get; init; }

    /// <summary>Unique code, at most 50 characters.</summary>
    public string? Code { get; init; }

    /// <summary>What the job does; required on creation.</summary>
    public JobType Type { get; init; }

    /// <summary>Spring cron expression of six fields.</summary>
    public string? CronExpression { get; init; }

    /// <summary>Time from the end of a run to the start of the next.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Whether it comes due by cron, by delay or when executed. Ignored by the rules before 2.41.</summary>
    public SchedulingType? SchedulingType { get; init; }

    /// <summary>Whether schedule and users may start it. Default true on creation.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Typed parameters; the type's defaults when absent.</summary>
    public IMessage? Parameters { get; init; }

    /// <summary>UID of the user as whom it runs.</summary>
    public string? ExecutedBy { get; init; }

    /// <summary>IANA zone of the cron expression; the server's when absent.</summary>
    public string? TimeZone { get; init; }

    /// <summary>How late a missed run is made up; the server's default when absent.</summary>
    public TimeSpan? CatchUpWindow { get; init; }

    /// <summary>Minor version of DHIS2 by whose rules it is meant; null means those before 2.41.</summary>
    public int? Version { get; init; }

    /// <summary>By the rules of 2.41 and later: a job of any type may come due by cron, by delay or not at all, and its type
    /// never changes.</summary>
    public bool IsSince41 => Version >= 41;

    /// <summary>Translations and attribute values, as JSON.</summary>
    public string? ExtraJson { get; init; }
}
