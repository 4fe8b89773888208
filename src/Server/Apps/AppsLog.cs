namespace Dhis2Grpc.Server.Apps;

/// <summary>Log messages of installed apps.</summary>
internal static partial class AppsLog
{
    [LoggerMessage(8001, LogLevel.Warning, "The app's manifest {Path} cannot be used: {Reason}")]
    public static partial void BadManifest(ILogger logger, string path, string reason);
}
