using System.Collections.Concurrent;

namespace Dhis2Grpc.Server.Scheduling.Cron;

/// <summary>Expressions read before: thousands of jobs share few of them. Thread-safe.</summary>
internal sealed class CronCache
{
    // Jobs with expressions of their own gain nothing from being kept here.
    private const int Capacity = 4_096;

    private readonly ConcurrentDictionary<string, CronSchedule?> _schedules = new(StringComparer.Ordinal);

    /// <summary>The schedule of an expression; null when it cannot be read.</summary>
    public CronSchedule? Find(string expression)
    {
        if (_schedules.TryGetValue(expression, out var known))
            return known;
        var schedule = CronSchedule.TryParse(expression, out var parsed, out _) ? parsed : null;
        if (_schedules.Count < Capacity)
            _schedules.TryAdd(expression, schedule);
        return schedule;
    }
}
