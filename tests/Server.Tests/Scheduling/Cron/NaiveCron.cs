namespace Dhis2Grpc.Server.Tests.Scheduling.Cron;

/// <summary>A cron expression as sets and conditions, looked up day by day: slow, and obviously right.</summary>
internal sealed record NaiveCron(
    string Text, int[] Seconds, int[] Minutes, int[] Hours, Func<DateOnly, bool> DayOfMonth, int[] Months, Func<DateOnly, bool> DayOfWeek)
{
    /// <summary>The first match after the instant and before the year; null when there is none.</summary>
    public DateTime? Next(DateTime after, int beforeYear)
    {
        var earliest = after.AddTicks(TimeSpan.TicksPerSecond - (after.Ticks % TimeSpan.TicksPerSecond));
        for (var day = DateOnly.FromDateTime(earliest); day.Year < beforeYear; day = day.AddDays(1))
        {
            if (!Months.Contains(day.Month) || !DayOfMonth(day) || !DayOfWeek(day))
                continue;
            foreach (var hour in Hours)
            {
                foreach (var minute in Minutes)
                {
                    foreach (var second in Seconds)
                    {
                        var at = day.ToDateTime(new TimeOnly(hour, minute, second), DateTimeKind.Utc);
                        if (at >= earliest)
                            return at;
                    }
                }
            }
        }

        return null;
    }
}
