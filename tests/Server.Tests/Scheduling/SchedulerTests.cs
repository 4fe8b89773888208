using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class SchedulerTests
{
    private readonly MemoryJobStore _store = new();
    private readonly ProbeJob _test = new(JobType.Test);
    private readonly ProbeJob _other = new(JobType.ResourceTable);

    private static DateTimeOffset Start => SchedulerHost.Start;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_runs_at_each_of_its_occurrences()
    {
        await _store.CreateAsync(SchedulerHost.Job("a", JobType.Test, "0 * * * * *", Start), Token);
        await using var host = await StartAsync();

        for (var minute = 1; minute <= 3; minute++)
        {
            host.Advance(TimeSpan.FromMinutes(1));
            var run = await _test.NextAsync();
            run.End();
            var ended = await host.EndAsync(run.Context.RunId);

            Assert.Equal(Start.AddMinutes(minute), ended.Scheduled);
            Assert.Equal(Start.AddMinutes(minute), ended.Started);
            Assert.Equal(JobRunTrigger.Schedule, ended.Trigger);
            Assert.Equal(JobRunOutcome.Completed, ended.Outcome);
        }

        Assert.Equal(3, (await host.HistoryAsync("ja000000000")).Count);
    }

    [Fact]
    public async Task A_job_runs_its_fixed_delay_after_the_end_and_at_once_when_it_never_ran()
    {
        await _store.CreateAsync(SchedulerHost.Job("c", JobType.ContinuousAnalyticsTable, null) with { Delay = TimeSpan.FromSeconds(120) }, Token);
        var job = new ProbeJob(JobType.ContinuousAnalyticsTable);
        await using var host = await StartAsync(job);

        var first = await job.NextAsync();
        host.Advance(TimeSpan.FromSeconds(300));
        first.End();
        await host.EndAsync(first.Context.RunId);
        host.Advance(TimeSpan.FromSeconds(119));
        Assert.False(job.HasStarted);
        host.Advance(TimeSpan.FromSeconds(1));
        var second = await job.NextAsync();

        Assert.Equal(Start, first.Context.Started);
        Assert.Equal(Start.AddSeconds(420), second.Context.Started);
    }

    [Fact]
    public async Task One_job_of_a_type_runs_and_the_others_wait_for_its_end_in_the_order_they_were_due()
    {
        await _store.CreateAsync(SchedulerHost.Job("late", JobType.Test, "0 2 10 * * *"), Token);
        await _store.CreateAsync(SchedulerHost.Job("early", JobType.Test, "0 1 10 * * *"), Token);
        await _store.CreateAsync(SchedulerHost.Job("first", JobType.Test, "30 0 10 * * *"), Token);
        await _store.CreateAsync(SchedulerHost.Job("other", JobType.ResourceTable, "0 3 10 * * *"), Token);
        await using var host = await StartAsync();
        foreach (var job in await _store.ListAsync(Token))
            host.Get<JobBoard>().Started(job.Uid, Start);

        host.Advance(TimeSpan.FromSeconds(30));
        var first = await _test.NextAsync();
        host.Advance(TimeSpan.FromMinutes(5));
        var other = await _other.NextAsync();
        Assert.Equal("first", first.Context.JobName);
        Assert.False(_test.HasStarted);
        first.End();
        var second = await _test.NextAsync();
        second.End();
        var third = await _test.NextAsync();

        Assert.Equal("other", other.Context.JobName);
        Assert.Equal("early", second.Context.JobName);
        Assert.Equal("late", third.Context.JobName);
        Assert.Equal(1, _store.Calls.Count(c => c == "TryStart") - 3);
    }

    [Fact]
    public async Task A_missed_run_is_made_up_once_and_what_it_covers_is_recorded()
    {
        var job = SchedulerHost.Job("a", JobType.Test, "0 0 * * * *", Start.AddHours(-3).AddMinutes(-30));
        await _store.CreateAsync(job, Token);
        await using var host = await StartAsync();

        var run = await _test.NextAsync();
        run.End();
        await host.EndAsync(run.Context.RunId);
        var skipped = await SkippedAsync(host, job.Uid);
        host.Advance(TimeSpan.FromMinutes(59));
        Assert.False(_test.HasStarted);
        host.Advance(TimeSpan.FromMinutes(1));
        var next = await _test.NextAsync();

        Assert.Equal(Start.AddHours(-3), (await _store.FindRunAsync(run.Context.RunId, Token))!.Scheduled);
        Assert.Equal(Start, skipped.Scheduled);
        Assert.Equal(
            $"Made up by run {run.Context.RunId}, which was due before (3 occurrences from 2024-02-28 08:00:00Z on).", skipped.Error);
        Assert.Equal(Start.AddHours(1), next.Context.Started);
    }

    [Fact]
    public async Task A_run_missed_by_more_than_the_window_is_recorded_as_skipped()
    {
        var job = SchedulerHost.Job("a", JobType.Test, "0 0 3 * * *", Start.AddHours(-8));
        await _store.CreateAsync(job, Token);
        await using var host = await StartAsync();

        var skipped = await SkippedAsync(host, job.Uid);
        host.Advance(TimeSpan.FromHours(17));
        var run = await _test.NextAsync();

        Assert.Equal(Start.AddHours(-7), skipped.Scheduled);
        Assert.Equal("Missed by more than 04:00:00, the job's catch-up window.", skipped.Error);
        Assert.Equal(JobRunTrigger.Schedule, skipped.Trigger);
        Assert.Equal(Start.AddHours(17), run.Context.Started);
    }

    [Fact]
    public async Task A_job_that_waited_for_its_type_longer_than_its_window_skips_the_occurrence()
    {
        await _store.CreateAsync(SchedulerHost.Job("long", JobType.Test, "0 1 10 * * *", Start), Token);
        var job = SchedulerHost.Job("short", JobType.Test, "0 2 10 * * *", Start) with { CatchUpWindow = TimeSpan.FromMinutes(30) };
        await _store.CreateAsync(job, Token);
        await using var host = await StartAsync();

        host.Advance(TimeSpan.FromMinutes(1));
        var running = await _test.NextAsync();
        host.Advance(TimeSpan.FromHours(1));
        running.End();
        var skipped = await SkippedAsync(host, job.Uid);

        Assert.Equal(Start.AddMinutes(2), skipped.Scheduled);
        Assert.Equal("Missed by more than 00:30:00, the job's catch-up window.", skipped.Error);
        Assert.False(_test.HasStarted);
    }

    [Fact]
    public async Task A_jump_of_the_clock_forward_skips_what_is_too_late_and_makes_up_the_rest()
    {
        var tooLate = SchedulerHost.Job("a", JobType.Test, "0 30 10 * * *", Start);
        await _store.CreateAsync(tooLate, Token);
        await _store.CreateAsync(SchedulerHost.Job("b", JobType.ResourceTable, "0 0 14 * * *", Start), Token);
        await using var host = await StartAsync();

        host.Advance(TimeSpan.FromHours(6));
        var madeUp = await _other.NextAsync();
        var skipped = await SkippedAsync(host, tooLate.Uid);

        Assert.Equal(Start.AddHours(6), madeUp.Context.Started);
        Assert.Equal(Start.AddMinutes(30), skipped.Scheduled);
        Assert.False(_test.HasStarted);
    }

    [Fact]
    public async Task A_clock_that_was_years_ahead_and_is_set_back_does_not_stop_the_jobs()
    {
        await _store.CreateAsync(SchedulerHost.Job("a", JobType.Test, "0 0 * * * *", Start), Token);
        await using var host = await StartAsync();
        host.Time.AdjustTime(Start.AddYears(5));
        host.Advance(SchedulerLoop.MaxSleep);
        var ahead = await _test.NextAsync();
        ahead.End();
        await host.EndAsync(ahead.Context.RunId);

        host.Time.AdjustTime(Start.AddMinutes(10));
        var input = new JobConfigurationInput { Name = "wakes the loop", Type = JobType.ResourceTable, CronExpression = "0 0 12 * * *" };
        await host.Configurations.CreateAsync(input, SchedulerHost.Admin, false, Token);
        await SchedulerHost.UntilAsync(() => Task.FromResult(host.Get<JobBoard>().NextDue == Start.AddHours(1) ? "planned anew" : null));
        host.Advance(TimeSpan.FromMinutes(50));
        var run = await _test.NextAsync();

        Assert.Equal(Start.AddHours(1), run.Context.Started);
    }

    [Fact]
    public async Task A_start_costs_the_same_however_many_jobs_are_idle()
    {
        for (var i = 0; i < 2_000; i++)
            await _store.CreateAsync(SchedulerHost.Job($"i{i}", JobType.Predictor, "0 0 0 1 1 ?", Start) with { Uid = $"i{i:0000000000}" }, Token);
        await _store.CreateAsync(SchedulerHost.Job("a", JobType.Test, "0 * * * * *", Start), Token);
        _test.EndsAtOnce = true;
        await using var host = await StartAsync();
        var board = host.Get<JobBoard>();
        var (evaluations, calls) = (board.Evaluations, _store.Calls.Count);

        for (var i = 0; i < 10; i++)
        {
            host.Advance(TimeSpan.FromMinutes(1));
            await host.EndAsync((await _test.NextAsync()).Context.RunId);
        }

        // One for the next occurrence of each run; a read of the run by the test itself may come on top.
        Assert.InRange(board.Evaluations - evaluations, 9, 10);
        Assert.Equal("TryFinish 10, TryStart 10", string.Join(", ", _store.Calls.Skip(calls).Where(c => c != "FindRun").Order().CountBy(c => c).Select(c => $"{c.Key} {c.Value}")));
    }

    [Fact]
    public async Task A_job_created_changed_and_deleted_is_scheduled_as_it_is_now()
    {
        await using var host = await StartAsync();
        var input = new JobConfigurationInput { Name = "a", Type = JobType.Test, CronExpression = "0 0 12 * * *" };
        var created = await host.Configurations.CreateAsync(input, SchedulerHost.Admin, false, Token);
        var uid = created.Configuration.Uid;
        await host.Configurations.UpdateAsync(uid, input with { CronExpression = "0 30 10 * * *" }, null, SchedulerHost.Admin, false, Token);

        host.Advance(TimeSpan.FromMinutes(30));
        var run = await _test.NextAsync();
        run.End();
        await host.EndAsync(run.Context.RunId);
        await host.Configurations.DeleteAsync(uid, null, false, Token);
        await host.Configurations.CreateAsync(input with { Name = "b", Type = JobType.ResourceTable, CronExpression = "0 30 10 * * *" }, SchedulerHost.Admin, false, Token);
        host.Advance(TimeSpan.FromDays(1));
        await _other.NextAsync();

        Assert.Equal(Start.AddMinutes(30), run.Context.Started);
        Assert.False(_test.HasStarted);
    }

    [Fact]
    public async Task Enabling_a_job_does_not_bring_back_what_passed_while_it_was_disabled()
    {
        var job = SchedulerHost.Job("a", JobType.Test, "0 30 10 * * *", Start) with { Enabled = false };
        await _store.CreateAsync(job, Token);
        await _store.CreateAsync(SchedulerHost.Job("b", JobType.ResourceTable, "0 30 11 * * *", Start), Token);
        await using var host = await StartAsync();
        host.Advance(TimeSpan.FromHours(1));

        var view = await host.Configurations.SetEnabledAsync(job.Uid, true, SchedulerHost.Admin, Token);
        host.Advance(TimeSpan.FromMinutes(30));
        await _other.NextAsync();

        Assert.Equal(Start.AddDays(1).AddMinutes(30), view.NextExecution);
        Assert.False(_test.HasStarted);
        Assert.Empty(await host.HistoryAsync(job.Uid));
    }

    [Fact]
    public async Task Renaming_a_job_that_waits_for_its_type_does_not_lose_its_turn()
    {
        await _store.CreateAsync(SchedulerHost.Job("a", JobType.Test, "0 1 10 * * *", Start), Token);
        var job = SchedulerHost.Job("b", JobType.Test, "0 2 10 * * *", Start);
        await _store.CreateAsync(job, Token);
        await using var host = await StartAsync();
        host.Advance(TimeSpan.FromMinutes(1));
        var running = await _test.NextAsync();
        host.Advance(TimeSpan.FromMinutes(5));

        await host.Configurations.UpdateAsync(
            job.Uid, new JobConfigurationInput { Name = "renamed", CronExpression = job.CronExpression }, null, SchedulerHost.Admin, false, Token);
        running.End();
        var next = await _test.NextAsync();

        Assert.Equal("renamed", next.Context.JobName);
    }

    [Fact]
    public async Task A_store_that_fails_for_a_while_delays_a_start_but_loses_none()
    {
        await _store.CreateAsync(SchedulerHost.Job("a", JobType.Test, "0 30 10 * * *", Start), Token);
        await using var host = await StartAsync();
        var failed = new TaskCompletionSource();
        _store.Fault = name =>
        {
            if (name != "TryStart")
                return null;
            failed.TrySetResult();
            return new IOException("disk full");
        };
        host.Advance(TimeSpan.FromMinutes(30));
        await failed.Task.WaitAsync(SchedulerHost.Limit, Token);
        _store.Fault = null;
        await SchedulerHost.UntilAsync(() => Task.FromResult(host.Get<JobBoard>().NextDue is null ? null : "planned"));

        host.Advance(SchedulerLoop.RetryAfter);
        var run = await _test.NextAsync();
        run.End();

        Assert.Equal(Start.AddMinutes(30), (await host.EndAsync(run.Context.RunId)).Scheduled);
    }

    [Fact]
    public async Task A_type_that_another_server_runs_is_tried_again_after_a_while()
    {
        await _store.CreateAsync(SchedulerHost.Job("a", JobType.Test, "0 30 10 * * *", Start), Token);
        await using var host = await StartAsync();
        var foreign = new Server.Scheduling.JobRun
        {
            RunId = "foreign",
            JobUid = "ja000000000",
            JobName = "a",
            Type = JobType.Test,
            Trigger = JobRunTrigger.Execute,
            Started = Start,
            Owner = "another",
        };
        await _store.TryStartAsync(foreign, null, Token);
        var tried = new TaskCompletionSource();
        _store.Before = name => _ = name == "TryStart" && tried.TrySetResult();
        host.Advance(TimeSpan.FromMinutes(30));
        await tried.Task.WaitAsync(SchedulerHost.Limit, Token);
        await SchedulerHost.UntilAsync(() => Task.FromResult(host.Get<JobBoard>().NextDue is null ? null : "planned"));
        await _store.TryFinishAsync("foreign", "another", JobRunOutcome.Completed, null, Server.Progress.RunProgress.Empty, Start, Token);
        Assert.False(_test.HasStarted);

        host.Advance(SchedulerLoop.RemoteRetryAfter);

        Assert.Equal("a", (await _test.NextAsync()).Context.JobName);
    }

    [Fact]
    public async Task History_past_its_retention_is_deleted()
    {
        await _store.CreateAsync(SchedulerHost.Job("a", JobType.Test, "0 1 10 * * *", Start), Token);
        _test.EndsAtOnce = true;
        await using var host = await StartAsync(null, o => o.RunRetention = TimeSpan.FromDays(2));
        for (var day = 0; day < 4; day++)
        {
            host.Advance(TimeSpan.FromMinutes(1));
            await host.EndAsync((await _test.NextAsync()).Context.RunId);
            host.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1));
        }

        var history = await SchedulerHost.UntilAsync(async () => await host.HistoryAsync("ja000000000") is { Count: 2 } left ? left : null);

        Assert.All(history, r => Assert.True(r.Finished > host.Time.GetUtcNow().AddDays(-2)));
    }

    private Task<SchedulerHost> StartAsync(ProbeJob? job = null, Action<SchedulingOptions>? configure = null) =>
        SchedulerHost.StartAsync(_store, job is null ? [_test, _other] : [job], null, configure);

    private static Task<Server.Scheduling.JobRun> SkippedAsync(SchedulerHost host, string uid) => SchedulerHost.UntilAsync(async () =>
        (await host.HistoryAsync(uid)).FirstOrDefault(r => r.Outcome == JobRunOutcome.Skipped));
}
