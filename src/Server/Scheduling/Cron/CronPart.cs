using Cronos;

namespace Dhis2Grpc.Server.Scheduling.Cron;

/// <summary>An expression that Cronos reads as Spring does, but for one rule that is applied here: a day `nW` that
/// the month does not have, or that moves out of it, is no day of that month.</summary>
internal sealed class CronPart
{
    // Up to the 27th, the nearest weekday is in the same month, whatever the month.
    private const int SafeDay = 27;

    private readonly CronExpression _expression;
    private readonly int? _nearestTo;

    /// <summary>Takes the six fields, all in Cronos' spelling.</summary>
    public CronPart(string expression, string dayOfMonth)
    {
        _expression = CronExpression.Parse(expression, CronFormat.IncludeSeconds);
        if (dayOfMonth.Length > 1 && dayOfMonth[^1] == 'W' && dayOfMonth[0] != 'L' && CronField.Number(dayOfMonth[..^1]) is > SafeDay and var day)
            _nearestTo = day;
    }

    /// <summary>The first occurrence after the instant; null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var next = Raw(after, zone);
        while (next is { } occurrence && _nearestTo is { } day && !IsNearest(TimeZoneInfo.ConvertTime(occurrence, zone), day))
            next = Raw(EndOfDay(occurrence, zone), zone);
        return next;
    }

    // Without a zone to mind, Cronos is five times as fast.
    private DateTimeOffset? Raw(DateTimeOffset after, TimeZoneInfo zone) =>
        ReferenceEquals(zone, TimeZoneInfo.Utc)
            ? _expression.GetNextOccurrence(after.UtcDateTime) is { } utc ? new DateTimeOffset(utc) : null
            : _expression.GetNextOccurrence(after, zone)?.ToUniversalTime();

    private static bool IsNearest(DateTimeOffset local, int day)
    {
        var length = DateTime.DaysInMonth(local.Year, local.Month);
        if (day > length)
            return false;
        var nearest = new DateOnly(local.Year, local.Month, day).DayOfWeek switch
        {
            DayOfWeek.Saturday => day - 1,
            DayOfWeek.Sunday => day + 1,
            _ => day,
        };
        return local.Day == nearest;
    }

    private static DateTimeOffset EndOfDay(DateTimeOffset occurrence, TimeZoneInfo zone)
    {
        var midnight = TimeZoneInfo.ConvertTime(occurrence, zone).Date.AddDays(1);
        var end = new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).AddTicks(-1);
        return end > occurrence ? end : occurrence;
    }
}
