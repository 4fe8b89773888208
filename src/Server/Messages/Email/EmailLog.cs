namespace Dhis2Grpc.Server.Messages.Email;

/// <summary>Log messages of e-mails. Nothing in them comes from the login, and no recipient is named.</summary>
internal static partial class EmailLog
{
    /// <summary>The server took it.</summary>
    [LoggerMessage(EventId = 8101, Level = LogLevel.Information, Message = "E-mail \"{Subject}\" was sent to {Recipients} addresses")]
    public static partial void Sent(ILogger logger, string subject, int recipients);

    /// <summary>It did not.</summary>
    [LoggerMessage(EventId = 8102, Level = LogLevel.Warning, Message = "E-mail \"{Subject}\" was not sent: {Reason}")]
    public static partial void NotSent(ILogger logger, string subject, string reason);
}
