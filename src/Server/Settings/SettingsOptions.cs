namespace Dhis2Grpc.Server.Settings;

/// <summary>What the host tells the settings.</summary>
internal sealed class SettingsOptions
{
    /// <summary>Title of the installation while none is set.</summary>
    public string ApplicationTitle { get; set; } = "DHIS 2";

    /// <summary>The server's zone, in which dates without offset are read.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;
}
