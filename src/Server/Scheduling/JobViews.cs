namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Shows configurations with what their schedules make of them.</summary>
internal sealed class JobViews(JobBoard board)
{
    /// <summary>Shows one. A disabled job shows when it would run next if it were not.</summary>
    public JobView Of(JobConfiguration job, JobState state, DateTimeOffset now)
    {
        var schedule = board.ScheduleOf(job);
        var next = Next(schedule, job, state, now);
        return new JobView(job, state, next, next + schedule.CatchUpWindow);
    }

    /// <summary>When a job comes due next. What was found holds until then, since another state is another record; so a
    /// list of very many is ordered by it without evaluating every schedule each time.</summary>
    public DateTimeOffset? NextOf(JobRecord record, DateTimeOffset now)
    {
        if (record.Outlook is { } known && known.From <= now && !(known.Next <= now))
            return known.Next;
        var job = record.Configuration;
        var next = Next(board.ScheduleOf(job), job, record.State ?? new JobState { JobUid = job.Uid }, now);
        record.Outlook = new JobOutlook(now, next);
        return next;
    }

    /// <summary>Until when that run is made up if it is missed; null but for cron.</summary>
    public DateTimeOffset? LatestOf(JobRecord record, DateTimeOffset now) =>
        NextOf(record, now) + board.ScheduleOf(record.Configuration).CatchUpWindow;

    private static DateTimeOffset? Next(JobSchedule schedule, JobConfiguration job, JobState state, DateTimeOffset now) =>
        job.Enabled ? schedule.Next(ScheduleHistory.Of(job, state), now).Due : schedule.OccurrenceAfter(now);
}
