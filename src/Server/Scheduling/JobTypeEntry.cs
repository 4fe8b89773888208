using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Google.Protobuf.Reflection;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What is known of a job type.</summary>
internal sealed record JobTypeEntry
{
    /// <summary>The type.</summary>
    public required JobType Type { get; init; }

    /// <summary>Name in DHIS2 JSON, such as ANALYTICS_TABLE.</summary>
    public required string WireName { get; init; }

    /// <summary>Name for people, such as Analytics table.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Key of the type in older DHIS2 releases, such as analyticsTableJob.</summary>
    public required string Key { get; init; }

    /// <summary>Users may create jobs of the type; others are the system's own.</summary>
    public required bool UserDefinable { get; init; }

    /// <summary>How jobs of the type come due.</summary>
    public required SchedulingType SchedulingType { get; init; }

    /// <summary>First DHIS2 minor version that has the type; 0 means all.</summary>
    public int Since { get; init; }

    /// <summary>Last DHIS2 minor version that has the type; 0 means all.</summary>
    public int Until { get; init; }

    /// <summary>DHIS2 of that minor version does not have the type any more.</summary>
    public bool IsGoneIn(int? minor) => Until != 0 && minor > Until;

    /// <summary>The one job of the type, which the system makes itself; null for other types.</summary>
    public SystemJob? System { get; init; }

    /// <summary>The field of the contract's <c>job_parameters</c> that holds its parameters; null when it has none.</summary>
    public FieldDescriptor? OneofField { get; init; }

    /// <summary>The message of its parameters; null when it has none.</summary>
    public MessageDescriptor? Parameters => OneofField?.MessageType;

    /// <summary>The work; null when it is not built into this server yet.</summary>
    public IJob? Job { get; init; }
}

/// <summary>A job that the system makes itself.</summary>
/// <param name="Uid">UID.</param>
/// <param name="Name">Name.</param>
/// <param name="CronExpression">When it runs at first.</param>
internal sealed record SystemJob(string Uid, string Name, string CronExpression);
