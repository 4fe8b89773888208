using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class JobMaintenanceTests
{
    private const string Yearly = "0 0 0 1 1 *";

    private readonly MemoryJobStore _store = new();
    private readonly ProbeJob _test = new(JobType.Test);
    private readonly ProbeJob _other = new(JobType.ResourceTable);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Due_are_enabled_idle_jobs_within_the_time_and_those_that_wait_when_asked()
    {
        await PutAsync(SchedulerHost.Job("soon", JobType.Test, "0 5 10 * * *", SchedulerHost.Start));
        await PutAsync(SchedulerHost.Job("earlier", JobType.ResourceTable, "0 4 10 * * *", SchedulerHost.Start));
        await PutAsync(SchedulerHost.Job("later", JobType.Test, "0 0 11 * * *", SchedulerHost.Start));
        await PutAsync(SchedulerHost.Job("off", JobType.Test, "0 5 10 ? * *", SchedulerHost.Start) with { Enabled = false });
        await PutAsync(SchedulerHost.Job("member", JobType.Test, null) with { QueueName = "Q", QueuePosition = 1 });
        await PutAsync(SchedulerHost.Job("now", JobType.ResourceTable, Yearly));
        await using var host = await StartAsync();
        await host.Runs.ExecuteAsync("jnow0000000", SchedulerHost.Admin, Token);
        await _other.NextAsync();

        Assert.Equal(["soon"], await DueAsync(host, 300, false));
        Assert.Equal(["earlier", "soon"], (await DueAsync(host, 300, true)).Order());
        Assert.Empty(await DueAsync(host, 200, true));
        Assert.Empty(await DueAsync(host, -1, true));
    }

    [Fact]
    public async Task Stale_are_runs_without_a_sign_of_life_or_longer_than_their_delay()
    {
        await PutAsync(SchedulerHost.Job("silent", JobType.Test, Yearly));
        await PutAsync(SchedulerHost.Job("delayed", JobType.ContinuousAnalyticsTable, null) with { Delay = TimeSpan.FromMinutes(1), Enabled = true });
        await using var host = await StartAsync();
        Assert.Equal(JobStart.Started, await _store.TryStartAsync(Foreign("silent", JobType.Test, SchedulerHost.Start.AddMinutes(-5)), null, Token));
        Assert.Equal(
            JobStart.Started, await _store.TryStartAsync(Foreign("delayed", JobType.ContinuousAnalyticsTable, SchedulerHost.Start.AddMinutes(-2)), null, Token));

        Assert.Equal(["delayed", "silent"], (await StaleAsync(host, 60)).Order());
        Assert.Equal(["delayed"], await StaleAsync(host, 600));
    }

    [Fact]
    public async Task Clean_deletes_what_ran_without_a_schedule_but_not_what_left_a_queue()
    {
        await PutAsync(SchedulerHost.Job("once", JobType.Test, null));
        await PutAsync(SchedulerHost.Job("fresh", JobType.Test, null));
        await PutAsync(SchedulerHost.Job("never", JobType.Test, null));
        await PutAsync(SchedulerHost.Job("left", JobType.Test, null) with { Enabled = false });
        await PutAsync(SchedulerHost.Job("cron", JobType.Test, Yearly));
        foreach (var (name, minutes) in new[] { ("once", 60), ("left", 60), ("cron", 60), ("fresh", 5) })
            await EndedAsync(name, SchedulerHost.Start.AddMinutes(-minutes));
        await using var host = await StartAsync();

        Assert.Equal(1, await host.Get<JobMaintenance>().CleanAsync(TimeSpan.FromMinutes(30), Token));
        Assert.Equal(["cron", "fresh", "left", "never"], (await _store.ListAsync(Token)).Select(j => j.Name).Order());
    }

    [Fact]
    public async Task Revert_ends_a_silent_run_as_failed_and_the_job_can_run_again()
    {
        await PutAsync(SchedulerHost.Job("a", JobType.Test, Yearly));
        await using var host = await StartAsync();
        var run = Foreign("a", JobType.Test, SchedulerHost.Start.AddMinutes(-5)) with
        {
            Progress = new RunProgress(1, [new() { JobUid = "ja000000000", Status = Dhis2.Scheduling.V1.ProgressStatus.Running, Started = SchedulerHost.Start }]),
        };
        await _store.TryStartAsync(run, null, Token);

        await host.Get<JobMaintenance>().RevertAsync("ja000000000", Token);

        var ended = (await _store.FindRunAsync(run.RunId, Token))!;
        Assert.Equal((JobRunOutcome.Failed, Dhis2.Scheduling.V1.ProgressStatus.Error), (ended.Outcome, ended.Progress.Processes[0].Status));
        await host.Runs.ExecuteAsync("ja000000000", SchedulerHost.Admin, Token);
        await _test.NextAsync();
    }

    [Fact]
    public async Task A_run_of_this_server_that_is_reverted_is_asked_to_stop_and_its_own_end_does_not_count()
    {
        await PutAsync(SchedulerHost.Job("a", JobType.Test, Yearly));
        await using var host = await StartAsync();
        var started = await host.Runs.ExecuteAsync("ja000000000", SchedulerHost.Admin, Token);
        var running = await _test.NextAsync();
        var run = (await _store.FindRunAsync(started.RunId, Token))!;

        Assert.True(await host.Get<JobRunner>().RevertAsync(run, "as told", Token));
        await SchedulerHost.UntilAsync(() => Task.FromResult(host.Get<ProgressHub>().Find(started.RunId) is null ? "gone" : null));

        Assert.True(running.Token.IsCancellationRequested);
        Assert.Equal((JobRunOutcome.Failed, "as told"), await OutcomeAsync(started.RunId));
        Assert.False(await host.Get<JobRunner>().RevertAsync(run, "again", Token));
    }

    [Fact]
    public async Task Revert_is_refused_when_nothing_runs_or_it_is_alive_or_unknown()
    {
        await PutAsync(SchedulerHost.Job("a", JobType.Test, Yearly));
        await using var host = await StartAsync();

        Assert.Equal("Job is not running", await RefusedAsync(host, "ja000000000", ErrorKind.Conflict));
        await RefusedAsync(host, "unknownunkn", ErrorKind.NotFound);
        await _store.TryStartAsync(Foreign("a", JobType.Test, SchedulerHost.Start.AddSeconds(-30)), null, Token);
        Assert.Equal("Failed to transition job from RUNNING state", await RefusedAsync(host, "ja000000000", ErrorKind.Conflict));
    }

    private static async Task<string> RefusedAsync(SchedulerHost host, string uid, ErrorKind kind)
    {
        var failure = await Assert.ThrowsAsync<Dhis2Exception>(() => host.Get<JobMaintenance>().RevertAsync(uid, Token).AsTask());
        Assert.Equal(kind, failure.Kind);
        return failure.Message;
    }

    private static async Task<List<string>> DueAsync(SchedulerHost host, int seconds, bool waiting) =>
        [.. (await host.Get<JobMaintenance>().ListDueAsync(TimeSpan.FromSeconds(seconds), waiting, Token)).Select(v => v.Configuration.Name)];

    private static async Task<List<string>> StaleAsync(SchedulerHost host, int seconds) =>
        [.. (await host.Get<JobMaintenance>().ListStaleAsync(TimeSpan.FromSeconds(seconds), Token)).Select(v => v.Configuration.Name)];

    private async Task<(JobRunOutcome?, string?)> OutcomeAsync(string runId) =>
        await _store.FindRunAsync(runId, Token) is { } run ? (run.Outcome, run.Error) : default;

    private async Task PutAsync(JobConfiguration job) => await _store.CreateAsync(job, Token);

    private async Task EndedAsync(string name, DateTimeOffset at)
    {
        var run = Foreign(name, JobType.Test, at);
        await _store.UpdateAsync((await _store.FindAsync(run.JobUid, Token))! with { Enabled = true }, Token);
        Assert.Equal(JobStart.Started, await _store.TryStartAsync(run, null, Token));
        await _store.TryFinishAsync(run.RunId, run.Owner, JobRunOutcome.Completed, null, RunProgress.Empty, at, Token);
        if (name == "left")
            await _store.UpdateAsync((await _store.FindAsync(run.JobUid, Token))! with { Enabled = false }, Token);
    }

    private static JobRun Foreign(string name, JobType type, DateTimeOffset started) => new()
    {
        RunId = $"foreign {name}",
        JobUid = $"j{name.PadRight(10, '0')}",
        JobName = name,
        Type = type,
        Trigger = JobRunTrigger.Execute,
        Started = started,
        Owner = "another",
    };

    private Task<SchedulerHost> StartAsync() => SchedulerHost.StartAsync(_store, [_test, _other]);
}
