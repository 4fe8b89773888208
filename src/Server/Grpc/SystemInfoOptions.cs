using System.Globalization;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>What the node tells of itself; set by the host.</summary>
internal sealed class SystemInfoOptions
{
    /// <summary>DHIS2 version that the REST face speaks.</summary>
    public string Version { get; set; } = "2.40.0";

    /// <summary>The 40 of 2.40.0: what apps put into paths, and what decides which members older clients get.</summary>
    public int MinorVersion => int.Parse(Version.Split('.', '-')[1], CultureInfo.InvariantCulture);

    /// <summary>Title of this installation.</summary>
    public string SystemName { get; set; } = "DHIS 2";

    /// <summary>The server's zone.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;
}
