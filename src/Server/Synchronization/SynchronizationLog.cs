namespace Dhis2Grpc.Server.Synchronization;

/// <summary>Log messages of synchronization. Nothing in them comes from the login.</summary>
internal static partial class SynchronizationLog
{
    /// <summary>The password travels in clear.</summary>
    [LoggerMessage(EventId = 8001, Level = LogLevel.Warning, Message = "The remote server {Host} is reached by plain http: the password travels in clear")]
    public static partial void Insecure(ILogger logger, string host);
}
