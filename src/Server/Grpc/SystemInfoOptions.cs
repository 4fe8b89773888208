namespace Dhis2Grpc.Server.Grpc;

/// <summary>What the node tells of itself; set by the host.</summary>
internal sealed class SystemInfoOptions
{
    /// <summary>DHIS2 version that the REST face speaks.</summary>
    public string Version { get; set; } = "2.40.0";

    /// <summary>Title of this installation.</summary>
    public string SystemName { get; set; } = "DHIS 2";

    /// <summary>The server's zone.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;
}
