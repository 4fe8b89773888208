using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunTrigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class RunLifecycleTests
{
    private readonly MemoryJobStore _store = new();
    private readonly ProbeJob _test = new(JobType.Test);
    private readonly ProbeJob _other = new(JobType.ResourceTable);
    private readonly JobConfiguration _job = SchedulerHost.Job("a", JobType.Test, "0 0 0 1 1 *", SchedulerHost.Start) with { ExecutedBy = "kX1oYzabc12" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Execute_starts_at_once_as_the_job_s_user_and_is_seen_everywhere()
    {
        await using var host = await StartAsync();

        var started = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        var run = await _test.NextAsync();
        var live = Assert.Single(host.Runs.Running());
        run.End();
        var ended = await host.EndAsync(started.RunId);

        Assert.Equal(started.RunId, run.Context.RunId);
        Assert.Equal(started.RunId, live.RunId);
        Assert.Equal("kX1oYzabc12", run.Context.UserUid);
        Assert.Equal(JobRunTrigger.Execute, ended.Trigger);
        Assert.Null(ended.Scheduled);
        Assert.Equal(JobRunOutcome.Completed, ended.Outcome);
        Assert.Equal(started.RunId, Assert.Single(await host.Runs.LatestCompletedAsync(Token)).RunId);
        Assert.Empty(host.Runs.Running());
    }

    [Fact]
    public async Task Execute_is_refused_while_the_type_runs()
    {
        await _store.CreateAsync(SchedulerHost.Job("b", JobType.Test, "0 0 0 2 1 *"), Token);
        await using var host = await StartAsync();
        await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);

        var failure = await Assert.ThrowsAsync<Dhis2Exception>(() => host.Runs.ExecuteAsync("jb000000000", SchedulerHost.Admin, Token).AsTask());

        Assert.Equal(("E7006", ErrorKind.Conflict), (failure.Code, failure.Kind));
        Assert.Equal(("E7006", "Failed to execute job: `b`"), (failure.Reports[0].Code, failure.Reports[0].Message));
        Assert.Empty(failure.Reports[0].Arguments);
    }

    [Fact]
    public async Task Execute_is_refused_for_a_disabled_or_unknown_job()
    {
        await _store.CreateAsync(SchedulerHost.Job("b", JobType.Test, "0 0 0 2 1 *") with { Enabled = false }, Token);
        await using var host = await StartAsync();

        var disabled = await Assert.ThrowsAsync<Dhis2Exception>(() => host.Runs.ExecuteAsync("jb000000000", SchedulerHost.Admin, Token).AsTask());
        var unknown = await Assert.ThrowsAsync<Dhis2Exception>(() => host.Runs.ExecuteAsync("jx000000000", SchedulerHost.Admin, Token).AsTask());

        Assert.Equal(("E1004", ErrorKind.Conflict), (disabled.Code, disabled.Kind));
        Assert.Equal(ErrorKind.NotFound, unknown.Kind);
        Assert.False(_test.HasStarted);
    }

    [Fact]
    public async Task Execute_runs_the_job_as_it_is_now_when_it_is_changed_at_the_same_time()
    {
        await using var host = await StartAsync();
        var changed = 0;
        _store.Before = name =>
        {
            if (name == "TryStart" && Interlocked.Exchange(ref changed, 1) == 0)
                _store.UpdateAsync(_job with { Revision = 1, Name = "renamed" }, Token).AsTask().GetAwaiter().GetResult();
        };

        var run = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);

        Assert.Equal("renamed", run.JobName);
    }

    [Fact]
    public async Task A_store_that_cannot_claim_a_run_frees_the_type_again()
    {
        await using var host = await StartAsync();
        _store.Fault = name => name == "TryStart" ? new IOException("disk full") : null;
        await Assert.ThrowsAsync<IOException>(() => host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token).AsTask());
        _store.Fault = null;

        await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);

        Assert.NotNull(await _test.NextAsync());
    }

    [Fact]
    public async Task A_failure_is_recorded_with_its_reason_and_the_job_can_run_again()
    {
        await using var host = await StartAsync();
        var first = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        (await _test.NextAsync()).Fail("out of paper");
        var failed = await host.EndAsync(first.RunId);

        var second = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        (await _test.NextAsync()).End();

        Assert.Equal((JobRunOutcome.Failed, "out of paper"), (failed.Outcome, failed.Error));
        Assert.Equal((ProgressStatus.Error, "out of paper"), (failed.Progress.Processes[0].Status, failed.Progress.Processes[0].Error));
        Assert.Equal(JobRunOutcome.Completed, (await host.EndAsync(second.RunId)).Outcome);
        Assert.True(string.CompareOrdinal(first.RunId, second.RunId) < 0);
    }

    [Fact]
    public async Task A_type_whose_work_is_not_built_fails_and_says_so()
    {
        await _store.CreateAsync(SchedulerHost.Job("p", JobType.Predictor, "0 0 0 1 1 *"), Token);
        await using var host = await StartAsync();

        var run = await host.Runs.ExecuteAsync("jp000000000", SchedulerHost.Admin, Token);
        var ended = await host.EndAsync(run.RunId);

        Assert.Equal(JobRunOutcome.Failed, ended.Outcome);
        Assert.Equal("The work of PREDICTOR jobs is not built into this server yet; nothing was done.", ended.Error);
        Assert.Equal(ProgressStatus.Error, Assert.Single(ended.Progress.Processes).Status);
    }

    [Fact]
    public async Task Cancel_shows_at_once_and_stops_the_job()
    {
        await using var host = await StartAsync();
        var run = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        var probe = await _test.NextAsync();
        probe.Context.Progress.StartProcess("P");

        Assert.True(await host.Runs.CancelAsync(new RunFilter { Type = JobType.Test }, Token));
        var shown = (await host.Runs.FindAsync(run.RunId, Token))!;
        var stored = (await _store.FindRunAsync(run.RunId, Token))!;
        var ended = await host.EndAsync(run.RunId);

        Assert.Equal(ProgressStatus.Cancelled, shown.Progress.Processes[0].Status);
        Assert.Equal(SchedulerHost.Start, shown.CancelRequested);
        Assert.Equal(SchedulerHost.Start, stored.CancelRequested);
        Assert.True(probe.Token.IsCancellationRequested);
        Assert.Equal(JobRunOutcome.Stopped, ended.Outcome);
        Assert.Equal(ProgressStatus.Cancelled, ended.Progress.Processes[0].Status);
    }

    [Fact]
    public async Task A_cancelled_run_that_ends_before_it_notices_keeps_its_true_outcome()
    {
        _test.Stubborn = true;
        await using var host = await StartAsync();
        var run = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        var probe = await _test.NextAsync();
        probe.Context.Progress.StartProcess("P");

        Assert.True(await host.Runs.CancelAsync(new RunFilter { JobUid = _job.Uid }, Token));
        Assert.False(await host.Runs.CancelAsync(new RunFilter { JobUid = _job.Uid }, Token));
        probe.End();
        var ended = await host.EndAsync(run.RunId);

        Assert.Equal(JobRunOutcome.Completed, ended.Outcome);
        Assert.Equal(ProgressStatus.Success, ended.Progress.Processes[0].Status);
        Assert.NotNull(ended.CancelRequested);
    }

    [Fact]
    public async Task Cancelling_what_does_not_run_is_no_error()
    {
        await using var host = await StartAsync();

        Assert.False(await host.Runs.CancelAsync(new RunFilter { Type = JobType.Test }, Token));
        Assert.False(await host.Runs.CancelAsync(new RunFilter { RunId = "none" }, Token));
    }

    [Fact]
    public async Task A_run_of_another_server_is_cancelled_through_the_store()
    {
        await using var host = await StartAsync();
        await _store.TryStartAsync(ForeignRun(), null, Token);

        Assert.True(await host.Runs.CancelAsync(new RunFilter { Type = JobType.Test }, Token));

        Assert.NotNull((await _store.FindRunAsync("foreign", Token))!.CancelRequested);
    }

    [Fact]
    public async Task The_lease_is_renewed_with_the_progress_and_brings_cancellations_made_elsewhere()
    {
        await using var host = await StartAsync();
        var run = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        var probe = await _test.NextAsync();
        probe.Context.Progress.StartProcess("P");
        host.Advance(TimeSpan.FromSeconds(5));
        var renewed = await SchedulerHost.UntilAsync(async () =>
            await _store.FindRunAsync(run.RunId, Token) is { Progress.Processes.Count: 1 } r ? r : null);

        await _store.TryRequestCancelAsync(run.RunId, SchedulerHost.Start.AddSeconds(7), Token);
        host.Advance(TimeSpan.FromSeconds(5));
        var ended = await host.EndAsync(run.RunId);

        Assert.Equal(SchedulerHost.Start.AddSeconds(65), renewed.LeaseUntil);
        Assert.Equal(JobRunOutcome.Stopped, ended.Outcome);
        Assert.Equal(SchedulerHost.Start.AddSeconds(7), ended.Progress.Processes[0].Cancelled);
    }

    [Fact]
    public async Task A_run_that_the_store_gave_up_is_stopped()
    {
        await using var host = await StartAsync();
        var run = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        var probe = await _test.NextAsync();
        await _store.RecoverStaleAsync("another", "lost", SchedulerHost.Start, Token);

        host.Advance(TimeSpan.FromSeconds(5));
        await SchedulerHost.UntilAsync(() => Task.FromResult(probe.Token.IsCancellationRequested ? "stopped" : null));
        await SchedulerHost.UntilAsync(() => Task.FromResult(host.Get<ProgressHub>().Find(run.RunId) is null ? "ended" : null));

        Assert.Equal((JobRunOutcome.Failed, "lost"), ((await _store.FindRunAsync(run.RunId, Token))!.Outcome, (await _store.FindRunAsync(run.RunId, Token))!.Error));
    }

    [Fact]
    public async Task An_end_that_cannot_be_recorded_is_tried_until_it_is()
    {
        await using var host = await StartAsync();
        var failures = 0;
        _store.Fault = name => name == "TryFinish" && Interlocked.Increment(ref failures) <= 2 ? new IOException("disk full") : null;
        var run = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        (await _test.NextAsync()).End();

        for (var i = 1; i <= 2; i++)
        {
            await SchedulerHost.UntilAsync(() => Task.FromResult(Volatile.Read(ref failures) >= i ? "failed" : null));
            Assert.Null((await _store.FindRunAsync(run.RunId, Token))!.Outcome);
            await SchedulerHost.UntilAsync(async () =>
            {
                host.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
                return Volatile.Read(ref failures) > i ? "tried again" : null;
            });
        }

        Assert.Equal(JobRunOutcome.Completed, (await host.EndAsync(run.RunId)).Outcome);
    }

    [Fact]
    public async Task A_run_that_a_crash_left_is_failed_at_start_and_its_job_runs_again()
    {
        await _store.CreateAsync(_job, Token);
        await _store.TryStartAsync(ForeignRun(), null, Token);
        await using var host = await StartAsync();

        var lost = (await _store.FindRunAsync("foreign", Token))!;
        await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);

        Assert.Equal((JobRunOutcome.Failed, "The server ended while the job was running."), (lost.Outcome, lost.Error));
        Assert.NotNull(await _test.NextAsync());
    }

    [Fact]
    public async Task Shutdown_asks_running_jobs_to_stop_and_records_how_they_ended()
    {
        await using var host = await StartAsync();
        var run = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        await _test.NextAsync();

        await host.StopAsync();
        var ended = (await _store.FindRunAsync(run.RunId, Token))!;
        var refused = await Assert.ThrowsAsync<Dhis2Exception>(() => host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token).AsTask());

        Assert.Equal((JobRunOutcome.Stopped, "The server shut down."), (ended.Outcome, ended.Error));
        Assert.Equal(ErrorKind.Unavailable, refused.Kind);
    }

    [Fact]
    public async Task Shutdown_waits_for_a_run_whose_start_is_still_being_written()
    {
        await using var host = await StartAsync();
        using var written = new ManualResetEventSlim();
        var writing = new TaskCompletionSource();
        _store.Before = call =>
        {
            if (call != "TryStart")
                return;
            writing.TrySetResult();
            written.Wait(SchedulerHost.Limit, Token);
        };

        var execute = Task.Run(() => host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token).AsTask(), Token);
        await writing.Task.WaitAsync(SchedulerHost.Limit, Token);
        var stop = host.StopAsync();
        await SchedulerHost.UntilAsync(() => Task.FromResult(host.Get<JobRunner>().IsClosed ? "closed" : null));
        Assert.False(stop.IsCompleted);
        written.Set();
        await stop.WaitAsync(SchedulerHost.Limit, Token);
        var ended = (await _store.FindRunAsync((await execute).RunId, Token))!;

        Assert.Equal((JobRunOutcome.Stopped, "The server shut down."), (ended.Outcome, ended.Error));
    }

    [Fact]
    public async Task A_job_that_ignores_the_shutdown_is_recorded_as_failed_after_the_grace_period()
    {
        _test.Stubborn = true;
        await using var host = await StartAsync();
        var run = await host.Runs.ExecuteAsync(_job.Uid, SchedulerHost.Admin, Token);
        var probe = await _test.NextAsync();

        var stop = host.StopAsync();
        await SchedulerHost.UntilAsync(() =>
        {
            host.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(stop.IsCompleted ? "stopped" : null);
        });
        await stop;
        probe.End();
        var ended = (await _store.FindRunAsync(run.RunId, Token))!;

        Assert.Equal((JobRunOutcome.Failed, "The server shut down, and the job did not stop within 10 s."), (ended.Outcome, ended.Error));
    }

    [Fact]
    public async Task Members_of_a_queue_run_one_after_another_whatever_gaps_their_positions_have()
    {
        await QueueAsync();
        await using var host = await StartAsync();

        host.Advance(TimeSpan.FromMinutes(1));
        (await _test.NextAsync()).End();
        (await _other.NextAsync()).End();
        var third = await _test.NextAsync();
        third.End();
        var ended = await host.EndAsync(third.Context.RunId);

        Assert.Equal("q3", third.Context.JobName);
        Assert.Equal(JobRunTrigger.Queue, ended.Trigger);
    }

    [Fact]
    public async Task A_failure_ends_the_queue_and_the_rest_is_recorded_as_not_run()
    {
        await QueueAsync();
        await using var host = await StartAsync();

        host.Advance(TimeSpan.FromMinutes(1));
        (await _test.NextAsync()).Fail("no");
        foreach (var uid in new[] { "jq200000000", "jq300000000" })
        {
            var skipped = await SchedulerHost.UntilAsync(async () => await host.HistoryAsync(uid) is [var first, ..] ? first : null);
            Assert.Equal((JobRunOutcome.Skipped, "Job \"q1\" before it in the queue failed."), (skipped.Outcome, skipped.Error));
        }

        Assert.False(_other.HasStarted);
    }

    [Fact]
    public async Task A_disabled_member_ends_the_queue()
    {
        await QueueAsync(secondEnabled: false);
        await using var host = await StartAsync();

        host.Advance(TimeSpan.FromMinutes(1));
        (await _test.NextAsync()).End();
        var skipped = await SchedulerHost.UntilAsync(async () => await host.HistoryAsync("jq300000000") is [var first, ..] ? first : null);

        Assert.Equal("Job \"q2\" of the queue is disabled.", skipped.Error);
    }

    [Fact]
    public async Task After_a_crash_a_queue_does_not_go_on_and_the_rest_is_recorded_as_not_run()
    {
        await QueueAsync();
        var lost = ForeignRun() with { JobUid = "jq200000000", JobName = "q2", Type = JobType.ResourceTable };
        await _store.TryStartAsync(lost, null, Token);
        await using var host = await StartAsync();

        var skipped = await SchedulerHost.UntilAsync(async () => await host.HistoryAsync("jq300000000") is [var first, ..] ? first : null);
        host.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(
            (JobRunOutcome.Skipped, JobRunTrigger.Queue, "Job \"q2\" before it in the queue was lost when the server ended."),
            (skipped.Outcome, skipped.Trigger, skipped.Error));
        Assert.False(_test.HasStarted || _other.HasStarted);
        // The schedule still starts it from the beginning.
        host.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("q1", (await _test.NextAsync()).Context.JobName);
    }

    [Fact]
    public async Task A_member_whose_type_is_running_waits_for_its_end()
    {
        await QueueAsync();
        await _store.CreateAsync(SchedulerHost.Job("x", JobType.ResourceTable, "0 0 0 1 1 *"), Token);
        await using var host = await StartAsync();
        await host.Runs.ExecuteAsync("jx000000000", SchedulerHost.Admin, Token);
        var blocking = await _other.NextAsync();

        host.Advance(TimeSpan.FromMinutes(1));
        var first = await _test.NextAsync();
        first.End();
        await host.EndAsync(first.Context.RunId);
        Assert.False(_other.HasStarted);
        blocking.End();

        Assert.Equal("q2", (await _other.NextAsync()).Context.JobName);
    }

    [Fact]
    public async Task Runs_are_measured_and_traced()
    {
        var seen = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == Telemetry.Name)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Note(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Note(i, value, tags));
        listener.Start();
        var activities = new List<Activity>();
        using var traces = new ActivityListener
        {
            ShouldListenTo = s => s.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = a =>
            {
                lock (activities)
                    activities.Add(a);
            },
        };
        ActivitySource.AddActivityListener(traces);
        var job = SchedulerHost.Job("m", JobType.Monitoring, "0 1 10 * * *", SchedulerHost.Start);
        await _store.CreateAsync(job, Token);
        var probe = new ProbeJob(JobType.Monitoring);
        await using var host = await SchedulerHost.StartAsync(_store, [probe]);

        host.Advance(TimeSpan.FromSeconds(62));
        var run = await probe.NextAsync();
        host.Advance(TimeSpan.FromSeconds(3));
        run.End();
        await host.EndAsync(run.Context.RunId);
        var trace = await SchedulerHost.UntilAsync(() =>
        {
            lock (activities)
                return Task.FromResult(activities.Find(a => a.GetTagItem("dhis2.job.run.id") as string == run.Context.RunId));
        });

        lock (seen)
        {
            Assert.Contains("dhis2.job.run.started 1 Monitoring Schedule", seen);
            Assert.Contains("dhis2.job.run.lateness 2 Monitoring", seen);
            Assert.Contains("dhis2.job.run.duration 3 Monitoring Completed", seen);
            Assert.Contains("dhis2.job.run.active -1 Monitoring", seen);
        }

        Assert.Equal("Completed", trace.GetTagItem("dhis2.job.outcome"));

        void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = string.Join(' ', [instrument.Name, $"{value}", .. tags.ToArray().Select(t => $"{t.Value}")]);
            lock (seen)
                seen.Add(text);
        }
    }

    private async Task<SchedulerHost> StartAsync()
    {
        if (await _store.FindAsync(_job.Uid, Token) is null)
            await _store.CreateAsync(_job, Token);
        return await SchedulerHost.StartAsync(_store, [_test, _other]);
    }

    private async Task QueueAsync(bool secondEnabled = true)
    {
        var first = SchedulerHost.Job("q1", JobType.Test, "0 1 10 * * *", SchedulerHost.Start);
        await _store.CreateAsync(first with { QueueName = "Q", QueuePosition = 0 }, Token);
        var second = SchedulerHost.Job("q2", JobType.ResourceTable, null) with { Enabled = secondEnabled };
        await _store.CreateAsync(second with { QueueName = "Q", QueuePosition = 1 }, Token);
        await _store.CreateAsync(SchedulerHost.Job("q3", JobType.Test, null) with { QueueName = "Q", QueuePosition = 4 }, Token);
    }

    private JobRun ForeignRun() => new()
    {
        RunId = "foreign",
        JobUid = _job.Uid,
        JobName = _job.Name,
        Type = JobType.Test,
        Trigger = JobRunTrigger.Execute,
        Started = SchedulerHost.Start.AddMinutes(-5),
        Owner = "another",
    };
}
