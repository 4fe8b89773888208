using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Periods;

/// <summary>DHIS2's names for periods that move with the day, such as LAST_12_MONTHS. "Last" never includes the
/// period that is running.</summary>
internal static class RelativePeriods
{
    private delegate IEnumerable<Period> Rule(DateOnly today, PeriodType financialYear);

    private static readonly FrozenDictionary<string, Rule> Rules = new Dictionary<string, Rule>
    {
        ["TODAY"] = Current(PeriodType.Daily),
        ["THIS_DAY"] = Current(PeriodType.Daily),
        ["YESTERDAY"] = Last(1, PeriodType.Daily),
        ["LAST_3_DAYS"] = Last(3, PeriodType.Daily),
        ["LAST_7_DAYS"] = Last(7, PeriodType.Daily),
        ["LAST_14_DAYS"] = Last(14, PeriodType.Daily),
        ["LAST_30_DAYS"] = Last(30, PeriodType.Daily),
        ["LAST_60_DAYS"] = Last(60, PeriodType.Daily),
        ["LAST_90_DAYS"] = Last(90, PeriodType.Daily),
        ["LAST_180_DAYS"] = Last(180, PeriodType.Daily),
        ["THIS_WEEK"] = Current(PeriodType.Weekly),
        ["LAST_WEEK"] = Last(1, PeriodType.Weekly),
        ["LAST_4_WEEKS"] = Last(4, PeriodType.Weekly),
        ["LAST_12_WEEKS"] = Last(12, PeriodType.Weekly),
        ["LAST_52_WEEKS"] = Last(52, PeriodType.Weekly),
        ["WEEKS_THIS_YEAR"] = (today, _) => PeriodType.Weekly.OfYear(WeekYear(today)),
        ["THIS_BIWEEK"] = Current(PeriodType.BiWeekly),
        ["LAST_BIWEEK"] = Last(1, PeriodType.BiWeekly),
        ["LAST_4_BIWEEKS"] = Last(4, PeriodType.BiWeekly),
        ["THIS_MONTH"] = Current(PeriodType.Monthly),
        ["LAST_MONTH"] = Last(1, PeriodType.Monthly),
        ["LAST_3_MONTHS"] = Last(3, PeriodType.Monthly),
        ["LAST_6_MONTHS"] = Last(6, PeriodType.Monthly),
        ["LAST_12_MONTHS"] = Last(12, PeriodType.Monthly),
        ["MONTHS_THIS_YEAR"] = YearsBack(0, PeriodType.Monthly),
        ["MONTHS_LAST_YEAR"] = YearsBack(1, PeriodType.Monthly),
        ["THIS_BIMONTH"] = Current(PeriodType.BiMonthly),
        ["LAST_BIMONTH"] = Last(1, PeriodType.BiMonthly),
        ["LAST_6_BIMONTHS"] = Last(6, PeriodType.BiMonthly),
        ["BIMONTHS_THIS_YEAR"] = YearsBack(0, PeriodType.BiMonthly),
        ["THIS_QUARTER"] = Current(PeriodType.Quarterly),
        ["LAST_QUARTER"] = Last(1, PeriodType.Quarterly),
        ["LAST_4_QUARTERS"] = Last(4, PeriodType.Quarterly),
        ["QUARTERS_THIS_YEAR"] = YearsBack(0, PeriodType.Quarterly),
        ["QUARTERS_LAST_YEAR"] = YearsBack(1, PeriodType.Quarterly),
        ["THIS_SIX_MONTH"] = Current(PeriodType.SixMonthly),
        ["LAST_SIX_MONTH"] = Last(1, PeriodType.SixMonthly),
        ["LAST_2_SIXMONTHS"] = Last(2, PeriodType.SixMonthly),
        ["THIS_YEAR"] = Current(PeriodType.Yearly),
        ["LAST_YEAR"] = Last(1, PeriodType.Yearly),
        ["LAST_5_YEARS"] = Last(5, PeriodType.Yearly),
        ["LAST_10_YEARS"] = Last(10, PeriodType.Yearly),
        ["THIS_FINANCIAL_YEAR"] = (today, year) => [year.Containing(today)],
        ["LAST_FINANCIAL_YEAR"] = (today, year) => Before(today, 1, year),
        ["LAST_5_FINANCIAL_YEARS"] = (today, year) => Before(today, 5, year),
        ["LAST_10_FINANCIAL_YEARS"] = (today, year) => Before(today, 10, year),
    }.ToFrozenDictionary();

    /// <summary>Every name.</summary>
    public static IReadOnlyCollection<string> Names => Rules.Keys;

    /// <summary>Whether the text is a name of relative periods.</summary>
    public static bool IsName(string name) => Rules.ContainsKey(name);

    /// <summary>The periods of the name on the day, in order.</summary>
    /// <param name="name">DHIS2's name, in upper case.</param>
    /// <param name="today">The day they are counted from.</param>
    /// <param name="financialYear">Which financial year the organisation keeps. Default: from October, as DHIS2's.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public static IReadOnlyList<Period> Resolve(string name, DateOnly today, PeriodType? financialYear = null) =>
        Rules.TryGetValue(name, out var rule)
            ? [.. rule(today, financialYear ?? PeriodType.FinancialOct)]
            : throw new ArgumentException($"Not a relative period: {name}", nameof(name));

    private static Rule Current(PeriodType type) => (today, _) => [type.Containing(today)];

    private static Rule Last(int count, PeriodType type) => (today, _) => Before(today, count, type);

    private static Rule YearsBack(int years, PeriodType type) => (today, _) => type.OfYear(today.Year - years);

    private static int WeekYear(DateOnly day) =>
        WeekPeriodType.Number(PeriodType.Weekly.Containing(day).Start, DayOfWeek.Monday).Year;

    private static Period[] Before(DateOnly today, int count, PeriodType type)
    {
        var period = type.Containing(today);
        var periods = new Period[count];
        for (var i = count - 1; i >= 0; i--)
            periods[i] = period = period.Previous;
        return periods;
    }
}
