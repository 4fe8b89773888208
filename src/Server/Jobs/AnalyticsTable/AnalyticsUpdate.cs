using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Analytics;

namespace Dhis2Grpc.Server.Jobs.AnalyticsTable;

/// <summary>Which part of the analytics tables a run renews.</summary>
internal sealed record AnalyticsUpdate
{
    /// <summary>Start of the run; rows changed later wait for the next.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>First year to rebuild; null for all years. Partitions of earlier years are kept.</summary>
    public int? FromYear { get; init; }

    /// <summary>Only values changed since the last full update are gathered, in a partition of their own.</summary>
    public bool LatestOnly { get; init; }

    /// <summary>Start of the last full or last-years update; set when <see cref="LatestOnly"/>.</summary>
    public DateTimeOffset? LastFull { get; init; }

    /// <summary>Start of the last update of any kind; set when <see cref="LatestOnly"/>.</summary>
    public DateTimeOffset? LastAny { get; init; }

    /// <summary>Zeros of data elements whose zero is significant are kept.</summary>
    public bool IncludeZeros { get; init; }

    /// <summary>Texts that are no plain numbers are not filtered out before conversion.</summary>
    public bool SkipTypeValidation { get; init; }

    /// <summary>Values are kept only for periods in which both option combos are valid.</summary>
    public bool RespectDates { get; init; }

    /// <summary>Start as stored in the warehouse: UTC without zone.</summary>
    public DateTime StartedUtc => Started.UtcDateTime;

    /// <summary>What the run is, for people.</summary>
    public string Description => this switch
    {
        { LatestOnly: true } => "Analytics table update process, latest partition",
        { FromYear: { } year } => $"Analytics table update process from {year}",
        _ => "Analytics table update process",
    };

    /// <summary>Reads what the parameters and settings say.</summary>
    /// <exception cref="ArgumentException">The number of years is negative.</exception>
    /// <exception cref="InvalidOperationException">A latest update without a full one before it.</exception>
    public static async Task<AnalyticsUpdate> PlanAsync(
        JobRunContext context, AnalyticsTableParameters parameters, IJobSettings settings, CancellationToken cancellationToken)
    {
        var update = new AnalyticsUpdate
        {
            Started = context.Started,
            IncludeZeros = await IsOnAsync("keyIncludeZeroValuesInAnalytics"),
            SkipTypeValidation = await IsOnAsync("keySkipDataTypeValidationInAnalyticsTableExport"),
            RespectDates = await IsOnAsync("keyRespectMetaDataStartEndDatesInAnalyticsTableExport"),
        };
        if (!parameters.HasLastYears)
            return update;
        if (parameters.LastYears < 0)
            throw new ArgumentException($"lastYears must not be negative: {parameters.LastYears}");
        if (parameters.LastYears > 0)
        {
            var today = TimeZoneInfo.ConvertTime(context.Started, context.Zone);
            return update with { FromYear = today.Year - parameters.LastYears + 1 };
        }

        var full = SettingTime.Parse(await settings.GetAsync(AnalyticsSettings.LastFullSuccess, cancellationToken))
            ?? throw new InvalidOperationException(
                "A latest update (lastYears 0) needs an earlier full update of the analytics tables; run the job without lastYears first");
        var latest = SettingTime.Parse(await settings.GetAsync(AnalyticsSettings.LastLatestSuccess, cancellationToken));
        return update with { LatestOnly = true, LastFull = full, LastAny = latest > full ? latest : full };

        async ValueTask<bool> IsOnAsync(string key) =>
            string.Equals(await settings.GetAsync(key, cancellationToken), "true", StringComparison.OrdinalIgnoreCase);
    }
}
