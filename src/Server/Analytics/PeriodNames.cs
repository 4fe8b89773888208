using System.Globalization;
using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Names of periods for people, as DHIS2 writes them in English.</summary>
internal static class PeriodNames
{
    /// <summary>Such as "January 2024", "April - June 2024", "Week 1 2024-01-01 - 2024-01-07".</summary>
    public static string Of(Period period)
    {
        var type = period.Type;
        if (type == PeriodType.Daily)
            return Day(period.Start);
        if (type == PeriodType.Yearly)
            return Format(period.Start, "yyyy");
        if (type.IsWeekly)
            return $"{(type == PeriodType.BiWeekly ? "Bi-Week" : "Week")} {Number(period.Iso)} {Day(period.Start)} - {Day(period.End)}";
        if (type == PeriodType.Monthly)
            return Format(period.Start, "MMMM yyyy");
        return period.Start.Year == period.End.Year
            ? $"{Format(period.Start, "MMMM")} - {Format(period.End, "MMMM yyyy")}"
            : $"{Format(period.Start, "MMMM yyyy")} - {Format(period.End, "MMMM yyyy")}";
    }

    private static string Number(string iso) => iso[(iso.LastIndexOf('W') + 1)..];

    private static string Day(DateOnly day) => Format(day, "yyyy-MM-dd");

    private static string Format(DateOnly day, string format) => day.ToString(format, CultureInfo.InvariantCulture);
}
