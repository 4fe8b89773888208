using System.Text;

namespace Dhis2Grpc.Server.Periods;

/// <summary>Weeks that begin on a weekday of the type's own. Week 1 is the first with at least four days in the year,
/// and the year of an identifier is that of the week, not of the calendar.</summary>
internal sealed class WeekPeriodType(string name, string marker, DayOfWeek firstDay, int since)
    : PeriodType(name, 7, since)
{
    private readonly byte[] _marker = Encoding.ASCII.GetBytes(marker);

    /// <inheritdoc/>
    public override bool IsWeekly => true;

    /// <inheritdoc/>
    public override Period Containing(DateOnly day) => From(WeekStart(day, firstDay));

    /// <inheritdoc/>
    public override Period Shift(Period period, int count) => From(period.Start.AddDays(7 * count));

    /// <inheritdoc/>
    public override IEnumerable<Period> OfYear(int year) =>
        Enumerable.Range(0, WeeksInYear(year, firstDay)).Select(week => From(FirstWeek(year, firstDay).AddDays(7 * week)));

    /// <summary>First day of week 1 of the year.</summary>
    internal static DateOnly FirstWeek(int year, DayOfWeek firstDay) => WeekStart(new DateOnly(year, 1, 4), firstDay);

    /// <summary>52 or 53.</summary>
    internal static int WeeksInYear(int year, DayOfWeek firstDay) =>
        (FirstWeek(year + 1, firstDay).DayNumber - FirstWeek(year, firstDay).DayNumber) / 7;

    /// <summary>Year and number of the week that starts on the day.</summary>
    internal static (int Year, int Week) Number(DateOnly start, DayOfWeek firstDay)
    {
        var year = start.AddDays(3).Year;
        return (year, (start.DayNumber - FirstWeek(year, firstDay).DayNumber) / 7 + 1);
    }

    /// <summary>The last first-day on or before the day.</summary>
    internal static DateOnly WeekStart(DateOnly day, DayOfWeek firstDay) =>
        day.AddDays(-((day.DayOfWeek - firstDay + 7) % 7));

    /// <summary>Writes year, marker and a number without padding.</summary>
    internal static int Format(int year, ReadOnlySpan<byte> marker, int number, Span<byte> buffer)
    {
        var digits = number < 10 ? 1 : 2;
        var length = 4 + marker.Length + digits;
        if (buffer.Length < length)
            return 0;
        PeriodParser.Number(year, buffer[..4]);
        marker.CopyTo(buffer[4..]);
        PeriodParser.Number(number, buffer.Slice(4 + marker.Length, digits));
        return length;
    }

    /// <summary>Reads marker and a number of one or two digits from 1 to the limit.</summary>
    internal static bool TryNumber(ReadOnlySpan<byte> tail, ReadOnlySpan<byte> marker, out int number)
    {
        number = 0;
        return tail.Length - marker.Length is 1 or 2 && tail.StartsWith(marker)
            && PeriodParser.TryNumber(tail[marker.Length..], out number) && number >= 1;
    }

    /// <inheritdoc/>
    internal override int Format(DateOnly start, Span<byte> buffer)
    {
        var (year, week) = Number(start, firstDay);
        return Format(year, _marker, week, buffer);
    }

    /// <inheritdoc/>
    internal override bool TryParseTail(int year, ReadOnlySpan<byte> tail, out Period period)
    {
        period = default;
        if (!TryNumber(tail, _marker, out var week) || week > WeeksInYear(year, firstDay))
            return false;
        period = From(FirstWeek(year, firstDay).AddDays(7 * (week - 1)));
        return true;
    }

    private Period From(DateOnly start) => new(this, start, start.AddDays(6));
}
