using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Periods;

/// <summary>A way of cutting time into periods. The years 1000 to 9998 are covered.</summary>
internal abstract class PeriodType
{
    /// <summary>First year whose periods have an identifier.</summary>
    public const int MinYear = 1000;

    /// <summary>Last year whose periods have an identifier.</summary>
    public const int MaxYear = 9998;

    private static readonly FrozenDictionary<string, PeriodType> ByName;

    static PeriodType()
    {
        All =
        [
            Daily, Weekly, WeeklyWednesday, WeeklyThursday, WeeklyFriday, WeeklySaturday, WeeklySunday, BiWeekly,
            Monthly, BiMonthly, Quarterly, QuarterlyNov, SixMonthly, SixMonthlyApril, SixMonthlyNov, Yearly,
            FinancialFeb, FinancialApril, FinancialJuly, FinancialAug, FinancialSep, FinancialOct, FinancialNov,
        ];
        ByName = All.ToFrozenDictionary(t => t.Name);
    }

    private protected PeriodType(string name, int frequencyOrder, int since)
    {
        Name = name;
        FrequencyOrder = frequencyOrder;
        Since = since;
#pragma warning disable CA1308 // DHIS2 names the columns in lower case
        Column = name.ToLowerInvariant();
#pragma warning restore CA1308
    }

    /// <summary>20240315.</summary>
    public static PeriodType Daily { get; } = new DayPeriodType();

    /// <summary>2024W1, Monday to Sunday.</summary>
    public static PeriodType Weekly { get; } = new WeekPeriodType("Weekly", "W", DayOfWeek.Monday, 0);

    /// <summary>2024WedW1, Wednesday to Tuesday.</summary>
    public static PeriodType WeeklyWednesday { get; } =
        new WeekPeriodType("WeeklyWednesday", "WedW", DayOfWeek.Wednesday, 0);

    /// <summary>2024ThuW1, Thursday to Wednesday.</summary>
    public static PeriodType WeeklyThursday { get; } =
        new WeekPeriodType("WeeklyThursday", "ThuW", DayOfWeek.Thursday, 0);

    /// <summary>2024FriW1, Friday to Thursday.</summary>
    public static PeriodType WeeklyFriday { get; } = new WeekPeriodType("WeeklyFriday", "FriW", DayOfWeek.Friday, 43);

    /// <summary>2024SatW1, Saturday to Friday.</summary>
    public static PeriodType WeeklySaturday { get; } =
        new WeekPeriodType("WeeklySaturday", "SatW", DayOfWeek.Saturday, 0);

    /// <summary>2024SunW1, Sunday to Saturday.</summary>
    public static PeriodType WeeklySunday { get; } = new WeekPeriodType("WeeklySunday", "SunW", DayOfWeek.Sunday, 0);

    /// <summary>2024BiW1, two ISO weeks from an odd one.</summary>
    public static PeriodType BiWeekly { get; } = new BiWeekPeriodType();

    /// <summary>202403.</summary>
    public static PeriodType Monthly { get; } = new MonthPeriodType("Monthly", 30, 1, 1, "", 2);

    /// <summary>202402B, the second pair of months.</summary>
    public static PeriodType BiMonthly { get; } = new MonthPeriodType("BiMonthly", 61, 2, 1, "", 2, suffix: "B");

    /// <summary>2024Q2.</summary>
    public static PeriodType Quarterly { get; } = new MonthPeriodType("Quarterly", 91, 3, 1, "Q", 1);

    /// <summary>2024NovQ1, from November 2023.</summary>
    public static PeriodType QuarterlyNov { get; } =
        new MonthPeriodType("QuarterlyNov", 91, 3, 11, "NovQ", 1, yearOfEnd: true, since: 38);

    /// <summary>2024S2.</summary>
    public static PeriodType SixMonthly { get; } = new MonthPeriodType("SixMonthly", 182, 6, 1, "S", 1);

    /// <summary>2024AprilS2, from October 2024.</summary>
    public static PeriodType SixMonthlyApril { get; } =
        new MonthPeriodType("SixMonthlyApril", 182, 6, 4, "AprilS", 1);

