using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Google.Rpc;
using Grpc.Core;
using EventCase = Dhis2.Scheduling.V1.WatchJobRunResponse.EventOneofCase;

namespace Contract.Tests.Grpc;

/// <summary>Watches over the real gRPC port.</summary>
public sealed class WatchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_opened_before_the_first_run_sees_it_from_start_to_end()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.Test, new() { Stages = 2, Items = 30, ItemDuration = 2 });
        using var call = await it.OpenAsync(new() { JobId = job });

        var runId = await it.ExecuteAsync(job);
        var watched = await Watched.ToEndAsync(call);

        Assert.Equal(EventCase.Snapshot, watched.Messages[0].EventCase);
        Assert.Contains(watched.Messages, m => m.EventCase == EventCase.Delta);
        Assert.True(watched.Messages[^1].Terminal);
        Assert.All(watched.Messages.SkipLast(1), m => Assert.False(m.Terminal));
        Assert.All(watched.Messages, m => Assert.Equal((runId, job, JobType.Test), (m.RunId, m.JobId, m.JobType)));
        // What the reader put together is what the server says.
        Assert.Equal(WithoutDurations(await it.GetAsync(runId)), WithoutDurations(watched.Runs[runId]));
        Assert.Equal(JobRunState.Completed, watched.Runs[runId].State);
        Assert.Equal("30 successful and 0 failed items", watched.Runs[runId].Sequence[0].Stages[2].Summary);
    }

    [Fact]
    public async Task Without_a_running_run_the_latest_completed_is_sent_and_the_stream_ends()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.Test);
        await it.RunAsync(job);
        var latest = await it.RunAsync(job);

        foreach (var target in new WatchJobRunRequest[] { new() { JobId = job }, new() { JobType = JobType.Test }, new() { RunId = latest } })
        {
            var message = Assert.Single((await Watched.ToEndAsync(it.Watch(target))).Messages);
            Assert.Equal((latest, true, EventCase.Snapshot), (message.RunId, message.Terminal, message.EventCase));
        }
    }

    [Fact]
    public async Task Follow_goes_on_with_the_next_run()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.Test, new() { Stages = 1 });
        await it.RunAsync(job);
        using var call = await it.OpenAsync(new() { JobId = job, Follow = true });
        var watched = new Watched();

        var first = await it.ExecuteAsync(job);
        await watched.UntilAsync(call, m => m.Terminal);
        var second = await it.ExecuteAsync(job);
        await watched.UntilAsync(call, m => m.Terminal);

        Assert.Equal([first, second], watched.Messages.Select(m => m.RunId).Distinct());
    }

    [Fact]
    public async Task A_resumed_watch_goes_on_where_it_was_cut()
    {
        using var gates = new GatedJob(items: 10);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.DataSync);
        var runId = await it.ExecuteAsync(job);
        gates.Release(3);
        var watched = new Watched();
        using (var cut = it.Watch(new() { JobId = job }))
            await watched.UntilAsync(cut, _ => watched.Runs[runId].Sequence is [{ Stages: [{ Items.Count: 4 }] }]);
        var before = watched.Messages.Count;

        gates.Release(7);
        using var resumed = it.Watch(new() { JobId = job, ResumeToken = watched.Token });
        await watched.UntilAsync(resumed, m => m.Terminal);

        Assert.All(watched.Messages.Skip(before), m => Assert.Equal(EventCase.Delta, m.EventCase));
        Assert.Equal(WithoutDurations(await it.GetAsync(runId)), WithoutDurations(watched.Runs[runId]));
    }

    [Fact]
    public async Task A_watch_resumed_after_the_end_gets_the_end_once()
    {
        using var gates = new GatedJob(items: 2);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.DataSync);
        var runId = await it.ExecuteAsync(job);
        var watched = new Watched();
        using (var cut = it.Watch(new() { JobId = job }))
            await watched.UntilAsync(cut, _ => true);
        gates.Release(2);
        await Watched.ToEndAsync(it.Watch(new() { RunId = runId }));

        var end = (await Watched.ToEndAsync(it.Watch(new() { JobId = job, ResumeToken = watched.Token }))).Messages;
        var nothing = (await Watched.ToEndAsync(it.Watch(new() { JobId = job, ResumeToken = end[^1].ResumeToken }))).Messages;

        Assert.True(Assert.Single(end).Terminal);
        Assert.Empty(nothing);
    }

    [Theory]
    [InlineData("never.5")]
    [InlineData("nonsense")]
    [InlineData("~..~")]
    public async Task An_unknown_token_starts_with_a_snapshot(string token)
    {
        using var gates = new GatedJob(items: 1);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.DataSync);
        var runId = await it.ExecuteAsync(job);
        var watched = new Watched();
        using var call = it.Watch(new() { JobType = JobType.DataSync, ResumeToken = token });

        await watched.UntilAsync(call, _ => true);

        Assert.Equal((runId, EventCase.Snapshot), (watched.Messages[0].RunId, watched.Messages[0].EventCase));
        gates.Release(1);
        await watched.UntilAsync(call, m => m.Terminal);
    }

    [Fact]
    public async Task A_reader_that_stalls_delays_nobody_and_still_gets_the_end()
    {
        using var gates = new GatedJob(items: 3_000);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.DataSync);
        using var stalled = await it.OpenAsync(new() { JobId = job });
        using var quick = await it.OpenAsync(new() { JobId = job });

        var runId = await it.ExecuteAsync(job);
        var quickly = Watched.ToEndAsync(quick);
        for (var i = 0; i < 30; i++)
        {
            gates.Release(100);
            await Task.Yield();
        }

        Assert.True((await quickly).Messages[^1].Terminal);
        var late = await Watched.ToEndAsync(stalled);
        Assert.True(late.Messages[^1].Terminal);
        Assert.Equal(WithoutDurations(await it.GetAsync(runId)), WithoutDurations(late.Runs[runId]));
        Assert.True(late.Messages.Count < 3_000, "Changes are merged.");
    }

    [Fact]
    public async Task All_runs_are_watched_together_and_resumed_by_one_token()
    {
        using var gates = new GatedJob(items: 3);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        var gated = await it.ExecuteAsync(await it.CreateAsync(JobType.DataSync));
        var watched = new Watched();
        using (var all = it.Runs.WatchRunning(new(), cancellationToken: Token))
        {
            Assert.True(await all.ResponseStream.MoveNext(Token));
            Assert.Equal((gated, EventCase.Snapshot), (watched.Take(all.ResponseStream.Current.Event).RunId, watched.Messages[0].EventCase));
            var test = await it.ExecuteAsync(await it.CreateAsync(JobType.Test));
            while (!(watched.Messages[^1].RunId == test && watched.Messages[^1].Terminal))
            {
                Assert.True(await all.ResponseStream.MoveNext(Token));
                watched.Take(all.ResponseStream.Current.Event);
            }
        }

        gates.Release(3);
        using var resumed = it.Runs.WatchRunning(new() { ResumeToken = watched.Token }, cancellationToken: Token);
        do
            Assert.True(await resumed.ResponseStream.MoveNext(Token));
        while (!watched.Take(resumed.ResponseStream.Current.Event).Terminal);

        Assert.Equal(gated, watched.Messages[^1].RunId);
        Assert.Equal(WithoutDurations(await it.GetAsync(gated)), WithoutDurations(watched.Runs[gated]));
    }

    [Fact]
    public async Task Unknown_targets_are_refused_at_once()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);

        Assert.Equal(StatusCode.NotFound, await RefusalAsync(it, new() { RunId = "nothing" }));
        Assert.Equal(StatusCode.NotFound, await RefusalAsync(it, new() { JobId = "nothingHere", Follow = true }));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(it, new()));
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(it, new() { JobType = JobType.Unspecified }));
    }

    [Fact]
    public async Task At_shutdown_watches_end_unavailable_and_say_when_to_come_back()
    {
        using var gates = new GatedJob(items: 1);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        await it.ExecuteAsync(await it.CreateAsync(JobType.DataSync));
        using var one = await it.OpenAsync(new() { JobType = JobType.DataSync });
        using var all = it.Runs.WatchRunning(new(), cancellationToken: Token);
        await all.ResponseHeadersAsync;

        var stop = node.StopAsync();
        var e = await Assert.ThrowsAsync<RpcException>(() => Watched.ToEndAsync(one));
        var every = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await all.ResponseStream.MoveNext(Token))
            {
            }
        });
        await stop;

        Assert.Equal((StatusCode.Unavailable, StatusCode.Unavailable), (e.StatusCode, every.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(2), e.GetRpcStatus()!.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan());
    }

    private static async Task<StatusCode> RefusalAsync(RunsOfNode it, WatchJobRunRequest request) =>
        (await Assert.ThrowsAsync<RpcException>(() => Watched.ToEndAsync(it.Watch(request)))).StatusCode;

    // Durations of what was running count to the moment of the message.
    private static JobRun WithoutDurations(JobRun run)
    {
        var copy = run.Clone();
        foreach (var process in copy.Sequence)
        {
            process.Duration = null;
            foreach (var stage in process.Stages)
            {
                stage.Duration = null;
                foreach (var item in stage.Items)
                    item.Duration = null;
            }
        }

        return copy;
    }
}
