using Google.Protobuf;
using JobType = Dhis2.Scheduling.V1.JobType;
using SchedulingType = Dhis2.Scheduling.V1.SchedulingType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What to run, when, and as whom. Immutable; a change is a new record with the next revision.</summary>
internal sealed record JobConfiguration
{
    /// <summary>UID.</summary>
    public required string Uid { get; init; }

    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>Unique code.</summary>
    public string? Code { get; init; }

    /// <summary>What the job does.</summary>
    public required JobType Type { get; init; }

    /// <summary>Spring cron expression of six fields.</summary>
    public string? CronExpression { get; init; }

    /// <summary>Time from the end of a run to the start of the next.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Whether it comes due by cron, by delay or when executed; null when nobody said so: its type decides, by what
    /// it has.</summary>
    public SchedulingType? SchedulingType { get; init; }

    /// <summary>Typed parameters, the message of the type's field in the contract; null when the type has none.</summary>
    public IMessage? Parameters { get; init; }

    /// <summary>False keeps schedule and users from starting it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>IANA zone of the cron expression; null means the server's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>How late a missed run is made up; null means the server's default.</summary>
    public TimeSpan? CatchUpWindow { get; init; }

    /// <summary>UID of the user as whom it runs; null means the system.</summary>
    public string? ExecutedBy { get; init; }

    /// <summary>Queue it is part of.</summary>
    public string? QueueName { get; init; }

    /// <summary>Position in the queue, from 0.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Creation time, set by the server.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Time of the last change by a user.</summary>
    public required DateTimeOffset LastUpdated { get; init; }

    /// <summary>UID of the user who changed it last.</summary>
    public string? LastUpdatedBy { get; init; }

    /// <summary>Translations and attribute values, kept as the JSON that the client sent.</summary>
    public string? ExtraJson { get; init; }

    /// <summary>1 on creation, one more with every change by a user; set by the store.</summary>
    public long Revision { get; init; }
}
