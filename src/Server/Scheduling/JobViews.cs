namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Shows configurations with what their schedules make of them.</summary>
internal sealed class JobViews(JobBoard board)
{
    /// <summary>Shows one. A disabled job shows when it would run next if it were not.</summary>
    public JobView Of(JobConfiguration job, JobState state, DateTimeOffset now)
    {
        var schedule = board.ScheduleOf(job);
        var next = job.Enabled ? schedule.Next(ScheduleHistory.Of(job, state), now).Due : schedule.OccurrenceAfter(now);
        return new JobView(job, state, next, next + schedule.CatchUpWindow);
    }
}
