using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunQuery = Dhis2Grpc.Server.Storage.JobRunQuery;

namespace StoreConformance;

/// <summary>History: order, filters, paging, pruning.</summary>
public abstract class RunHistorySuite(StorePlace place) : StoreSuite(place)
{
    [Fact]
    public async Task History_is_listed_latest_first_without_progress()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var runs = new List<JobRun>();
        for (var i = 0; i < 5; i++)
            runs.Add(await CompleteAsync(job, T0.AddMinutes(i), progress: Progress(3)));
        var running = await StartAsync(Run(job, started: T0.AddMinutes(9)));
        await Jobs.RenewLeaseAsync(running.RunId, running.Owner, T0, T0, Progress(3), Cancel);

        for (var pass = 0; pass < 2; pass++)
        {
            var listed = await Jobs.ListRunsAsync(new(), Cancel);

            Assert.Equal([running.RunId, .. runs.Select(r => r.RunId).Reverse()], listed.Select(r => r.RunId));
            Assert.All(listed, r => Assert.Empty(r.Progress.Processes));
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task History_is_filtered_by_job_type_outcome_and_running()
    {
        var one = await CreateAsync(Job("aaaaaaaaaa1"));
        var two = await CreateAsync(Job("aaaaaaaaaa2", JobType.Predictor));
        var a = await CompleteAsync(one, T0);
        var b = await CompleteAsync(two, T0.AddMinutes(1), JobRunOutcome.Failed);
        var c = Run(one, started: T0.AddMinutes(2), scheduled: T0.AddMinutes(1));
        await Jobs.RecordSkippedAsync(c, Cancel);
        var d = await StartAsync(Run(two, started: T0.AddMinutes(3)));

        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Equal([c.RunId, a.RunId], await ListAsync(new() { JobUid = one.Uid }));
            Assert.Equal([d.RunId, b.RunId], await ListAsync(new() { Type = JobType.Predictor }));
            Assert.Equal([c.RunId], await ListAsync(new() { Outcome = JobRunOutcome.Skipped }));
            Assert.Equal([b.RunId], await ListAsync(new() { Outcome = JobRunOutcome.Failed }));
            Assert.Equal([d.RunId], await ListAsync(new() { Running = true }));
            Assert.Empty(await ListAsync(new() { Running = true, JobUid = one.Uid }));
            Assert.Empty(await ListAsync(new() { JobUid = "unknownunkn" }));
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task Pages_join_to_the_whole_history()
    {
        // More than any store keeps together, ended in another order than started, half of it before reopening.
        var slow = await CreateAsync(Job("aaaaaaaaaa1"));
        var fast = await CreateAsync(Job("aaaaaaaaaa2", JobType.Predictor));
        var expected = new List<string>();
        for (var half = 0; half < 2; half++)
        {
            var at = T0.AddDays(half);
            var long_ = await StartAsync(Run(slow, started: at));
            expected.Add(long_.RunId);
            for (var i = 1; i <= 300; i++)
                expected.Add((await CompleteAsync(fast, at.AddSeconds(i))).RunId);
            Assert.True(await Jobs.TryFinishAsync(
                long_.RunId, long_.Owner, JobRunOutcome.Completed, null, RunProgress.Empty, at.AddHours(2), Cancel));
            await ReopenAsync();
        }

        var all = new List<string>();
        var page = await ListAsync(new() { Limit = 47 });
        while (page.Count > 0)
        {
            Assert.True(page.Count <= 47);
            all.AddRange(page);
            page = await ListAsync(new() { Limit = 47, BeforeRunId = all[^1] });
        }

        Assert.Equal(expected.OrderDescending(StringComparer.Ordinal), all);
        Assert.Equal(2, (await ListAsync(new() { JobUid = slow.Uid })).Count);
        Assert.All(await Task.WhenAll(all.Where((_, i) => i % 50 == 0).Select(id => Jobs.FindRunAsync(id, Cancel).AsTask())), Assert.NotNull);
        Assert.Empty(await ListAsync(new() { Limit = 0 }));
        Assert.Null(await Jobs.FindRunAsync("unknown", Cancel));
    }

    [Fact]
    public async Task The_latest_completed_of_each_type_is_kept_with_its_progress()
    {
        var one = await CreateAsync(Job("aaaaaaaaaa1"));
        var other = await CreateAsync(Job("aaaaaaaaaa2"));
        var two = await CreateAsync(Job("aaaaaaaaaa3", JobType.Predictor));
        await CompleteAsync(one, T0);
        var latest = await CompleteAsync(other, T0.AddMinutes(1), JobRunOutcome.Failed, Progress(2_000));
        var only = await CompleteAsync(two, T0, JobRunOutcome.Stopped, Progress(1));

        for (var pass = 0; pass < 2; pass++)
        {
            var completed = (await Jobs.ListLatestCompletedAsync(Cancel)).OrderBy(r => r.Type == JobType.Predictor).ToList();

            Assert.Equal([latest.RunId, only.RunId], completed.Select(r => r.RunId));
            Same(Progress(2_000), completed[0].Progress);
            Same(Progress(1), completed[1].Progress);
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task Pruning_deletes_what_ended_before_but_the_latest_completed_of_each_type()
    {
        var one = await CreateAsync(Job("aaaaaaaaaa1"));
        var two = await CreateAsync(Job("aaaaaaaaaa2", JobType.Predictor));
        var three = await CreateAsync(Job("aaaaaaaaaa3", JobType.DataIntegrity));
        var old = new List<string>();
        for (var i = 0; i < 20; i++)
            old.Add((await CompleteAsync(one, T0.AddMinutes(i), progress: Progress(i == 3 ? 2_000 : 0))).RunId);
        var skipped = Run(one, started: T0.AddMinutes(30), scheduled: T0);
        await Jobs.RecordSkippedAsync(skipped, Cancel);
        var kept = await CompleteAsync(one, T0.AddDays(1), progress: Progress(1));
        var latestTwo = await CompleteAsync(two, T0, progress: Progress(2_000));
        var running = await StartAsync(Run(three, started: T0));
        var atTheTime = await CompleteAsync(two with { Uid = two.Uid }, T0.AddDays(-1));

        Assert.Equal(22, await Jobs.PruneRunsAsync(T0.AddHours(12), Cancel));
        Assert.Equal(0, await Jobs.PruneRunsAsync(T0.AddHours(12), Cancel));

        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Equal(
                new[] { kept.RunId, running.RunId, latestTwo.RunId }.OrderDescending(StringComparer.Ordinal),
                await ListAsync(new()));
            Assert.Null(await Jobs.FindRunAsync(old[3], Cancel));
            Assert.Null(await Jobs.FindRunAsync(skipped.RunId, Cancel));
            Assert.Null(await Jobs.FindRunAsync(atTheTime.RunId, Cancel));
            Same(Progress(2_000), (await Jobs.FindRunAsync(latestTwo.RunId, Cancel))!.Progress);
            await ReopenAsync();
        }
    }

    private async Task<List<string>> ListAsync(JobRunQuery query) =>
        [.. (await Jobs.ListRunsAsync(query, Cancel)).Select(r => r.RunId)];
}
