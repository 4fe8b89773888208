using System.Diagnostics.CodeAnalysis;

namespace Dhis2Grpc.Server.Scheduling.Cron;

/// <summary>A cron expression of six fields: accepted as Spring does, evaluated by Cronos.
/// When the clock is set forward, a skipped time fires at the end of the gap; when it is set back, a fixed time fires
/// once, and an interval in both passes.</summary>
internal sealed class CronSchedule
{
    /// <summary>DHIS2's way to say "no schedule"; only this very text.</summary>
    public const string NoSchedule = "* * * * * ?";

    private static readonly (string Name, string Expression)[] Macros =
    [
        ("@yearly", "0 0 0 1 1 *"),
        ("@annually", "0 0 0 1 1 *"),
        ("@monthly", "0 0 0 1 * *"),
        ("@weekly", "0 0 0 * * 0"),
        ("@daily", "0 0 0 * * *"),
        ("@midnight", "0 0 0 * * *"),
        ("@hourly", "0 0 * * * *"),
    ];

    // Far enough in the past that a whole cycle of the calendar lies between it and the last year that Cronos knows.
    private static readonly DateTimeOffset CalendarStart = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly CronPart[] _parts;

    private CronSchedule(string expression, CronPart[] parts)
    {
        Expression = expression;
        _parts = parts;
    }

    /// <summary>The expression as given.</summary>
    public string Expression { get; }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">Spring would not accept it, or it never fires; the message says why.</exception>
    public static CronSchedule Parse(string expression)
    {
        var trimmed = TrimAsJava(expression);
        var macro = Array.Find(Macros, m => m.Name.Equals(trimmed, StringComparison.OrdinalIgnoreCase)).Expression;
        try
        {
            var schedule = new CronSchedule(expression, ReadParts(macro ?? trimmed));
            return schedule.Next(CalendarStart, TimeZoneInfo.Utc) is not null
                ? schedule
                : throw new FormatException("There is no such day");
        }
        catch (FormatException e)
        {
            throw new FormatException($"{e.Message} in cron expression \"{expression}\"", e);
        }
    }

    /// <summary>Reads an expression.</summary>
    public static bool TryParse(
        string expression, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? error)
    {
        try
        {
            (schedule, error) = (Parse(expression), null);
            return true;
        }
        catch (FormatException e)
        {
            (schedule, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>The first occurrence strictly after the instant; null past the year 2499.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        if (_parts.Length == 1)
            return _parts[0].Next(after, zone);
        DateTimeOffset? earliest = null;
        foreach (var part in _parts)
        {
            if (part.Next(after, zone) is { } next && (earliest is null || next < earliest))
                earliest = next;
        }

        return earliest;
    }

    /// <inheritdoc/>
    public override string ToString() => Expression;

    private static CronPart[] ReadParts(string expression)
    {
        var fields = expression.Split(' ').Select(TrimAsJava).Where(f => f.Length > 0).ToList();
        if (fields.Count != 6)
            throw new FormatException($"There must be 6 fields, not {fields.Count},");
        var second = CronField.Parse(fields[0], CronFieldKind.Second);
        var minute = CronField.Parse(fields[1], CronFieldKind.Minute);
        var hour = CronField.Parse(fields[2], CronFieldKind.Hour);
        var dayOfMonth = CronField.Parse(fields[3], CronFieldKind.DayOfMonth);
        var month = CronField.Parse(fields[4], CronFieldKind.Month);
        var dayOfWeek = CronField.Parse(fields[5], CronFieldKind.DayOfWeek);
        // A list with L, W or # matches where any of its members does, and Cronos reads no such lists.
        var time = $"{second.Members.Single()} {minute.Members.Single()} {hour.Members.Single()}";
        return
        [
            .. from day in dayOfMonth.Members
               from weekday in dayOfWeek.Members
               select new CronPart($"{time} {day} {month.Members.Single()} {weekday}", day),
        ];
    }

    private static string TrimAsJava(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && text[start] <= ' ')
            start++;
        while (end > start && text[end - 1] <= ' ')
            end--;
        return text[start..end];
    }
}
