using System.Globalization;
using CsCheck;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Scheduling.Cron;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class JobScheduleTests
{
    private static readonly DateTimeOffset LongAgo = At("2020-01-01T00:00:00Z");
    private static readonly TimeSpan Window = TimeSpan.FromHours(4);
    private static readonly JobSchedule Daily = Cron("0 0 8 * * *");

    [Theory]
    [InlineData("M1", "0 0 8 * * *", null, "2024-02-28T07:00:00Z", "2024-02-28T08:00:00Z")]
    [InlineData("M2", "0 0 8 * * *", null, "2024-02-28T10:00:00Z", "2024-02-28T08:00:00Z")]
    [InlineData("M3", "0 0 8 * * *", null, "2024-02-28T12:00:00Z", "2024-02-29T08:00:00Z")]
    [InlineData("M4", "0 0 8 * * *", "2024-02-27T08:00:05Z", "2024-02-28T11:59:59Z", "2024-02-28T08:00:00Z")]
    [InlineData("M5", "0 0 8 * * *", "2024-02-27T08:00:05Z", "2024-02-28T12:00:01Z", "2024-02-29T08:00:00Z")]
    [InlineData("M6", "0 0 8 * * *", "2024-02-28T08:00:05Z", "2024-02-28T09:00:00Z", "2024-02-29T08:00:00Z")]
    [InlineData("M7", "0 0 8 * * *", "2024-02-20T08:00:05Z", "2024-02-28T08:30:00Z", "2024-02-28T08:00:00Z")]
    [InlineData("M8", "0 * * ? * *", null, "2024-02-28T10:15:30Z", "2024-02-28T06:16:00Z")]
    [InlineData("M9", "0 * * ? * *", "2024-02-28T10:14:00Z", "2024-02-28T10:15:30Z", "2024-02-28T10:15:00Z")]
    [InlineData("M10", "0 0 * ? * *", "2024-02-28T10:00:00Z", "2024-02-28T10:00:03Z", "2024-02-28T11:00:00Z")]
    public void Missed_runs_are_made_up_within_four_hours(string vector, string cron, string? lastExecuted, string now, string expected)
    {
        var history = new ScheduleHistory { Since = LongAgo, LastExecuted = lastExecuted is null ? null : At(lastExecuted) };

        var outlook = Cron(cron).Next(history, At(now));

        Assert.Equal(At(expected), outlook.Due);
        Assert.Equal(vector is "M3" or "M5" or "M7" or "M1" or "M2" or "M8", outlook.Skipped is not null);
    }

    [Fact]
    public void A_new_job_does_not_run_for_a_slot_before_its_creation()
    {
        var created = At("2024-02-28T09:00:00Z");

        var outlook = Daily.Next(new ScheduleHistory { Since = created }, created);

        Assert.Equal(At("2024-02-29T08:00:00Z"), outlook.Due);
        Assert.Null(outlook.Skipped);
    }

    [Fact]
    public void Only_one_of_several_missed_occurrences_is_made_up()
    {
        var hourly = Cron("0 0 * * * *");
        var history = new ScheduleHistory { Since = LongAgo, LastExecuted = At("2024-02-28T05:00:01Z") };
        var now = At("2024-02-28T08:30:00Z");

        var due = hourly.Next(history, now).Due;
        var afterwards = hourly.Next(history with { LastExecuted = now, LastOccurrence = due }, now.AddSeconds(10)).Due;

        Assert.Equal(At("2024-02-28T06:00:00Z"), due);
        Assert.Equal(At("2024-02-28T09:00:00Z"), afterwards);
    }

    [Fact]
    public void What_is_too_late_is_told_with_its_number()
    {
        var hourly = Cron("0 0 * * * *");
        var history = new ScheduleHistory { Since = LongAgo, LastExecuted = At("2024-02-28T00:00:01Z") };

        var outlook = hourly.Next(history, At("2024-02-28T10:30:00Z"));

        Assert.Equal(At("2024-02-28T07:00:00Z"), outlook.Due);
        Assert.Equal(new SkippedOccurrences(At("2024-02-28T01:00:00Z"), At("2024-02-28T06:00:00Z"), 6), outlook.Skipped);
    }

    [Fact]
    public void Very_many_skipped_occurrences_are_settled_without_being_counted()
    {
        var history = new ScheduleHistory { Since = LongAgo };
        var now = At("2024-02-28T10:00:00Z");

        var skipped = Cron("* * * * * *").Next(history, now).Skipped!;

        Assert.Null(skipped.Count);
        Assert.Equal(now - Window, skipped.Last);
    }

    [Fact]
    public void A_window_of_zero_makes_nothing_up_but_a_start_on_time_stays_one()
    {
        var strict = JobSchedule.ByCron(CronSchedule.Parse("0 0 8 * * *"), TimeZoneInfo.Utc, TimeSpan.Zero);
        var history = new ScheduleHistory { Since = LongAgo, LastExecuted = At("2024-02-27T08:00:00Z") };

        Assert.Equal(At("2024-02-28T08:00:00Z"), strict.Next(history, At("2024-02-28T08:00:04Z")).Due);
        Assert.Equal(At("2024-02-29T08:00:00Z"), strict.Next(history, At("2024-02-28T08:00:06Z")).Due);
    }

    [Fact]
    public void A_clock_set_back_a_little_does_not_run_an_occurrence_twice()
    {
        var history = new ScheduleHistory { Since = LongAgo, LastExecuted = At("2024-02-28T08:00:00Z"), LastOccurrence = At("2024-02-28T08:00:00Z") };

        Assert.Equal(At("2024-02-29T08:00:00Z"), Daily.Next(history, At("2024-02-28T07:30:00Z")).Due);
    }

    [Fact]
    public void A_past_that_lies_in_the_far_future_does_not_stop_a_job()
    {
        var history = new ScheduleHistory { Since = LongAgo, LastExecuted = At("2030-01-01T08:00:00Z"), LastFinished = At("2030-01-01T08:00:01Z") };
        var now = At("2024-02-28T09:00:00Z");

        Assert.Equal(At("2024-02-29T08:00:00Z"), Daily.Next(history, now).Due);
        Assert.Equal(now.AddMinutes(1), JobSchedule.ByDelay(TimeSpan.FromMinutes(1)).Next(history, now).Due);
    }

    [Fact]
    public void A_fixed_delay_counts_from_the_end_of_the_run()
    {
        var delay = JobSchedule.ByDelay(TimeSpan.FromSeconds(120));
        var now = At("2024-02-28T10:00:00Z");
        var history = new ScheduleHistory { Since = now, LastExecuted = now.AddMinutes(-10), LastFinished = now.AddSeconds(-30) };

        Assert.Equal(now.AddSeconds(90), delay.Next(history, now).Due);
        Assert.Equal(now, delay.Next(new ScheduleHistory { Since = now }, now).Due);
        Assert.Equal(NotDue.Running, delay.Next(history with { Running = true }, now).Reason);
        Assert.Equal(now.AddMinutes(-8), delay.Next(history with { LastFinished = null }, now).Due);
    }

    [Fact]
    public void A_delay_of_zero_still_lets_a_second_pass() =>
        Assert.Equal(LongAgo.AddSeconds(1), JobSchedule.ByDelay(TimeSpan.Zero).Next(new ScheduleHistory { Since = LongAgo, LastFinished = LongAgo }, LongAgo).Due);

    [Theory]
    [InlineData(null, null)]
    [InlineData(CronSchedule.NoSchedule, null)]
    [InlineData("0 0 8 * * *", 1)]
    public void Without_a_schedule_of_its_own_a_job_does_not_come_due(string? cron, int? position)
    {
        var job = Job(cron) with { QueueName = position is null ? null : "Q", QueuePosition = position };

        var outlook = JobSchedule.Of(job, SchedulingType.Cron, new SchedulingOptions(), new CronCache()).Next(new ScheduleHistory { Since = LongAgo }, LongAgo);

        Assert.Equal(new ScheduleOutlook(null, NotDue.NoSchedule), outlook);
    }

    [Theory]
    [InlineData("nonsense", null)]
    [InlineData("0 0 8 * * *", "Mars/Olympus")]
    public void A_stored_schedule_that_cannot_be_read_here_does_not_come_due(string cron, string? zone)
    {
        var schedule = JobSchedule.Of(Job(cron) with { TimeZone = zone }, SchedulingType.Cron, new SchedulingOptions(), new CronCache());

        Assert.True(schedule.IsInvalid);
        Assert.Equal(NotDue.Invalid, schedule.Next(new ScheduleHistory { Since = LongAgo }, LongAgo).Reason);
    }

    [Fact]
    public void A_job_s_own_zone_and_window_win_over_the_server_s()
    {
        var options = new SchedulingOptions { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo") };
        var history = new ScheduleHistory { Since = At("2024-02-28T00:00:00Z") };
        DateTimeOffset? Due(JobConfiguration job, string now) => JobSchedule.Of(job, SchedulingType.Cron, options, new CronCache()).Next(history, At(now)).Due;

        Assert.Equal(At("2024-02-28T07:00:00Z"), Due(Job("0 0 8 * * *"), "2024-02-28T06:00:00Z"));
        Assert.Equal(At("2024-02-28T02:15:00Z"), Due(Job("0 0 8 * * *") with { TimeZone = "Asia/Kathmandu" }, "2024-02-28T01:00:00Z"));
        Assert.Equal(At("2024-02-29T07:00:00Z"), Due(Job("0 0 8 * * *") with { CatchUpWindow = TimeSpan.FromMinutes(1) }, "2024-02-28T08:00:00Z"));
    }

    [Fact]
    public void What_comes_due_is_neither_settled_nor_too_late() => Gen.Select(
        Cron_(), Gen.Int[0, 100_000], Gen.Int[0, 100_000], Gen.Int[0, 100_000], Gen.Int[0, 20_000]).Sample(
        (cron, executed, occurrence, now, window) =>
        {
            var schedule = JobSchedule.ByCron(CronSchedule.Parse(cron), TimeZoneInfo.Utc, TimeSpan.FromSeconds(window));
            var history = new ScheduleHistory
            {
                Since = LongAgo,
                LastExecuted = LongAgo.AddSeconds(Math.Min(executed, now)),
                LastOccurrence = LongAgo.AddSeconds(Math.Min(occurrence, now)),
            };
            var at = LongAgo.AddSeconds(now);
            var outlook = schedule.Next(history, at);
            var settled = history.LastExecuted > history.LastOccurrence ? history.LastExecuted : history.LastOccurrence;
            var oldest = at - schedule.CatchUpWindow!.Value;
            var first = schedule.OccurrenceAfter(settled!.Value);
            return outlook.Due > settled
                && outlook.Due > oldest
                && outlook.Due == schedule.OccurrenceAfter(outlook.Due.Value.AddTicks(-1))
                && (outlook.Skipped is null
                    ? outlook.Due == first
                    : outlook.Skipped.First == first && outlook.Skipped.Last <= oldest && outlook.Skipped.Last < outlook.Due);
        });

    private static Gen<string> Cron_() => Gen.OneOfConst("0 * * * * *", "0 0 * * * *", "0 0 8 * * *", "*/10 * * * * *", "0 30 5 ? * MON");

    private static JobSchedule Cron(string expression) => JobSchedule.ByCron(CronSchedule.Parse(expression), TimeZoneInfo.Utc, Window);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static JobConfiguration Job(string? cron) => new()
    {
        Uid = "aB3dEfGhIj1",
        Name = "J",
        Type = JobType.Test,
        CronExpression = cron,
        Created = LongAgo,
        LastUpdated = LongAgo,
    };
}
