namespace Dhis2Grpc.Server.Warehouse;

/// <summary>Log messages of the warehouse.</summary>
internal static partial class WarehouseLog
{
    [LoggerMessage(3001, LogLevel.Information, "Warehouse {Path} is open (schema version {From} -> {To})")]
    public static partial void Opened(ILogger logger, string path, int from, int to);

    [LoggerMessage(3003, LogLevel.Warning, "Warehouse {Path} was not closed in order: what was committed since is taken from its log of {Bytes} bytes")]
    public static partial void Recovering(ILogger logger, string path, long bytes);

    [LoggerMessage(3002, LogLevel.Warning, "The warehouse could not be checkpointed while closing")]
    public static partial void CheckpointFailed(ILogger logger, Exception exception);
}
