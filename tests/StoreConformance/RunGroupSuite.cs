using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace StoreConformance;

/// <summary>Runs claimed and ended together: each as if it came alone, in order.</summary>
public abstract class RunGroupSuite(StorePlace place) : StoreSuite(place)
{
    [Fact]
    public async Task Of_claims_that_come_together_each_is_decided_on_its_own()
    {
        var first = await CreateAsync(Job("aaaaaaaaaa1"));
        var sameType = await CreateAsync(Job("aaaaaaaaaa2"));
        var disabled = await CreateAsync(Job("aaaaaaaaaa3", JobType.Predictor) with { Enabled = false });
        var other = await CreateAsync(Job("aaaaaaaaaa4", JobType.ResourceTable));
        var unknown = Job("aaaaaaaaaa5", JobType.Monitoring);
        JobRun[] runs = [Run(first), Run(sameType), Run(disabled), Run(unknown), Run(other), Run(other)];

        var starts = await Jobs.TryStartAsync([.. runs.Select((r, i) => new JobClaim(r, i == 4 ? 7 : null))], Cancel);

        Assert.Equal(
            [JobStart.Started, JobStart.TypeRunning, JobStart.Disabled, JobStart.NotFound, JobStart.RevisionChanged, JobStart.Started],
            starts);
        string[] running = [runs[0].RunId, runs[5].RunId];
        Assert.Equal(running, (await Jobs.ListRunningAsync(Cancel)).Select(r => r.RunId).Order(StringComparer.Ordinal));
        await ReopenAsync();
        Assert.Equal(running, (await Jobs.ListRunningAsync(Cancel)).Select(r => r.RunId).Order(StringComparer.Ordinal));
        Assert.Null((await Jobs.GetStateAsync(sameType.Uid, Cancel)).RunningRunId);
    }

    [Fact]
    public async Task Of_ends_that_come_together_each_is_decided_on_its_own()
    {
        var first = await StartAsync(Run(await CreateAsync(Job("aaaaaaaaaa1"))));
        var second = await StartAsync(Run(await CreateAsync(Job("aaaaaaaaaa2", JobType.ResourceTable))));
        var (small, large) = (Progress(1, completed: T0), Progress(2_000, completed: T0));

        var won = await Jobs.TryFinishAsync(
            [
                End(first, small),
                End(first with { Owner = "node-2" }, small),
                End(second with { Owner = "node-2" }, large),
                End(second, large) with { Outcome = JobRunOutcome.Failed, Error = "out of paper" },
                End(first, small),
            ],
            Cancel);

        Assert.Equal([true, false, false, true, false], won);
        await CheckAsync();
        await ReopenAsync();
        await CheckAsync();

        async Task CheckAsync()
        {
            Assert.Empty(await Jobs.ListRunningAsync(Cancel));
            Assert.Equal(2, (await Jobs.ListLatestCompletedAsync(Cancel)).Count);
            var (one, two) = ((await Jobs.FindRunAsync(first.RunId, Cancel))!, (await Jobs.FindRunAsync(second.RunId, Cancel))!);
            Assert.Equal((JobRunOutcome.Completed, null), (one.Outcome, one.Error));
            Assert.Equal((JobRunOutcome.Failed, "out of paper"), (two.Outcome, two.Error));
            Same(small, one.Progress);
            Same(large, two.Progress);
        }
    }

    [Fact]
    public async Task A_type_is_free_for_a_claim_that_comes_right_after_its_run_ended()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var first = await StartAsync(Run(job));

        var end = Jobs.TryFinishAsync([End(first, RunProgress.Empty)], Cancel).AsTask();
        var next = Jobs.TryStartAsync([new(Run(job), null), new(Run(job), null)], Cancel).AsTask();

        Assert.True(Assert.Single(await end));
        var starts = await next;
        Assert.Equal([JobStart.Started, JobStart.TypeRunning], starts);
    }

    private static JobRunEnd End(JobRun run, RunProgress progress) =>
        new(run.RunId, run.Owner, JobRunOutcome.Completed, null, progress, T0.AddSeconds(1));
}
