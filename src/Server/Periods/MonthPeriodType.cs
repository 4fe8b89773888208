using System.Text;

namespace Dhis2Grpc.Server.Periods;

/// <summary>Spans of whole months: months, quarters, half years, years, from a month of the type's own.</summary>
/// <param name="name">DHIS2's name.</param>
/// <param name="frequencyOrder">The number by which DHIS2 compares lengths.</param>
/// <param name="months">Months in a period.</param>
/// <param name="firstMonth">Month in which the first period of a year starts.</param>
/// <param name="marker">What stands between year and number in an identifier.</param>
/// <param name="digits">Digits of the number; 0 when a year is one period.</param>
/// <param name="suffix">What follows the number.</param>
/// <param name="yearOfEnd">The year in an identifier is the one in which the span of twelve months ends.</param>
/// <param name="since">First DHIS2 minor version that has the type.</param>
internal sealed class MonthPeriodType(
    string name, int frequencyOrder, int months, int firstMonth, string marker, int digits,
    string suffix = "", bool yearOfEnd = false, int since = 0)
    : PeriodType(name, frequencyOrder, since)
{
    private readonly byte[] _marker = Encoding.ASCII.GetBytes(marker);
    private readonly byte[] _suffix = Encoding.ASCII.GetBytes(suffix);
    private readonly int _yearOffset = yearOfEnd ? 1 : 0;

    private int PerYear => 12 / months;

    private int Length => 4 + _marker.Length + digits + _suffix.Length;

    /// <inheritdoc/>
    public override Period Containing(DateOnly day) => From(Math.DivRem(MonthsSinceAnchor(day), months).Quotient);

    /// <inheritdoc/>
    public override Period Shift(Period period, int count) => From(MonthsSinceAnchor(period.Start) / months + count);

    /// <inheritdoc/>
    public override IEnumerable<Period> OfYear(int year) =>
        Enumerable.Range((year - _yearOffset) * PerYear, PerYear).Select(From);

    /// <inheritdoc/>
    internal override int Format(DateOnly start, Span<byte> buffer)
    {
        if (buffer.Length < Length)
            return 0;
        var (year, month) = Math.DivRem(MonthsSinceAnchor(start), 12);
        PeriodParser.Number(year + _yearOffset, buffer[..4]);
        _marker.CopyTo(buffer[4..]);
        PeriodParser.Number(month / months + 1, buffer.Slice(4 + _marker.Length, digits));
        _suffix.CopyTo(buffer[(4 + _marker.Length + digits)..]);
        return Length;
    }

    /// <inheritdoc/>
    internal override bool TryParseTail(int year, ReadOnlySpan<byte> tail, out Period period)
    {
        period = default;
        if (tail.Length != Length - 4 || !tail.StartsWith(_marker) || !tail.EndsWith(_suffix))
            return false;
        var number = 1;
        if (digits > 0 && !PeriodParser.TryNumber(tail.Slice(_marker.Length, digits), out number))
            return false;
        if (number < 1 || number > PerYear)
            return false;
        period = From((year - _yearOffset) * PerYear + number - 1);
        return true;
    }

    private int MonthsSinceAnchor(DateOnly day) => day.Year * 12 + day.Month - firstMonth;

    private Period From(int ordinal)
    {
        var start = FirstDay(ordinal * months);
        return new Period(this, start, FirstDay((ordinal + 1) * months).AddDays(-1));
    }

    private DateOnly FirstDay(int sinceAnchor)
    {
        var (year, month) = Math.DivRem(sinceAnchor + firstMonth - 1, 12);
        return new DateOnly(year, month + 1, 1);
    }
}
