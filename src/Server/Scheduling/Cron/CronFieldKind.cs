namespace Dhis2Grpc.Server.Scheduling.Cron;

/// <summary>One of the six fields of a cron expression: its name in messages and its legal values.</summary>
/// <param name="Name">Name in messages, as Spring calls it.</param>
/// <param name="Min">Smallest value.</param>
/// <param name="Max">Largest value.</param>
/// <param name="Range">Legal values in words.</param>
internal sealed record CronFieldKind(string Name, int Min, int Max, string Range)
{
    public static readonly CronFieldKind Second = new("SecondOfMinute", 0, 59, "0 - 59");
    public static readonly CronFieldKind Minute = new("MinuteOfHour", 0, 59, "0 - 59");
    public static readonly CronFieldKind Hour = new("HourOfDay", 0, 23, "0 - 23");
    public static readonly CronFieldKind DayOfMonth = new("DayOfMonth", 1, 31, "1 - 28/31");
    public static readonly CronFieldKind Month = new("MonthOfYear", 1, 12, "1 - 12");

    /// <summary>Monday 1 to Sunday 7; 0 is Sunday too.</summary>
    public static readonly CronFieldKind DayOfWeek = new("DayOfWeek", 1, 7, "1 - 7");

    /// <summary>All values, as bits.</summary>
    public ulong All => Bits(Min, Max, 1);

    /// <summary>Bits of the values from <paramref name="from"/> to <paramref name="to"/> in steps.</summary>
    public static ulong Bits(int from, int to, int step)
    {
        var bits = 0UL;
        for (var i = (long)from; i <= to; i += step)
            bits |= 1UL << (int)i;
        return bits;
    }

    /// <summary>Refuses a value that is not legal.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public int Check(int value) =>
        (value >= Min && value <= Max) || (value == 0 && this == DayOfWeek)
            ? value
            : throw new FormatException($"Invalid value for {Name} (valid values {Range}): {value}");
}
