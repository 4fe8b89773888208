using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Log messages of progress.</summary>
internal static partial class ProgressLog
{
    [LoggerMessage(2500, LogLevel.Warning, "Stage \"{Stage}\" of run {RunId} ({Type}) failed")]
    public static partial void StageFailed(ILogger logger, Exception failure, string runId, JobType type, string stage);

    [LoggerMessage(2501, LogLevel.Warning, "Item \"{Item}\" of run {RunId} ({Type}) failed")]
    public static partial void ItemFailed(ILogger logger, Exception failure, string runId, JobType type, string? item);
}
