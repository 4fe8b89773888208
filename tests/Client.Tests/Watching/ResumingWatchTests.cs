using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Errors;
using Dhis2Grpc.Client.Watching;

namespace Client.Tests.Watching;

/// <summary>Watches against the real server, over connections that break.</summary>
public sealed class ResumingWatchTests
{
    private static readonly TestParameters ManyItems = new() { Stages = 2, Items = 60, ItemDuration = 10 };

    [Fact]
    public async Task A_watch_over_broken_connections_sees_every_revision_in_order_and_the_end_once()
    {
        await using var node = await TestNode.StartAsync();
        using var limit = TestJobs.LimitedToken();
        await using var proxy = new CuttingProxy(node.GrpcUrl);
        await using var client = node.Connect(proxy.Url);
        var job = await client.CreateTestJobAsync("cut", ManyItems);
        var run = await client.Job(job.Id).ExecuteAsync(limit.Token);

        var lost = 0;
        long revision = -1;
        var ends = 0;
        JobRun? last = null;
        await foreach (var update in run.WatchAsync(new() { OnConnectionLost = (_, _) => lost++ }, limit.Token))
        {
            Assert.True(update.Revision > revision, $"{update.Revision} after {revision}");
            revision = update.Revision;
            last = update.Run;
            if (update.Terminal)
                ends++;
            else if (proxy.Cuts < 4)
                proxy.Cut();
        }

        Assert.Equal(1, ends);
        Assert.True(lost > 0, "The connection never broke.");
        await using var direct = node.Connect();
        var stored = await direct.Run(run.RunId).GetAsync(limit.Token);
        Assert.Equal(JobRunState.Completed, last!.State);
        Assert.Equal(Shape(stored), Shape(last));
    }

    [Fact]
    public async Task A_run_that_ends_while_the_connection_is_down_still_delivers_its_end()
    {
        await using var node = await TestNode.StartAsync();
        using var limit = TestJobs.LimitedToken();
        await using var proxy = new CuttingProxy(node.GrpcUrl);
        await using var client = node.Connect(proxy.Url);
        await using var direct = node.Connect();
        var job = await direct.CreateTestJobAsync("down", ManyItems);
        await direct.Job(job.Id).ExecuteAsync(limit.Token);

        var cut = false;
        JobRunUpdate? last = null;
        await foreach (var update in client.Job(job.Id).WatchAsync(null, limit.Token))
        {
            last = update;
            if (cut || update.Terminal)
                continue;
            cut = true;
            proxy.CutForGood();
            await direct.Run(update.Run.RunId).WaitAsync(limit.Token);
            // Another run meanwhile: the watch must not mistake it for its own.
            await (await direct.Job(job.Id).ExecuteAsync(limit.Token)).WaitAsync(limit.Token);
            proxy.Mend();
        }

        Assert.True(cut);
        Assert.True(last!.Terminal);
        Assert.Equal(JobRunState.Completed, last.Run.State);
        var runs = new List<string>();
        await foreach (var run in direct.Job(job.Id).ListRunsAsync(limit.Token))
            runs.Add(run.RunId);
        Assert.Equal(runs[^1], last.Run.RunId);
    }

    [Fact]
    public async Task A_followed_job_and_all_running_jobs_deliver_each_run_once_over_broken_connections()
    {
        await using var node = await TestNode.StartAsync();
        using var limit = TestJobs.LimitedToken();
        await using var proxy = new CuttingProxy(node.GrpcUrl);
        await using var client = node.Connect(proxy.Url);
        await using var direct = node.Connect();
        var job = await direct.CreateTestJobAsync("again", new TestParameters { Stages = 1, Items = 15, ItemDuration = 10 });
        using var watching = new SemaphoreSlim(0);
        var followed = EndsAsync(client.Job(job.Id).WatchAsync(new() { Follow = true }, limit.Token));
        var all = EndsAsync(client.Scheduling.WatchRunningAsync(null, limit.Token));
        var started = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var run = await direct.Job(job.Id).ExecuteAsync(limit.Token);
            started.Add(run.RunId);
            if (i == 0)
            {
                await watching.WaitAsync(limit.Token);
                await watching.WaitAsync(limit.Token);
            }

            proxy.Cut();
            await run.WaitAsync(limit.Token);
        }

        Assert.Equal(started, await followed);
        Assert.Equal(started, await all);

