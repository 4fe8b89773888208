namespace Dhis2Grpc.Server.Data;

/// <summary>Log messages of data imports and exports.</summary>
internal static partial class DataLog
{
    [LoggerMessage(5001, LogLevel.Information,
        "{User} imported data values: {Imported} new, {Updated} changed, {Deleted} deleted, {Ignored} ignored, {Conflicts} conflicts in {Seconds:F2} s (dry run: {DryRun})")]
    public static partial void Imported(ILogger logger, string user, int imported, int updated, int deleted, int ignored, int conflicts,
        double seconds, bool dryRun);

    [LoggerMessage(5002, LogLevel.Information,
        "{User} imported completeness registrations: {Imported} new, {Updated} changed, {Deleted} deleted, {Ignored} ignored")]
    public static partial void Registered(ILogger logger, string user, int imported, int updated, int deleted, int ignored);
}
