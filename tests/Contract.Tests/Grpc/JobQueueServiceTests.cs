using System.Net;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Grpc.Core;

namespace Contract.Tests.Grpc;

/// <summary>A queue's run is one watchable thing, over the real gRPC port.</summary>
public sealed class JobQueueServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_goes_through_the_runs_of_all_jobs_and_ends_with_the_queue()
    {
        using var gates = new GatedJob(items: 2);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new Queue(node);
        var (a, b, c) = (await it.CreateAsync(JobType.Test), await it.CreateAsync(JobType.DataSync), await it.CreateAsync(JobType.Test));
        await it.MakeAsync("Q", a, b, c);
        using var watch = await it.OpenAsync(new() { Name = "Q" });

        var first = await it.Runs.ExecuteAsync(a);
        List<WatchJobQueueRunResponse> seen = [];
        await UntilAsync(watch, seen, m => m.QueueRun is { Steps: [_, { RunId.Length: > 0 }, _] });
        var during = (await it.Queues.GetJobQueueRunAsync(new() { Name = "Q" }, cancellationToken: Token)).Run;
        gates.Release(2);
        await UntilAsync(watch, seen, m => m.Terminal);

        Assert.False(await watch.ResponseStream.MoveNext(Token));
        Assert.Equal(
            (first, JobRunState.Running, "Completed Running Unspecified"),
            (during.QueueRunId, during.State, string.Join(' ', during.Steps.Select(s => s.State))));
        var end = seen[^1].QueueRun;
        Assert.Equal(JobRunState.Completed, end.State);
        Assert.Equal([a, b, c], end.Steps.Select(s => s.JobId));
        Assert.All(end.Steps, s => Assert.Equal(JobRunState.Completed, s.State));
        // Each job's run was seen whole, in turn.
        var ends = seen.Where(m => m.Run is { Terminal: true }).Select(m => m.Run.RunId);
        Assert.Equal(end.Steps.Select(s => s.RunId), ends);
        Assert.Equal(end, (await it.Queues.GetJobQueueRunAsync(new() { Name = "Q" }, cancellationToken: Token)).Run);
        // Who comes later is told how it ended.
        using var late = it.Queues.WatchJobQueueRun(new() { Name = "Q" }, cancellationToken: Token);
        await UntilAsync(late, [], m => m is { Terminal: true, QueueRun.State: JobRunState.Completed });
        Assert.False(await late.ResponseStream.MoveNext(Token));
    }

    [Fact]
    public async Task Who_comes_after_the_start_is_told_the_run_from_its_beginning()
    {
        using var gates = new GatedJob(items: 1);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new Queue(node);
        var (a, b) = (await it.CreateAsync(JobType.Test, new() { Stages = 2, Items = 3 }), await it.CreateAsync(JobType.DataSync));
        await it.MakeAsync("Q", a, b);
        var first = await it.Runs.ExecuteAsync(a);
        await EventuallyAsync(async () => (await it.Queues.GetJobQueueRunAsync(new() { Name = "Q" }, cancellationToken: Token)).Run?.Steps is [_, { RunId.Length: > 0 }]);

        List<WatchJobQueueRunResponse> during = [];
        using (var watch = await it.OpenAsync(new() { Name = "Q", RunId = first }))
        {
            await UntilAsync(watch, during, m => m.Run is { Snapshot.JobId: var job } && job == b);
            // It has another name in the middle, and the watch goes on.
            await it.Queues.UpdateJobQueueAsync(
                new() { Name = "Q", Queue = new() { Name = "a/b c%2F", CronExpression = SharedNode.NextCron(), Sequence = { a, b } } }, cancellationToken: Token);
            gates.Release(1);
            await UntilAsync(watch, during, m => m.Terminal);
        }

        List<WatchJobQueueRunResponse> after = [];
        using (var watch = await it.OpenAsync(new() { Name = "a/b c%2F", RunId = first }))
            await UntilAsync(watch, after, m => m.Terminal);

        foreach (var seen in new[] { during, after })
        {
            Assert.Equal((first, 2), (seen[0].Run.RunId, seen[0].Run.Snapshot.Sequence[0].Stages.Count(s => s.TotalItems == 3)));
            Assert.Equal(seen[^1].QueueRun.Steps.Select(s => s.RunId), seen.Where(m => m.Run is { Terminal: true }).Select(m => m.Run.RunId));
            Assert.Equal(("a/b c%2F", JobRunState.Completed), (seen[^1].QueueRun.QueueName, seen[^1].QueueRun.State));
        }

        // What is not that run is told as ever.
        using var other = await it.OpenAsync(new() { Name = "a/b c%2F", RunId = "someOtherRun" });
        await UntilAsync(other, [], m => m.Terminal);
        // A name that holds a slash is one segment of a path.
        using var rest = await node.Http.GetAsync("/api/scheduler/queues/a%2Fb%20c%252F/run", Token);
        Assert.Contains(first, await rest.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_job_did_before_it_joined_is_no_run_of_the_queue()
    {
        await using var node = await TestNode.StartAsync();
        var it = new Queue(node);
        var (a, b) = (await it.CreateAsync(JobType.Test), await it.CreateAsync(JobType.ResourceTable));
        await it.Runs.ExecuteAsync(a);
        await EventuallyAsync(async () =>
            (await it.Runs.Jobs.GetJobConfigurationAsync(new() { Uid = a }, cancellationToken: Token)).JobConfiguration.LastExecutedStatus == JobStatus.Completed);

        await it.MakeAsync("Q", a, b);

        Assert.Null((await it.Queues.GetJobQueueRunAsync(new() { Name = "Q" }, cancellationToken: Token)).Run);
    }

    [Theory]
    [InlineData(false, JobRunState.Failed)]
    [InlineData(true, JobRunState.Stopped)]
    public async Task A_job_that_does_not_complete_ends_the_queue_and_the_rest_is_not_started(bool cancel, JobRunState expected)
    {
        await using var node = await TestNode.StartAsync();
        var it = new Queue(node);
        var a = await it.CreateAsync(JobType.Test, cancel ? new() { Stages = 1, Items = 1_000, ItemDuration = 20 } : new() { Stages = 1, FailAtStage = 0 });
        var b = await it.CreateAsync(JobType.ResourceTable);
        await it.MakeAsync("Q", a, b);
        using var watch = await it.OpenAsync(new() { Name = "Q" });
        List<WatchJobQueueRunResponse> seen = [];

        await it.Runs.ExecuteAsync(a);
        if (cancel)
        {
            await UntilAsync(watch, seen, m => m.QueueRun is not null);
            await it.Runs.Runs.CancelJobRunAsync(new() { JobId = a }, cancellationToken: Token);
        }

        await UntilAsync(watch, seen, m => m.Terminal);
        var end = seen[^1].QueueRun;

        Assert.Equal((expected, expected, JobRunState.Skipped), (end.State, end.Steps[0].State, end.Steps[1].State));
        Assert.False(end.Steps[1].HasRunId);
        await EventuallyAsync(async () =>
            (await it.Runs.Jobs.GetJobConfigurationAsync(new() { Uid = b }, cancellationToken: Token)).JobConfiguration.LastExecutedStatus == JobStatus.NotStarted
            && (await it.Runs.Runs.ListJobRunsAsync(new() { JobId = b }, cancellationToken: Token)).Runs is [{ State: JobRunState.Skipped, Trigger: JobRunTrigger.Queue }]);
    }

    [Fact]
    public async Task A_job_executed_in_the_middle_runs_and_what_is_behind_it()
    {
        await using var node = await TestNode.StartAsync();
        var it = new Queue(node);
        var jobs = new[] { await it.CreateAsync(JobType.Test), await it.CreateAsync(JobType.Test), await it.CreateAsync(JobType.Test) };
        await it.MakeAsync("Q", jobs);
        using var watch = await it.OpenAsync(new() { Name = "Q" });
        List<WatchJobQueueRunResponse> seen = [];

        var first = await it.Runs.ExecuteAsync(jobs[1]);
        await UntilAsync(watch, seen, m => m.Terminal);

        var run = seen[^1].QueueRun;
        Assert.Equal((first, JobRunState.Completed), (run.QueueRunId, run.State));
        Assert.Equal([(1, jobs[1]), (2, jobs[2])], run.Steps.Select(s => (s.Position, s.JobId)));
        Assert.Empty((await it.Runs.Runs.ListJobRunsAsync(new() { JobId = jobs[0] }, cancellationToken: Token)).Runs);
        // The next run of the queue is followed from its beginning.
        using var follow = await it.OpenAsync(new() { Name = "Q", Follow = true });
        await it.Runs.ExecuteAsync(jobs[0]);
        await UntilAsync(follow, [], m => m is { Terminal: true, QueueRun.Steps.Count: 3 });
        // REST tells the same as events.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/scheduler/queues/Q/watch") { Headers = { { "Accept", "text/event-stream" } } };
        using var events = await node.Http.SendAsync(request, Token);
        var text = await events.Content.ReadAsStringAsync(Token);
        Assert.Equal("text/event-stream", events.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("event: queueRun\ndata: {", text, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"COMPLETED\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_deleted_while_it_waits_for_its_turn_ends_the_queues_run()
    {
        using var gates = new GatedJob(items: 1);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new Queue(node);
        var (a, b) = (await it.CreateAsync(JobType.Test), await it.CreateAsync(JobType.DataSync));
        await it.MakeAsync("Q", a, b);
        await it.Runs.ExecuteAsync(await it.CreateAsync(JobType.DataSync));
        using var watch = await it.OpenAsync(new() { Name = "Q" });
        List<WatchJobQueueRunResponse> seen = [];

        await it.Runs.ExecuteAsync(a);
        await UntilAsync(watch, seen, m => m.QueueRun is { Steps: [{ State: JobRunState.Completed }, { State: JobRunState.Unspecified }] });
        await it.Runs.Jobs.DeleteJobConfigurationAsync(new() { Uid = b }, cancellationToken: Token);
        await UntilAsync(watch, seen, m => m.Terminal);

        Assert.Equal((JobRunState.Failed, JobRunState.Skipped), (seen[^1].QueueRun.State, seen[^1].QueueRun.Steps[1].State));
        Assert.Contains("was deleted", seen[^1].QueueRun.Steps[1].Error, StringComparison.Ordinal);
        gates.Release(1);
    }

    [Fact]
    public async Task After_a_restart_a_queue_does_not_go_on_by_itself_and_tells_how_it_ended()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-queue-").FullName;
        try
        {
            using var gates = new GatedJob(items: 1);
            string a, b;
            await using (var node = await TestNode.StartAsync(gates.Into, dataDirectory: directory))
            {
                var it = new Queue(node);
                (a, b) = (await it.CreateAsync(JobType.DataSync), await it.CreateAsync(JobType.Test));
                await it.MakeAsync("Q", a, b);
                await it.Runs.ExecuteAsync(a);
            }

            await using var again = await TestNode.StartAsync(gates.Into, dataDirectory: directory);
            var after = new Queue(again);
            var run = (await after.Queues.GetJobQueueRunAsync(new() { Name = "Q" }, cancellationToken: Token)).Run;

            Assert.Equal((JobRunState.Stopped, JobRunState.Stopped, JobRunState.Skipped), (run.State, run.Steps[0].State, run.Steps[1].State));
            Assert.Empty((await after.Runs.Runs.ListRunningAsync(new(), cancellationToken: Token)).Types_);
            Assert.DoesNotContain((await after.Runs.Runs.ListJobRunsAsync(new() { JobId = b }, cancellationToken: Token)).Runs, r => r.State != JobRunState.Skipped);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_queue_that_is_not_there_is_not_found_and_one_that_never_ran_has_no_run()
    {
        await using var node = await TestNode.StartAsync();
        var it = new Queue(node);
        await it.MakeAsync("Q", await it.CreateAsync(JobType.Test), await it.CreateAsync(JobType.Test));

        var get = await Assert.ThrowsAsync<RpcException>(async () => await it.Queues.GetJobQueueRunAsync(new() { Name = "x" }, cancellationToken: Token));
        using var call = it.Queues.WatchJobQueueRun(new() { Name = "x" }, cancellationToken: Token);
        var watch = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));

        Assert.Equal((StatusCode.NotFound, StatusCode.NotFound), (get.StatusCode, watch.StatusCode));
        Assert.Null((await it.Queues.GetJobQueueRunAsync(new() { Name = "Q" }, cancellationToken: Token)).Run);
        using var rest = await node.Http.GetAsync("/api/scheduler/queues/Q/run", Token);
        Assert.Equal((HttpStatusCode.OK, "", null), (rest.StatusCode, await rest.Content.ReadAsStringAsync(Token), rest.Content.Headers.ContentType));
    }

    private static async Task UntilAsync(
        AsyncServerStreamingCall<WatchJobQueueRunResponse> watch, List<WatchJobQueueRunResponse> seen, Func<WatchJobQueueRunResponse, bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        do
        {
            Assert.True(await watch.ResponseStream.MoveNext(limit.Token), "The stream ended early.");
            seen.Add(watch.ResponseStream.Current);
        }
        while (!condition(seen[^1]));
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
            limit.Token.ThrowIfCancellationRequested();
    }

    private sealed class Queue(TestNode node)
    {
        public JobQueueService.JobQueueServiceClient Queues { get; } = new(node.Channel);

        public RunsOfNode Runs { get; } = new(node);

        public Task<string> CreateAsync(JobType type, TestParameters? parameters = null) => Runs.CreateAsync(type, parameters);

        public async Task MakeAsync(string name, params string[] jobs) => await Queues.CreateJobQueueAsync(
            new() { Name = name, Queue = new() { CronExpression = SharedNode.NextCron(), Sequence = { jobs } } }, cancellationToken: Token);

        public async Task<AsyncServerStreamingCall<WatchJobQueueRunResponse>> OpenAsync(WatchJobQueueRunRequest request)
        {
            var call = Queues.WatchJobQueueRun(request, cancellationToken: Token);
            await call.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(10), Token);
            return call;
        }
    }
}
