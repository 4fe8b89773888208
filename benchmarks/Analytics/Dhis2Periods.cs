using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Benchmarks.Analytics;

/// <summary>The period columns of DHIS2 2.39's tables and what they hold.</summary>
internal static class Dhis2Periods
{
    private const int Version = 39;

    private static readonly PeriodType[] Types = [.. PeriodType.All.Where(t => t.Since <= Version)];

    /// <summary>One column a period type.</summary>
    public static IReadOnlyList<string> Columns { get; } = [.. Types.Select(t => t.Column)];

    /// <summary>Periods that contain the day.</summary>
    public static IEnumerable<object?> OfDay(DateOnly day) => Types.Select(t => (object?)t.Containing(day).Iso);

    /// <summary>Periods that contain the month; those shorter than it are none.</summary>
    public static IEnumerable<object?> OfMonth(DateOnly month) => Types.Select(t =>
        t.FrequencyOrder < PeriodType.Monthly.FrequencyOrder ? null : (object?)t.Containing(month).Iso);
}