    /// <summary>2024NovS1, from November 2023.</summary>
    public static PeriodType SixMonthlyNov { get; } =
        new MonthPeriodType("SixMonthlyNov", 182, 6, 11, "NovS", 1, yearOfEnd: true);

    /// <summary>2024.</summary>
    public static PeriodType Yearly { get; } = new MonthPeriodType("Yearly", 365, 12, 1, "", 0);

    /// <summary>2024Feb, from February 2024.</summary>
    public static PeriodType FinancialFeb { get; } =
        new MonthPeriodType("FinancialFeb", 365, 12, 2, "Feb", 0, since: 43);

    /// <summary>2024April, from April 2024.</summary>
    public static PeriodType FinancialApril { get; } = new MonthPeriodType("FinancialApril", 365, 12, 4, "April", 0);

    /// <summary>2024July, from July 2024.</summary>
    public static PeriodType FinancialJuly { get; } = new MonthPeriodType("FinancialJuly", 365, 12, 7, "July", 0);

    /// <summary>2024Aug, from August 2024.</summary>
    public static PeriodType FinancialAug { get; } =
        new MonthPeriodType("FinancialAug", 365, 12, 8, "Aug", 0, since: 43);

    /// <summary>2024Sep, from September 2024.</summary>
    public static PeriodType FinancialSep { get; } =
        new MonthPeriodType("FinancialSep", 365, 12, 9, "Sep", 0, since: 42);

    /// <summary>2024Oct, from October 2024.</summary>
    public static PeriodType FinancialOct { get; } = new MonthPeriodType("FinancialOct", 365, 12, 10, "Oct", 0);

    /// <summary>2024Nov, from November 2023: the only financial year named by its end.</summary>
    public static PeriodType FinancialNov { get; } =
        new MonthPeriodType("FinancialNov", 365, 12, 11, "Nov", 0, yearOfEnd: true);

    /// <summary>Every type, in DHIS2's natural order: that of the columns of resource tables.</summary>
    public static IReadOnlyList<PeriodType> All { get; }

    /// <summary>DHIS2's name, such as Monthly.</summary>
    public string Name { get; }

    /// <summary>Name of the type's column in resource and analytics tables.</summary>
    public string Column { get; }

    /// <summary>The number by which DHIS2 compares lengths: 30 for a month.</summary>
    public int FrequencyOrder { get; }

    /// <summary>First DHIS2 minor version that has the type; 0 for those that were always there.</summary>
    public int Since { get; }

    /// <summary>Whether periods are weeks or pairs of weeks.</summary>
    public virtual bool IsWeekly => false;

    /// <summary>Finds a type by DHIS2's name.</summary>
    public static bool TryGet(string name, out PeriodType type) => ByName.TryGetValue(name, out type!);

    /// <summary>The period that the day belongs to.</summary>
    public abstract Period Containing(DateOnly day);

    /// <summary>The period that is the given number of periods later, earlier when negative. Pairs of weeks shift by
    /// 14 days, so the one that begins in a 53rd week is passed over going back.</summary>
    public abstract Period Shift(Period period, int count);

    /// <summary>The periods whose identifier carries the year, in order.</summary>
    public abstract IEnumerable<Period> OfYear(int year);

    /// <summary>The periods that have a day between the two, inclusive, in order.</summary>
    public IEnumerable<Period> Generate(DateOnly first, DateOnly last)
    {
        for (var period = Containing(first); period.Start <= last; period = Shift(period, 1))
            yield return period;
    }

    /// <summary>The period that contains the day that lies the given number of years before the first day of the
    /// period.</summary>
    public Period SamePeriodYearsAgo(Period period, int years) => Containing(period.Start.AddYears(-years));

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Writes the identifier of the period that starts on the day; returns its length, 0 when it does not fit.</summary>
    internal abstract int Format(DateOnly start, Span<byte> buffer);

    /// <summary>Reads what follows the year in an identifier.</summary>
    internal abstract bool TryParseTail(int year, ReadOnlySpan<byte> tail, out Period period);
}
