using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Jobs;

/// <summary>The work of one job type.</summary>
internal interface IJob
{
    /// <summary>The type this is the work of.</summary>
    JobType Type { get; }

    /// <summary>Does the work. Throws when it fails; ends early with <see cref="OperationCanceledException"/> when
    /// cancelled.</summary>
    Task RunAsync(JobRunContext context, CancellationToken cancellationToken);

    /// <summary>What stands against having a job of the type as the system is set up now; null when nothing does. Asked when a
    /// configuration is created or changed.</summary>
    ValueTask<string?> ObstacleAsync(CancellationToken cancellationToken) => new((string?)null);
}

/// <summary>What a job knows of the run it is in.</summary>
internal sealed record JobRunContext
{
    /// <summary>Identifier of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>UID of the job configuration.</summary>
    public required string JobUid { get; init; }

    /// <summary>Name of the job configuration.</summary>
    public required string JobName { get; init; }

    /// <summary>Parameters as configured; null when the type has none.</summary>
    public IMessage? Parameters { get; init; }

    /// <summary>UID of the user as whom it runs; null means the system.</summary>
    public string? UserUid { get; init; }

    /// <summary>When the run started; relative dates count from here.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The server's zone; the day of <see cref="Started"/> is read in it.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>Where progress goes.</summary>
    public required IJobProgress Progress { get; init; }
}
