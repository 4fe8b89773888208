using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;

namespace StoreConformance;

/// <summary>Transitions of runs: each won and lost branch, races, and what survives.</summary>
public abstract class JobTransitionSuite(StorePlace place) : StoreSuite(place)
{
    [Fact]
    public async Task Start_claims_the_run_and_shows_it()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = Run(job, scheduled: T0.AddSeconds(-3));

        Assert.Equal(JobStart.Started, await Jobs.TryStartAsync(run, 1, Cancel));

        Assert.Equal(run, Assert.Single(await Jobs.ListRunningAsync(Cancel)));
        Assert.Equal(run, await Jobs.FindRunAsync(run.RunId, Cancel));
        var expected = new JobState
        {
            JobUid = job.Uid,
            RunningRunId = run.RunId,
            LastExecuted = T0,
            LastAlive = T0,
            LastOccurrence = T0.AddSeconds(-3),
        };
        Assert.Equal(expected, await Jobs.GetStateAsync(job.Uid, Cancel));
        await ReopenAsync();
        Assert.Equal(expected, await Jobs.GetStateAsync(job.Uid, Cancel));
        Assert.Equal(expected, Assert.Single(await Jobs.ListStatesAsync(Cancel)).Value);
        Assert.Equal(run, Assert.Single(await Jobs.ListRunningAsync(Cancel)));
    }

    [Fact]
    public async Task Start_loses_when_the_job_is_unknown_disabled_changed_or_its_type_runs()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var disabled = await CreateAsync(Job("aaaaaaaaaa2", JobType.Predictor) with { Enabled = false });
        var sameType = await CreateAsync(Job("aaaaaaaaaa3"));
        var otherType = await CreateAsync(Job("aaaaaaaaaa4", JobType.DataIntegrity));

        Assert.Equal(JobStart.NotFound, await Jobs.TryStartAsync(Run(job) with { JobUid = "unknownunkn" }, null, Cancel));
        Assert.Equal(JobStart.Disabled, await Jobs.TryStartAsync(Run(disabled), null, Cancel));
        Assert.Equal(JobStart.RevisionChanged, await Jobs.TryStartAsync(Run(job), 2, Cancel));
        Assert.Equal(JobStart.RevisionChanged, await Jobs.TryStartAsync(Run(job) with { Type = JobType.Predictor }, null, Cancel));
        Assert.Empty(await Jobs.ListRunningAsync(Cancel));
        Assert.Empty(await Jobs.ListStatesAsync(Cancel));

        await StartAsync(Run(job));
        Assert.Equal(JobStart.TypeRunning, await Jobs.TryStartAsync(Run(job), null, Cancel));
        Assert.Equal(JobStart.TypeRunning, await Jobs.TryStartAsync(Run(sameType), null, Cancel));
        Assert.Equal(JobStart.Started, await Jobs.TryStartAsync(Run(otherType), null, Cancel));
        await ReopenAsync();
        Assert.Equal(JobStart.TypeRunning, await Jobs.TryStartAsync(Run(sameType), null, Cancel));
        Assert.Equal(2, (await Jobs.ListRunningAsync(Cancel)).Count);
    }

    [Fact]
    public async Task Of_many_starts_of_one_type_at_once_one_wins()
    {
        var jobs = new List<Dhis2Grpc.Server.Scheduling.JobConfiguration>();
        for (var i = 0; i < 40; i++)
            jobs.Add(await CreateAsync(Job($"aaaaaaaaa{i:00}")));
        for (var round = 0; round < 10; round++)
        {
            var runs = jobs.ConvertAll(j => Run(j, started: T0.AddMinutes(round)));

            var starts = await Task.WhenAll(runs.Select(r => Task.Run(() => Jobs.TryStartAsync(r, null, Cancel).AsTask(), Cancel)));

            Assert.Equal(39, starts.Count(s => s == JobStart.TypeRunning));
            var winner = runs[Array.IndexOf(starts, JobStart.Started)];
            Assert.Equal(winner, Assert.Single(await Jobs.ListRunningAsync(Cancel)));
            Assert.True(await Jobs.TryFinishAsync(
                winner.RunId, winner.Owner, JobRunOutcome.Completed, null, RunProgress.Empty, T0.AddMinutes(round), Cancel));
        }
    }

    [Theory]
    [InlineData("Completed", null)]
    [InlineData("Stopped", "stopped by the server")]
    [InlineData("Failed", "raison: échec 💥")]
    public async Task Finish_records_the_outcome_and_frees_the_type(string outcomeName, string? error)
    {
        var outcome = Enum.Parse<JobRunOutcome>(outcomeName);
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await StartAsync(Run(job, scheduled: T0));
        var progress = Progress(2, completed: T0.AddSeconds(9));

        Assert.True(await Jobs.TryFinishAsync(run.RunId, run.Owner, outcome, error, progress, T0.AddSeconds(9).AddTicks(3), Cancel));

        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Empty(await Jobs.ListRunningAsync(Cancel));
            Assert.Equal(
                new JobState
                {
                    JobUid = job.Uid,
                    LastExecuted = T0,
                    LastFinished = T0.AddSeconds(9).AddTicks(3),
                    LastOutcome = outcome,
                    LastOccurrence = T0,
                },
                await Jobs.GetStateAsync(job.Uid, Cancel));
            var stored = await Jobs.FindRunAsync(run.RunId, Cancel);
            Same(progress, stored!.Progress);
            Assert.Equal(
                run with { Outcome = outcome, Error = error, Finished = T0.AddSeconds(9).AddTicks(3) },
                stored with { Progress = RunProgress.Empty });
            var latest = Assert.Single(await Jobs.ListLatestCompletedAsync(Cancel));
            Same(progress, latest.Progress);
            Assert.Equal(run.RunId, latest.RunId);
            await ReopenAsync();
        }

        await StartAsync(Run(job, started: T0.AddMinutes(1)));
    }

    [Fact]
    public async Task Finish_loses_for_another_owner_an_ended_and_an_unknown_run()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await StartAsync(Run(job));

        Assert.False(await FinishAsync(run.RunId, "node-2"));
        Assert.Single(await Jobs.ListRunningAsync(Cancel));
        Assert.True(await FinishAsync(run.RunId, "node-1"));
        Assert.False(await FinishAsync(run.RunId, "node-1"));
        Assert.False(await FinishAsync("unknown", "node-1"));
        Assert.Equal(JobRunOutcome.Completed, (await Jobs.FindRunAsync(run.RunId, Cancel))!.Outcome);
    }

    [Fact]
    public async Task Cancel_marks_a_run_once_while_it_runs()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await StartAsync(Run(job));

        Assert.True(await Jobs.TryRequestCancelAsync(run.RunId, T0.AddSeconds(1), Cancel));
        Assert.False(await Jobs.TryRequestCancelAsync(run.RunId, T0.AddSeconds(2), Cancel));
        Assert.False(await Jobs.TryRequestCancelAsync("unknown", T0.AddSeconds(2), Cancel));
        await ReopenAsync();
        Assert.Equal(T0.AddSeconds(1), Assert.Single(await Jobs.ListRunningAsync(Cancel)).CancelRequested);

        Assert.True(await FinishAsync(run.RunId, run.Owner, JobRunOutcome.Stopped));
        Assert.False(await Jobs.TryRequestCancelAsync(run.RunId, T0.AddSeconds(3), Cancel));
        Assert.Equal(T0.AddSeconds(1), (await Jobs.FindRunAsync(run.RunId, Cancel))!.CancelRequested);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(3_000)]
    public async Task Renewal_extends_the_lease_saves_progress_and_tells_of_a_cancel_request(int items)
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await StartAsync(Run(job));
        await Jobs.TryRequestCancelAsync(run.RunId, T0.AddSeconds(1), Cancel);
        var progress = items == 0 ? RunProgress.Empty : Progress(items, ProgressStatus.Running);

        var renewed = await Jobs.RenewLeaseAsync(run.RunId, run.Owner, T0.AddSeconds(10), T0.AddSeconds(40), progress, Cancel);

        Assert.Equal(T0.AddSeconds(1), renewed!.CancelRequested);
        Assert.Equal(T0.AddSeconds(40), renewed.LeaseUntil);
        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Equal(T0.AddSeconds(10), (await Jobs.GetStateAsync(job.Uid, Cancel)).LastAlive);
            var stored = Assert.Single(await Jobs.ListRunningAsync(Cancel));
            Same(progress, stored.Progress);
            Assert.Equal(renewed with { Progress = RunProgress.Empty }, stored with { Progress = RunProgress.Empty });
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task Renewal_loses_for_another_owner_an_ended_and_an_unknown_run()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await StartAsync(Run(job));

        Assert.Null(await Jobs.RenewLeaseAsync(run.RunId, "node-2", T0, T0.AddHours(1), RunProgress.Empty, Cancel));
        Assert.Null(await Jobs.RenewLeaseAsync("unknown", run.Owner, T0, T0.AddHours(1), RunProgress.Empty, Cancel));
        Assert.Equal(run, Assert.Single(await Jobs.ListRunningAsync(Cancel)));
        await FinishAsync(run.RunId, run.Owner);
        Assert.Null(await Jobs.RenewLeaseAsync(run.RunId, run.Owner, T0, T0.AddHours(1), RunProgress.Empty, Cancel));
        Assert.Empty(await Jobs.ListRunningAsync(Cancel));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2_000)]
    public async Task Recovery_fails_runs_of_owners_that_are_gone_and_ends_their_progress(int items)
    {
        var mine = await StartAsync(Run(await CreateAsync(Job("aaaaaaaaaa1")), owner: "node-2", started: T0.AddMinutes(5)));
        var lostJob = await CreateAsync(Job("aaaaaaaaaa2", JobType.Predictor));
        var lost = await StartAsync(Run(lostJob));
        await Jobs.RenewLeaseAsync(lost.RunId, lost.Owner, T0, T0.AddSeconds(30), Progress(items, ProgressStatus.Running), Cancel);
        await ReopenAsync();
        var now = T0.AddMinutes(5);

        var recovered = await Jobs.RecoverStaleAsync("node-2", "The server stopped.", now, Cancel);

        Assert.Equal(lost.RunId, Assert.Single(recovered).RunId);
        var stored = await Jobs.FindRunAsync(lost.RunId, Cancel);
        Assert.Equal(JobRunOutcome.Failed, stored!.Outcome);
        Assert.Equal("The server stopped.", stored.Error);
        Assert.Equal(now, stored.Finished);
        Same(recovered[0].Progress, stored.Progress);
        var process = Assert.Single(stored.Progress.Processes);
        var stage = Assert.Single(process.Stages);
        Assert.Equal(items, stage.Items.Count);
        Assert.All([process, stage, .. stage.Items], (ProgressNode n) =>
        {
            Assert.Equal(ProgressStatus.Error, n.Status);
            Assert.Equal(now, n.Completed);
            Assert.Equal("The server stopped.", n.Error);
        });
        Assert.Equal(mine.RunId, Assert.Single(await Jobs.ListRunningAsync(Cancel)).RunId);
        Assert.Equal(JobRunOutcome.Failed, (await Jobs.GetStateAsync(lostJob.Uid, Cancel)).LastOutcome);
        await StartAsync(Run(lostJob, owner: "node-2", started: now));
        Assert.Empty(await Jobs.RecoverStaleAsync("node-2", "again", now, Cancel));
    }

    [Fact]
    public async Task Recovery_leaves_what_had_ended_in_progress_alone()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await StartAsync(Run(job));
        var done = Progress(1, completed: T0.AddSeconds(1)).Processes[0];
        var open = Progress(1, ProgressStatus.Running).Processes[0];
        await Jobs.RenewLeaseAsync(run.RunId, run.Owner, T0, T0, new(7, [done, open]), Cancel);

        var recovered = Assert.Single(await Jobs.RecoverStaleAsync("node-2", "gone", T0.AddHours(1), Cancel));

        Assert.Equivalent(done, recovered.Progress.Processes[0], strict: true);
        Assert.Equal(ProgressStatus.Error, recovered.Progress.Processes[1].Status);
        Assert.True(recovered.Progress.Revision > 7);
    }

    [Fact]
    public async Task Recovery_of_a_run_that_never_saved_its_progress_shows_the_reason()
    {
        var run = await StartAsync(Run(await CreateAsync(Job("aaaaaaaaaa1"))));

        await Jobs.RecoverStaleAsync("node-2", "gone", T0.AddHours(1), Cancel);

        var process = Assert.Single((await Jobs.FindRunAsync(run.RunId, Cancel))!.Progress.Processes);
        Assert.Equal((ProgressStatus.Error, "gone", run.JobUid), (process.Status, process.Error, process.JobUid));
        Assert.Equal((run.Started, T0.AddHours(1)), (process.Started, process.Completed!.Value));
    }

    [Fact]
    public async Task A_skipped_occurrence_is_recorded_and_settles_the_schedule_only()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        await CompleteAsync(job, T0);
        var before = await Jobs.GetStateAsync(job.Uid, Cancel);
        var skipped = Run(job, started: T0.AddHours(2), scheduled: T0.AddHours(1)) with { Error = "too late" };

        await Jobs.RecordSkippedAsync(skipped, Cancel);
        await Jobs.RecordSkippedAsync(Run(job, started: T0.AddHours(3), scheduled: T0.AddMinutes(1)), Cancel);

        await ReopenAsync();
        Assert.Equal(before with { LastOccurrence = T0.AddHours(1) }, await Jobs.GetStateAsync(job.Uid, Cancel));
        var stored = await Jobs.FindRunAsync(skipped.RunId, Cancel);
        Assert.Equal(skipped with { Outcome = JobRunOutcome.Skipped }, stored);
        Assert.Equal(JobRunOutcome.Completed, Assert.Single(await Jobs.ListLatestCompletedAsync(Cancel)).Outcome);
    }

    [Fact]
    public async Task A_job_that_its_queue_passed_over_is_known_as_not_run_until_it_runs_again()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        await CompleteAsync(job, T0);
        await Jobs.RecordSkippedAsync(Run(job, started: T0.AddHours(1), scheduled: T0.AddHours(1)) with { Trigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger.Queue }, Cancel);
        for (var pass = 0; pass < 2; pass++)
        {
            var state = await Jobs.GetStateAsync(job.Uid, Cancel);
            Assert.Equal((JobRunOutcome.Skipped, T0), (state.LastOutcome, state.LastExecuted));
            await ReopenAsync();
        }

        await CompleteAsync(job, T0.AddHours(2));
        Assert.Equal(JobRunOutcome.Completed, (await Jobs.GetStateAsync(job.Uid, Cancel)).LastOutcome);
    }

    [Fact]
    public async Task A_job_deleted_while_it_runs_gets_no_state_when_the_run_ends()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await StartAsync(Run(job));
        await Jobs.DeleteAsync(job.Uid, null, Cancel);

        Assert.Equal(run, Assert.Single(await Jobs.ListRunningAsync(Cancel)));
        Assert.True(await FinishAsync(run.RunId, run.Owner));

        Assert.Empty(await Jobs.ListStatesAsync(Cancel));
        await ReopenAsync();
        Assert.Empty(await Jobs.ListStatesAsync(Cancel));
        Assert.Equal(JobRunOutcome.Completed, (await Jobs.FindRunAsync(run.RunId, Cancel))!.Outcome);
    }

    [Fact]
    public async Task Of_finish_and_cancel_at_once_each_answer_fits_what_is_stored()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        for (var i = 0; i < 30; i++)
        {
            var run = await StartAsync(Run(job, started: T0.AddMinutes(i)));

            var cancel = Task.Run(() => Jobs.TryRequestCancelAsync(run.RunId, T0, Cancel).AsTask(), Cancel);
            var finishes = await Task.WhenAll(Enumerable.Range(0, 3).Select(
                _ => Task.Run(() => FinishAsync(run.RunId, run.Owner), Cancel)));

            Assert.Single(finishes, true);
            var stored = await Jobs.FindRunAsync(run.RunId, Cancel);
            Assert.Equal(await cancel, stored!.CancelRequested is not null);
        }
    }

    private async Task<bool> FinishAsync(string runId, string owner, JobRunOutcome outcome = JobRunOutcome.Completed) =>
        await Jobs.TryFinishAsync(runId, owner, outcome, null, RunProgress.Empty, T0.AddSeconds(5), Cancel);
}
