namespace Dhis2Grpc.Server.Metadata;

/// <summary>Log messages of metadata imports.</summary>
internal static partial class MetadataLog
{
    [LoggerMessage(3101, LogLevel.Information,
        "Metadata import by {Username}: {Status}, {Created} created, {Updated} updated, {Deleted} deleted, {Ignored} ignored, in {Milliseconds} ms")]
    public static partial void Imported(ILogger logger, ImportStatus status, int created, int updated, int deleted, int ignored, string username, long milliseconds);

    [LoggerMessage(3102, LogLevel.Information, "Filled the tables of metadata from {Objects} stored objects, since this version of the program knows more tables")]
    public static partial void ProjectedAgain(ILogger logger, long objects);
}
