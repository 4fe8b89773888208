namespace Dhis2Grpc.Server.Periods;

/// <summary>Days.</summary>
internal sealed class DayPeriodType() : PeriodType("Daily", 1, 0)
{
    /// <inheritdoc/>
    public override Period Containing(DateOnly day) => new(this, day, day);

    /// <inheritdoc/>
    public override Period Shift(Period period, int count) => Containing(period.Start.AddDays(count));

    /// <inheritdoc/>
    public override IEnumerable<Period> OfYear(int year) =>
        Generate(new DateOnly(year, 1, 1), new DateOnly(year, 12, 31));

    /// <inheritdoc/>
    internal override int Format(DateOnly start, Span<byte> buffer)
    {
        if (buffer.Length < 8)
            return 0;
        PeriodParser.Number(start.Year, buffer[..4]);
        PeriodParser.Number(start.Month, buffer[4..6]);
        PeriodParser.Number(start.Day, buffer[6..8]);
        return 8;
    }

    /// <inheritdoc/>
    internal override bool TryParseTail(int year, ReadOnlySpan<byte> tail, out Period period)
    {
        period = default;
        if (tail.Length != 4 || !PeriodParser.TryNumber(tail, out var number))
            return false;
        var (month, day) = (number / 100, number % 100);
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        period = Containing(new DateOnly(year, month, day));
        return true;
    }
}
