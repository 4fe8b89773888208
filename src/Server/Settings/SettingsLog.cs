namespace Dhis2Grpc.Server.Settings;

/// <summary>Log messages of the settings. Values are never logged.</summary>
internal static partial class SettingsLog
{
    /// <summary>The keys are not those that the value was encrypted with.</summary>
    [LoggerMessage(EventId = 7001, Level = LogLevel.Warning,
        Message = "The stored value of {Key} cannot be decrypted with the keys of this data directory, and counts as not set; set it again")]
    public static partial void Unreadable(ILogger logger, string key);
}
