using System.Globalization;

namespace Dhis2Grpc.Server.Scheduling.Cron;

/// <summary>Members of the day fields with L, W or #.</summary>
internal static class CronSpecial
{
    /// <summary>Whether the member has such a letter.</summary>
    public static bool IsSpecial(string member, CronFieldKind kind) =>
        kind == CronFieldKind.DayOfMonth ? member.AsSpan().ContainsAny('L', 'W')
        : kind == CronFieldKind.DayOfWeek && member.AsSpan().ContainsAny('L', '#');

    /// <summary>Reads a member.</summary>
    /// <returns>The member with plain numbers; null when it is legal but no day is ever like it.</returns>
    /// <exception cref="FormatException">Spring would not accept it.</exception>
    public static string? Parse(string member, CronFieldKind kind) =>
        kind == CronFieldKind.DayOfMonth ? ParseDayOfMonth(member) : ParseDayOfWeek(member);

    private static string? ParseDayOfMonth(string member)
    {
        var last = member.LastIndexOf('L');
        if (last > 0)
            throw new FormatException("Unrecognized characters before 'L'");
        if (last == 0)
        {
            if (member is "L" or "LW")
                return member;
            var offset = CronField.Number(member[1..]);
            return offset switch
            {
                >= 0 => throw new FormatException($"Offset {offset} should be < 0"),
                < -30 => null,
                _ => $"L{Text(offset)}",
            };
        }

        var weekday = member.LastIndexOf('W');
        if (weekday == 0)
            throw new FormatException("No day-of-month before 'W'");
        return weekday == member.Length - 1
            ? $"{Text(CronFieldKind.DayOfMonth.Check(CronField.Number(member[..weekday])))}W"
            : throw new FormatException("Unrecognized characters after 'W'");
    }

    private static string? ParseDayOfWeek(string member)
    {
        var last = member.LastIndexOf('L');
        if (last >= 0)
        {
            if (last != member.Length - 1)
                throw new FormatException("Unrecognized characters after 'L'");
            return last > 0
                ? $"{Text(Day(member[..last]))}L"
                : throw new FormatException("No day-of-week before 'L'");
        }

        var hash = member.LastIndexOf('#');
        if (hash == 0)
            throw new FormatException("No day-of-week before '#'");
        if (hash == member.Length - 1)
            throw new FormatException("No ordinal after '#'");
        var day = Day(member[..hash]);
        var ordinal = CronField.Number(member[(hash + 1)..]);
        return ordinal switch
        {
            <= 0 => throw new FormatException($"Ordinal {ordinal} must be positive"),
            > 5 => null,
            _ => $"{Text(day)}#{Text(ordinal)}",
        };
    }

    private static int Day(string text) => CronFieldKind.DayOfWeek.Check(CronField.Number(text));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