        async Task<List<string>> EndsAsync(IAsyncEnumerable<JobRunUpdate> updates)
        {
            var ends = new List<string>();
            var first = true;
            await foreach (var update in updates)
            {
                if (first)
                    watching.Release();
                first = false;
                if (update.Terminal)
                    ends.Add(update.Run.RunId);
                if (ends.Count == 3)
                    break;
            }

            return ends;
        }
    }

    [Fact]
    public async Task A_server_that_restarts_still_delivers_the_end_of_the_run_it_left()
    {
        using var limit = TestJobs.LimitedToken();
        var directory = Directory.CreateTempSubdirectory("dhis2-restart-").FullName;
        try
        {
            await using var first = await TestNode.StartAsync(dataDirectory: directory);
            await using var proxy = new CuttingProxy(first.GrpcUrl);
            await using var client = first.Connect(proxy.Url);
            var job = await client.CreateTestJobAsync("left", new TestParameters { Stages = 1, Items = 1_000, ItemDuration = 20 });
            var run = await client.Job(job.Id).ExecuteAsync(limit.Token);
            TestNode? second = null;
            var ends = new List<JobRunState>();
            try
            {
                await foreach (var update in run.WatchAsync(null, limit.Token))
                {
                    if (update.Terminal)
                        ends.Add(update.Run.State);
                    if (second is not null || update.Terminal)
                        continue;
                    // Gone before it can say how the run ended.
                    proxy.CutForGood();
                    await first.StopAsync();
                    second = await TestNode.StartAsync(dataDirectory: directory);
                    proxy.MendTo(second.GrpcUrl);
                }
            }
            finally
            {
                if (second is not null)
                    await second.DisposeAsync();
            }

            Assert.NotNull(second);
            Assert.True(Assert.Single(ends) is JobRunState.Failed or JobRunState.Stopped, $"The run ended as {ends[0]}.");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_later_watch_goes_on_after_a_token_and_starts_with_the_whole_run()
    {
        await using var node = await TestNode.StartAsync();
        using var limit = TestJobs.LimitedToken();
        await using var client = node.Connect();
        var job = await client.CreateTestJobAsync("token", ManyItems);
        var run = await client.Job(job.Id).ExecuteAsync(limit.Token);
        JobRunUpdate? seen = null;
        await foreach (var update in run.WatchAsync(null, limit.Token))
        {
            seen = update;
            if (update.Changes is not null)
                break;
        }

        JobRunUpdate? first = null;
        await foreach (var update in run.WatchAsync(new() { ResumeToken = seen!.ResumeToken }, limit.Token))
        {
            first ??= update;
            Assert.True(update.Revision >= seen.Revision);
        }

        Assert.Null(first!.Changes);
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_the_watch_with_the_reason()
    {
        await using var node = await TestNode.StartAsync();
        using var limit = TestJobs.LimitedToken();
        await using var proxy = new CuttingProxy(node.GrpcUrl);
        await using var client = node.Connect(proxy.Url);
        var job = await client.CreateTestJobAsync("away", ManyItems);
        var run = await client.Job(job.Id).ExecuteAsync(limit.Token);
        var options = new WatchOptions { GiveUpAfter = TimeSpan.FromMilliseconds(400) };
        var failure = await Assert.ThrowsAsync<Dhis2Exception>(async () =>
        {
            await foreach (var update in run.WatchAsync(options, limit.Token))
                proxy.CutForGood();
        });
        Assert.True(failure.IsConnectionLost);
        await using var direct = node.Connect();
        await direct.Run(run.RunId).WaitAsync(limit.Token);
    }

    [Fact]
    public async Task Cancelling_the_watcher_is_cancellation_not_failure()
    {
        await using var node = await TestNode.StartAsync();
        using var limit = TestJobs.LimitedToken();
        await using var client = node.Connect();
        var job = await client.CreateTestJobAsync("idle");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var watching = Task.Run(
            async () =>
            {
                await foreach (var _ in client.Job(job.Id).WatchAsync(new() { Follow = true }, stop.Token))
                    await stop.CancelAsync();
            },
            limit.Token);
        await client.Job(job.Id).ExecuteAsync(limit.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    private static string Shape(JobRun run) => string.Join('\n', run.Sequence.SelectMany(p => p.Stages).Select(s =>
        $"{s.Description} {s.Status} {s.TotalItems} {string.Join(',', s.Items.Select(i => $"{i.Description}:{i.Status}"))}"));
}
