namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>Log messages of the versions of metadata.</summary>
internal static partial class MetadataVersionLog
{
    [LoggerMessage(3111, LogLevel.Information, "Made metadata version {Name} ({Type}, {HashCode}) in {Milliseconds} ms")]
    public static partial void Created(ILogger logger, string name, MetadataVersionType type, string hashCode, long milliseconds);

    [LoggerMessage(3112, LogLevel.Information, "The setting of the system's metadata version now names {Name}: the server had ended before it was set")]
    public static partial void Named(ILogger logger, string name);
}
