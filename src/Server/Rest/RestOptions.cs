namespace Dhis2Grpc.Server.Rest;

/// <summary>Settings of the REST edge.</summary>
internal sealed class RestOptions
{
    /// <summary>Zone in which dates are written, and read when they carry no offset. Default UTC.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>The 40 of 2.40.0: the version that holds for documents of data whose path has none.</summary>
    public int Version { get; set; } = 40;

    /// <summary>Answer imports of data whose path has no version as DHIS2 did before 2.38: bare, and 200 whatever became of them.</summary>
    public bool BareSummaries { get; set; }

    /// <summary>A watch that has nothing to say sends its headers after this time, so that clients see it open.</summary>
    public TimeSpan StreamOpensAfter { get; set; } = TimeSpan.FromSeconds(1);
}
