namespace Dhis2Grpc.Server.Rest;

/// <summary>Settings of the REST edge.</summary>
internal sealed class RestOptions
{
    /// <summary>Zone in which dates are written, and read when they carry no offset. Default UTC.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>A watch that has nothing to say sends its headers after this time, so that clients see it open.</summary>
    public TimeSpan StreamOpensAfter { get; set; } = TimeSpan.FromSeconds(1);
}
