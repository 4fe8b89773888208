namespace Dhis2Grpc.Server.Hosting;

/// <summary>Log events of the node's start and stop.</summary>
internal static partial class NodeLog
{
    /// <summary>The node is ready.</summary>
    [LoggerMessage(EventId = 1001, Level = LogLevel.Information, Message = "Listening: REST on {Rest}, gRPC on {Grpc}")]
    public static partial void Listening(ILogger logger, string rest, string grpc);

    /// <summary>The node cannot start, for a reason that the administrator can mend.</summary>
    [LoggerMessage(EventId = 1002, Level = LogLevel.Critical, Message = "The server cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);

    /// <summary>The node cannot start, for a reason that is not understood.</summary>
    [LoggerMessage(EventId = 1003, Level = LogLevel.Critical, Message = "The server failed to start")]
    public static partial void StartFailed(ILogger logger, Exception exception);
}
