namespace Dhis2Grpc.Server.Warehouse;

/// <summary>Log messages of the warehouse.</summary>
internal static partial class WarehouseLog
{
    [LoggerMessage(3001, LogLevel.Information, "Warehouse {Path} is open (schema version {From} -> {To})")]
    public static partial void Opened(ILogger logger, string path, int from, int to);

    [LoggerMessage(3002, LogLevel.Warning, "The warehouse could not be checkpointed while closing")]
    public static partial void CheckpointFailed(ILogger logger, Exception exception);
}
