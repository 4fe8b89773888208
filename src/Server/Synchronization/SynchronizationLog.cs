namespace Dhis2Grpc.Server.Synchronization;

/// <summary>Log messages of synchronization. Nothing in them comes from the login.</summary>
internal static partial class SynchronizationLog
{
    /// <summary>The password travels in clear.</summary>
    [LoggerMessage(EventId = 8001, Level = LogLevel.Warning, Message = "The remote server {Host} is reached by plain http: the password travels in clear")]
    public static partial void Insecure(ILogger logger, string host);

    /// <summary>What a push came to.</summary>
    [LoggerMessage(EventId = 8002, Level = LogLevel.Information,
        Message = "Pushed {Kind}: {Rows} in {Pages} pages, {Refused} rejected, {Failed} pages failed, in {Seconds:0.000} s")]
    public static partial void Pushed(ILogger logger, string kind, long rows, int pages, long refused, int failed, double seconds);

    /// <summary>A document came, and was imported or refused as the import's own message tells.</summary>
    [LoggerMessage(EventId = 8003, Level = LogLevel.Information, Message = "Pulled metadata from {Host}: {Bytes} bytes were sent")]
    public static partial void Pulled(ILogger logger, string host, long bytes);
}
