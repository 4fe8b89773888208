using System.Globalization;

namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>A month or quarter.</summary>
/// <param name="Iso">ISO identifier.</param>
/// <param name="Start">First day.</param>
/// <param name="Number">Position, from 0 the oldest.</param>
internal sealed record SamplePeriod(string Iso, DateOnly Start, int Number);

/// <summary>Three years that end with the last complete month and quarter.</summary>
internal static class SamplePeriods
{
    private const int Years = 3;

    /// <summary>36 months.</summary>
    public static IReadOnlyList<SamplePeriod> Months(DateOnly today)
    {
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(-12 * Years);
        return [.. Enumerable.Range(0, 12 * Years).Select(i => first.AddMonths(i)).Select((start, i) =>
            new SamplePeriod(start.ToString("yyyyMM", CultureInfo.InvariantCulture), start, i))];
    }

    /// <summary>12 quarters.</summary>
    public static IReadOnlyList<SamplePeriod> Quarters(DateOnly today)
    {
        var first = new DateOnly(today.Year, 1 + (3 * ((today.Month - 1) / 3)), 1).AddMonths(-12 * Years);
        return [.. Enumerable.Range(0, 4 * Years).Select(i => first.AddMonths(3 * i)).Select((start, i) =>
            new SamplePeriod(string.Create(CultureInfo.InvariantCulture, $"{start.Year:0000}Q{1 + (start.Month / 3)}"), start, i))];
    }
}
