namespace Dhis2Grpc.Server.Rest;

/// <summary>Log events of the REST edge.</summary>
internal static partial class RestLog
{
    /// <summary>A request failed for a reason that the caller must not see.</summary>
    [LoggerMessage(EventId = 9001, Level = LogLevel.Error, Message = "{Method} {Path} failed unexpectedly; the caller was given the reference {Reference}")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method, string path, string reference);
}
