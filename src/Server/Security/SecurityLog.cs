namespace Dhis2Grpc.Server.Security;

/// <summary>Log messages of security.</summary>
internal static partial class SecurityLog
{
    [LoggerMessage(4000, LogLevel.Information, "First start: made the user {Username} with authority ALL")]
    public static partial void AdminCreated(ILogger logger, string username);

    [LoggerMessage(4001, LogLevel.Information, "The user admin had the default password; it is now the one of Dhis2__Security__AdminPassword")]
    public static partial void AdminPasswordSet(ILogger logger);
}
