namespace Dhis2Grpc.Server.Jobs.AnalyticsTable;

/// <summary>Keys of the settings in which runs record their success.</summary>
internal static class AnalyticsSettings
{
    /// <summary>Start of the last successful full or last-years run.</summary>
    public const string LastFullSuccess = "keyLastSuccessfulAnalyticsTablesUpdate";

    /// <summary>How long that run took.</summary>
    public const string LastFullRuntime = "keyLastSuccessfulAnalyticsTablesRuntime";

    /// <summary>Start of the last successful latest-partition run.</summary>
    public const string LastLatestSuccess = "keyLastSuccessfulLatestAnalyticsPartitionUpdate";

    /// <summary>How long that run took.</summary>
    public const string LastLatestRuntime = "keyLastSuccessfulLatestAnalyticsPartitionRuntime";
}
