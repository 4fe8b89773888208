namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Log messages of the store.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(4100, LogLevel.Information, "Opened the database {Path}: {Jobs} job configurations, {Users} users")]
    public static partial void Opened(ILogger logger, string path, int jobs, int users);

    [LoggerMessage(4108, LogLevel.Warning, "The database {Path} was not closed in order: what was acknowledged since is taken from its log of {Bytes} bytes")]
    public static partial void Recovering(ILogger logger, string path, long bytes);

    [LoggerMessage(4101, LogLevel.Information, "Made the new database {Path}")]
    public static partial void Created(ILogger logger, string path);

    [LoggerMessage(4102, LogLevel.Warning, "Restored the database {Path} from {Source}; what was there before is now {Kept}")]
    public static partial void Restored(ILogger logger, string path, string source, string kept);

    [LoggerMessage(4103, LogLevel.Information, "Wrote the backups {Database} and {Export}")]
    public static partial void BackedUp(ILogger logger, string database, string export);

    [LoggerMessage(4104, LogLevel.Error, "Writing a backup of the database failed; the next attempt is in an hour")]
    public static partial void BackupFailed(ILogger logger, Exception failure);

    [LoggerMessage(4105, LogLevel.Error, "Writing the database {Path} failed; opening it again")]
    public static partial void WriteFailed(ILogger logger, Exception failure, string path);

    [LoggerMessage(4106, LogLevel.Critical, "The database {Path} cannot be opened again; changes are refused until it can")]
    public static partial void ReopenFailed(ILogger logger, Exception failure, string path);

    [LoggerMessage(4107, LogLevel.Warning, "The database {Path} was not closed in order; nothing acknowledged is lost")]
    public static partial void CloseFailed(ILogger logger, Exception failure, string path);
}
