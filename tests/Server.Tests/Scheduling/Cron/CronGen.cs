using CsCheck;

namespace Dhis2Grpc.Server.Tests.Scheduling.Cron;

/// <summary>Random expressions of Spring's grammar, each with its meaning.</summary>
internal static class CronGen
{
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    public static readonly Gen<NaiveCron> Expression = Gen.Select(
        Field(0, 59), Field(0, 59), Field(0, 23), DayOfMonth(), Field(1, 12), DayOfWeek(),
        (second, minute, hour, day, month, weekday) => new NaiveCron(
            $"{second.Text} {minute.Text} {hour.Text} {day.Text} {month.Text} {weekday.Text}",
            second.Values, minute.Values, hour.Values, day.Matches, month.Values, weekday.Matches));

    private static Gen<(string Text, int[] Values)> Field(int min, int max) =>
        Gen.Frequency((3, Gen.Const(("*", Range(min, max, 1)))), (7, Members(min, max)));

    private static Gen<(string Text, int[] Values)> Members(int min, int max) =>
        Member(min, max).Array[1, 3].Select(members => (
            string.Join(',', members.Select(m => m.Text)),
            members.SelectMany(m => m.Values).Distinct().Order().ToArray()));

    private static Gen<(string Text, int[] Values)> Member(int min, int max) => Gen.OneOf(
        Gen.Int[min, max].Select(v => ($"{v}", new[] { v })),
        Gen.Int[min, max].Select(v => ($"0{v:00}", new[] { v })),
        Gen.Int[min, max].Select(v => ($"+{v}", new[] { v })),
        Gen.Select(Gen.Int[min, max], Gen.Int[min, max], (a, b) => ($"{Math.Min(a, b)}-{Math.Max(a, b)}", Range(Math.Min(a, b), Math.Max(a, b), 1))),
        Gen.Int[1, 100].Select(n => ($"*/{n}", Range(min, max, n))),
        Gen.Select(Gen.Int[min, max], Gen.Int[1, 100], (v, n) => ($"{v}/{n}", Range(v, max, n))),
        Gen.Select(Gen.Int[min, max], Gen.Int[min, max], Gen.Int[1, 20], (a, b, n) =>
            ($"{Math.Min(a, b)}-{Math.Max(a, b)}/{n}", Range(Math.Min(a, b), Math.Max(a, b), n))));

    private static Gen<(string Text, Func<DateOnly, bool> Matches)> DayOfMonth() => Gen.Frequency(
        (4, Gen.OneOf(Gen.Const("*"), Gen.Const("?")).Select(t => (t, Any))),
        (3, Members(1, 31).Select(m => (m.Text, (Func<DateOnly, bool>)(d => m.Values.Contains(d.Day))))),
        (3, DayOfMonthMember().Array[1, 3].Select(Either)));

    private static Gen<(string Text, Func<DateOnly, bool> Matches)> DayOfMonthMember() => Gen.OneOf(
        Member(1, 31).Select(m => (m.Text, (Func<DateOnly, bool>)(d => m.Values.Contains(d.Day)))),
        Gen.Const(("L", (Func<DateOnly, bool>)(d => d.Day == Length(d)))),
        Gen.Int[1, 30].Select(n => ($"L-{n}", (Func<DateOnly, bool>)(d => d.Day == Length(d) - n))),
        Gen.Const(("LW", (Func<DateOnly, bool>)(d => d.Day == LastWeekday(d)))),
        Gen.Int[1, 31].Select(n => ($"{n}W", (Func<DateOnly, bool>)(d => d.Day == NearestWeekday(d, n)))));

    private static Gen<(string Text, Func<DateOnly, bool> Matches)> DayOfWeek() => Gen.Frequency(
        (5, Gen.OneOf(Gen.Const("*"), Gen.Const("?")).Select(t => (t, Any))),
        (5, DayOfWeekMember().Array[1, 3].Select(Either)));

    private static Gen<(string Text, Func<DateOnly, bool> Matches)> DayOfWeekMember() => Gen.OneOf(
        Gen.Int[0, 7].Select(v => ($"{v}", On(v % 7))),
        Gen.Int[0, 6].Select(v => (DayNames[v], On(v))),
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7], (a, b) =>
            ($"{Math.Min(a, b)}-{Math.Max(a, b)}".Replace("7-7", "7", StringComparison.Ordinal), On([.. Range(Math.Min(a, b), Math.Max(a, b), 1).Select(v => v % 7)]))),
        Gen.Int[0, 6].Select(b => ($"SUN-{b}", On(Range(0, b, 1)))),
        Gen.Int[1, 9].Select(n => ($"*/{n}", On([.. Range(1, 7, n).Select(v => v % 7)]))),
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 5], (v, n) => ($"{v}/{n}", On([.. Range(v, 7, n).Select(x => x % 7)]))),
        Gen.Int[0, 7].Select(v => ($"{v}L", (Func<DateOnly, bool>)(d => (int)d.DayOfWeek == v % 7 && d.Day > Length(d) - 7))),
        Gen.Select(Gen.Int[0, 6], Gen.Int[1, 6], (v, n) =>
            ($"{DayNames[v]}#{n}", (Func<DateOnly, bool>)(d => (int)d.DayOfWeek == v && (d.Day - 1) / 7 == n - 1))));

    private static readonly Func<DateOnly, bool> Any = _ => true;

    private static Func<DateOnly, bool> On(params int[] days) => d => days.Contains((int)d.DayOfWeek);

    private static (string Text, Func<DateOnly, bool> Matches) Either((string Text, Func<DateOnly, bool> Matches)[] members) =>
        (string.Join(',', members.Select(m => m.Text)), d => members.Any(m => m.Matches(d)));

    private static int[] Range(int from, int to, int step) => [.. Enumerable.Range(from, to - from + 1).Where(i => (i - from) % step == 0)];

    private static int Length(DateOnly day) => DateTime.DaysInMonth(day.Year, day.Month);

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is System.DayOfWeek.Saturday or System.DayOfWeek.Sunday;

    private static int LastWeekday(DateOnly month)
    {
        var day = new DateOnly(month.Year, month.Month, Length(month));
        while (IsWeekend(day))
            day = day.AddDays(-1);
        return day.Day;
    }

    private static int? NearestWeekday(DateOnly month, int n)
    {
        if (n > Length(month))
            return null;
        var day = new DateOnly(month.Year, month.Month, n);
        var nearest = day.DayOfWeek == System.DayOfWeek.Saturday ? day.AddDays(n == 1 ? 2 : -1)
            : day.DayOfWeek == System.DayOfWeek.Sunday ? day.AddDays(1)
            : day;
        return nearest.Month == month.Month ? nearest.Day : null;
    }
}
