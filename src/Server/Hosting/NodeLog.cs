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

    /// <summary>An accepted document is not tried again.</summary>
    [LoggerMessage(EventId = 1004, Level = LogLevel.Error, Message = "The import of job {Job} was tried {Attempts} times, and the server ended each time; its document is given up")]
    public static partial void ImportGivenUp(ILogger logger, string job, int attempts);

    /// <summary>The file of a document that was imported stays.</summary>
    [LoggerMessage(EventId = 1005, Level = LogLevel.Warning, Message = "The document of job {Job}, which was imported, cannot be removed")]
    public static partial void DocumentNotRemoved(ILogger logger, Exception exception, string job);
}
