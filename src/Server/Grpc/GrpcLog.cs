namespace Dhis2Grpc.Server.Grpc;

/// <summary>Log events of the gRPC services.</summary>
internal static partial class GrpcLog
{
    /// <summary>A call failed for a reason that the caller must not see.</summary>
    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "{Method} failed unexpectedly; the caller was given the reference {Reference}")]
    public static partial void Unexpected(ILogger logger, Exception exception, string method, string reference);
}
