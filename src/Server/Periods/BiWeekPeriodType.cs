namespace Dhis2Grpc.Server.Periods;

/// <summary>Pairs of ISO weeks, each from an odd one: 26 a year. A year of 53 weeks has a 27th, which overlaps the first
/// of the next year by a week.</summary>
internal sealed class BiWeekPeriodType() : PeriodType("BiWeekly", 14, 0)
{
    /// <inheritdoc/>
    public override bool IsWeekly => true;

    private static ReadOnlySpan<byte> Marker => "BiW"u8;

    /// <inheritdoc/>
    public override Period Containing(DateOnly day)
    {
        var start = WeekPeriodType.WeekStart(day, DayOfWeek.Monday);
        var (_, week) = WeekPeriodType.Number(start, DayOfWeek.Monday);
        return From(week % 2 == 0 ? start.AddDays(-7) : start);
    }

    /// <inheritdoc/>
    public override Period Shift(Period period, int count)
    {
        // One at a time: each step re-derives the pair, which is what moves it back to odd weeks at a new year.
        for (; count > 0; count--)
            period = Containing(period.Start.AddDays(14));
        for (; count < 0; count++)
            period = Containing(period.Start.AddDays(-14));
        return period;
    }

    /// <inheritdoc/>
    public override IEnumerable<Period> OfYear(int year) =>
        Enumerable.Range(0, InYear(year)).Select(i => From(WeekPeriodType.FirstWeek(year, DayOfWeek.Monday).AddDays(14 * i)));

    /// <inheritdoc/>
    internal override int Format(DateOnly start, Span<byte> buffer)
    {
        var (year, week) = WeekPeriodType.Number(start, DayOfWeek.Monday);
        return WeekPeriodType.Format(year, Marker, week / 2 + 1, buffer);
    }

    /// <inheritdoc/>
    internal override bool TryParseTail(int year, ReadOnlySpan<byte> tail, out Period period)
    {
        period = default;
        if (!WeekPeriodType.TryNumber(tail, Marker, out var number) || number > InYear(year))
            return false;
        period = From(WeekPeriodType.FirstWeek(year, DayOfWeek.Monday).AddDays(14 * (number - 1)));
        return true;
    }

    private static int InYear(int year) => (WeekPeriodType.WeeksInYear(year, DayOfWeek.Monday) + 1) / 2;

    private Period From(DateOnly start) => new(this, start, start.AddDays(13));
}
