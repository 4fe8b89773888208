using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Settings;

/// <summary>The settings that exist, with DHIS2's defaults.</summary>
internal static class SettingCatalog
{
    private const string Epoch = "1970-01-01T00:00:00.000Z";

    private static readonly FrozenDictionary<string, SettingDefinition> ByKey = Define().ToFrozenDictionary(s => s.Key);

    /// <summary>All of them, by key.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } = [.. ByKey.Values.OrderBy(s => s.Key, StringComparer.Ordinal)];

    /// <summary>The setting of a key; null when there is none.</summary>
    public static SettingDefinition? Find(string key) => ByKey.GetValueOrDefault(key);

    private static IEnumerable<SettingDefinition> Define() =>
    [
        new(SettingKeys.ApplicationTitle, SettingType.Text, "DHIS 2"),
        new("helpPageLink", SettingType.Text, "https://docs.dhis2.org/"),
        new("keyUiLocale", SettingType.Text, "en"),
        new("keyCustomTranslationsEnabled", SettingType.Boolean, "false"),

        new(SettingKeys.NotificationsEmail, SettingType.Text),
        new(SettingKeys.EmailHost, SettingType.Text),
        new(SettingKeys.EmailPort, SettingType.Integer, "587") { Min = 1, Max = 65_535 },
        new(SettingKeys.EmailUsername, SettingType.Text),
        new(SettingKeys.EmailPassword, SettingType.Text) { Confidential = true },
        new(SettingKeys.EmailTls, SettingType.Boolean, "true"),
        new(SettingKeys.EmailSender, SettingType.Text),

        new(SettingKeys.RemoteUrl, SettingType.Text),
        new(SettingKeys.RemoteUsername, SettingType.Text),
        new(SettingKeys.RemotePassword, SettingType.Text) { Confidential = true },
        new(SettingKeys.LastDataPush, SettingType.Date, Epoch),
        new(SettingKeys.LastCompletenessPush, SettingType.Date, Epoch),
        new("keyLastSuccessfulEventsDataSynch", SettingType.Date, Epoch),
        new(SettingKeys.SkipChangedBefore, SettingType.Date, Epoch),
        new(SettingKeys.AvailabilityAttempts, SettingType.Integer, "3") { Min = 1, Max = 100 },
        new(SettingKeys.AvailabilityDelay, SettingType.Integer, "500") { Max = 600_000 },
        new(SettingKeys.MaxAttempts, SettingType.Integer, "3") { Min = 1, Max = 100 },

        new(SettingKeys.VersionEnabled, SettingType.Boolean, "false"),
        new(SettingKeys.SystemMetadataVersion, SettingType.Text),
        new(SettingKeys.RemoteMetadataVersion, SettingType.Text),
        new(SettingKeys.StopMetadataSync, SettingType.Boolean, "false"),
        new(SettingKeys.FailedMetadataVersion, SettingType.Text),
        new(SettingKeys.LastMetadataFailure, SettingType.Date, Epoch),
        new(SettingKeys.LastMetadataSuccess, SettingType.Date, Epoch),
        new("dataEntryAutoGroup", SettingType.Boolean, "false"),

        new("keyIncludeZeroValuesInAnalytics", SettingType.Boolean, "false"),
        new("keySkipDataTypeValidationInAnalyticsTableExport", SettingType.Boolean, "false"),
        new("keyRespectMetaDataStartEndDatesInAnalyticsTableExport", SettingType.Boolean, "false"),
        new("keyLastSuccessfulAnalyticsTablesUpdate", SettingType.Date, Epoch),
        new("keyLastSuccessfulAnalyticsTablesRuntime", SettingType.Text),
        new("keyLastSuccessfulLatestAnalyticsPartitionUpdate", SettingType.Date, Epoch),
        new("keyLastSuccessfulLatestAnalyticsPartitionRuntime", SettingType.Text),
        new("keyLastSuccessfulResourceTablesUpdate", SettingType.Date, Epoch),
    ];
}
