using Contract.Tests.Hosting;
using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Google.Rpc;
using Grpc.Core;

namespace Contract.Tests.Grpc;

/// <summary>Running and completed runs, their history and cancellation, over the real gRPC port.</summary>
public sealed class SchedulingServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_running_and_nothing_completed_is_empty_not_an_error()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);

        Assert.Empty((await it.Runs.ListRunningAsync(new(), cancellationToken: Token)).Types_);
        Assert.Empty((await it.Runs.ListRunningTypesAsync(new(), cancellationToken: Token)).Types_);
        Assert.Empty((await it.Runs.GetRunningAsync(new() { JobType = JobType.Test }, cancellationToken: Token)).Sequence);
        Assert.Empty((await it.Runs.ListCompletedAsync(new(), cancellationToken: Token)).Types_);
        Assert.Empty((await it.Runs.GetCompletedAsync(new() { JobType = JobType.Test }, cancellationToken: Token)).Sequence);
        Assert.False((await it.Runs.CancelJobRunAsync(new() { JobType = JobType.Test }, cancellationToken: Token)).Cancelled);
    }

    [Fact]
    public async Task A_running_job_shows_in_short_and_in_full_and_refuses_another_of_its_type()
    {
        using var gates = new GatedJob(items: 5);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.DataSync);
        var runId = await it.ExecuteAsync(job);
        gates.Release(2);
        using var watch = it.Watch(new() { RunId = runId });
        var watched = new Watched();
        await watched.UntilAsync(watch, _ => watched.Runs[runId].Sequence is [{ Stages: [{ Items.Count: 3 }] }]);

        var overview = (await it.Runs.ListRunningAsync(new(), cancellationToken: Token)).Types_["DATA_SYNC"].Processes.Single();
        var process = (await it.Runs.GetRunningAsync(new() { JobType = JobType.DataSync }, cancellationToken: Token)).Sequence.Single();
        var refused = await Assert.ThrowsAsync<RpcException>(() => it.ExecuteAsync(job));

        Assert.Equal((job, ProgressStatus.Running, "Gated"), (overview.JobId, overview.Status, overview.Description));
        Assert.Equal(["Gates [3/5]"], overview.Stages);
        Assert.Equal([ProgressStatus.Success, ProgressStatus.Success, ProgressStatus.Running], process.Stages.Single().Items.Select(i => i.Status));
        Assert.Equal([JobType.DataSync], (await it.Runs.ListRunningTypesAsync(new(), cancellationToken: Token)).Types_);
        Assert.Equal(JobStatus.Running, (await it.Jobs.GetJobConfigurationAsync(new() { Uid = job }, cancellationToken: Token)).JobConfiguration.JobStatus);
        Assert.Equal((StatusCode.FailedPrecondition, "E7006"), (refused.StatusCode, refused.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason));
        var report = refused.GetRpcStatus()!.GetDetail<ObjectReport>();
        Assert.Equal((0, "E7006", false), (report.Index, report.ErrorReports.Single().ErrorCode, report.HasUid));
        gates.Release(3);
        await watched.UntilAsync(watch, m => m.Terminal);
    }

    [Theory]
    [InlineData("type")]
    [InlineData("job")]
    [InlineData("run")]
    public async Task Cancelled_shows_at_once_in_every_view(string by)
    {
        using var gates = new GatedJob(items: 5);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.DataSync);
        var runId = await it.ExecuteAsync(job);
        using var watch = it.Watch(new() { RunId = runId });
        var watched = new Watched();
        await watched.UntilAsync(watch, _ => watched.Runs[runId].Sequence.Count == 1);
        var request = by switch
        {
            "type" => new CancelJobRunRequest { JobType = JobType.DataSync },
            "job" => new CancelJobRunRequest { JobId = job },
            _ => new CancelJobRunRequest { RunId = runId },
        };

        var cancelled = (await it.Runs.CancelJobRunAsync(request, cancellationToken: Token)).Cancelled;
        var seen = await it.GetAsync(runId);
        await watched.UntilAsync(watch, m => m.Terminal);

        Assert.True(cancelled);
        Assert.Equal(ProgressStatus.Cancelled, seen.Sequence.Single().Status);
        Assert.NotNull(seen.CancelledTime);
        Assert.Contains(watched.Messages, m => m.Delta?.Processes.Any(p => p.Process.Status == ProgressStatus.Cancelled) ?? m.Snapshot?.Sequence.Any(p => p.Status == ProgressStatus.Cancelled) ?? false);
        var ended = await it.GetAsync(runId);
        Assert.Equal((JobRunState.Stopped, ProgressStatus.Cancelled), (ended.State, ended.Sequence.Single().Status));
        Assert.Equal(ProgressStatus.Cancelled, (await it.Runs.ListCompletedAsync(new(), cancellationToken: Token)).Types_["DATA_SYNC"].Processes.Single().Status);
        Assert.Equal(JobStatus.Stopped, (await it.Jobs.GetJobConfigurationAsync(new() { Uid = job }, cancellationToken: Token)).JobConfiguration.LastExecutedStatus);
        Assert.False((await it.Runs.CancelJobRunAsync(request, cancellationToken: Token)).Cancelled);
    }

    [Fact]
    public async Task Cancelling_what_does_not_exist_is_not_found()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);

        var run = await Assert.ThrowsAsync<RpcException>(async () => await it.Runs.CancelJobRunAsync(new() { RunId = "x" }, cancellationToken: Token));
        var job = await Assert.ThrowsAsync<RpcException>(async () => await it.Runs.CancelJobRunAsync(new() { JobId = "x" }, cancellationToken: Token));
        var none = await Assert.ThrowsAsync<RpcException>(async () => await it.Runs.CancelJobRunAsync(new(), cancellationToken: Token));

        Assert.Equal((StatusCode.NotFound, StatusCode.NotFound, StatusCode.InvalidArgument), (run.StatusCode, job.StatusCode, none.StatusCode));
    }

    [Fact]
    public async Task Completed_runs_and_history_survive_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-restart-").FullName;
        try
        {
            string job, good, bad;
            GetCompletedResponse before;
            await using (var node = await TestNode.StartAsync(dataDirectory: directory))
            {
                var it = new RunsOfNode(node);
                job = await it.CreateAsync(JobType.Test, new() { Stages = 1, Items = 2, FailAtStage = 0, FailAtItem = 1, FailWithMessage = "as told" });
                good = await it.RunAsync(await it.CreateAsync(JobType.Test, new() { Stages = 1 }));
                bad = await it.RunAsync(job);
                before = await it.Runs.GetCompletedAsync(new() { JobType = JobType.Test }, cancellationToken: Token);
            }

            await using var again = await TestNode.StartAsync(dataDirectory: directory);
            var now = new RunsOfNode(again);
            Assert.Equal(before, await now.Runs.GetCompletedAsync(new() { JobType = JobType.Test }, cancellationToken: Token));
            var overview = (await now.Runs.ListCompletedAsync(new(), cancellationToken: Token)).Types_["TEST"].Processes.Single();
            Assert.Equal((ProgressStatus.Error, "as told"), (overview.Status, overview.Error));
            Assert.Equal([bad, good], (await now.Runs.ListJobRunsAsync(new(), cancellationToken: Token)).Runs.Select(r => r.RunId));
            var end = Assert.Single((await Watched.ToEndAsync(now.Watch(new() { JobId = job }))).Messages);
            Assert.Equal((bad, true, JobRunState.Failed), (end.RunId, end.Terminal, end.Snapshot.State));
            Assert.Equal(JobStatus.Failed, (await now.Jobs.GetJobConfigurationAsync(new() { Uid = job }, cancellationToken: Token)).JobConfiguration.LastExecutedStatus);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task History_is_paged_and_filtered()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);
        var job = await it.CreateAsync(JobType.Test);
        var other = await it.CreateAsync(JobType.Test, new() { Stages = 1, FailAtStage = 0 });
        List<string> runs = [];
        foreach (var uid in new[] { job, other, job, other, job })
            runs.Insert(0, await it.RunAsync(uid));

        var first = await it.Runs.ListJobRunsAsync(new() { PageSize = 3 }, cancellationToken: Token);
        var second = await it.Runs.ListJobRunsAsync(new() { PageSize = 3, PageToken = first.NextPageToken }, cancellationToken: Token);
        var failed = await it.Runs.ListJobRunsAsync(new() { State = JobRunState.Failed }, cancellationToken: Token);
        var ofJob = await it.Runs.ListJobRunsAsync(new() { JobId = job, JobType = JobType.Test }, cancellationToken: Token);

        Assert.Equal(runs, first.Runs.Concat(second.Runs).Select(r => r.RunId));
        Assert.Equal("", second.NextPageToken);
        Assert.Equal([runs[1], runs[3]], failed.Runs.Select(r => r.RunId));
        Assert.Equal([runs[0], runs[2], runs[4]], ofJob.Runs.Select(r => r.RunId));
        Assert.All(ofJob.Runs, r => Assert.Equal((JobRunState.Completed, JobRunTrigger.Execute), (r.State, r.Trigger)));
        Assert.Empty((await it.Runs.ListJobRunsAsync(new() { State = JobRunState.Running }, cancellationToken: Token)).Runs);
    }

    [Fact]
    public async Task A_job_whose_work_is_not_built_ends_as_an_error_that_says_so()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);

        var run = await it.GetAsync(await it.RunAsync(await it.CreateAsync(JobType.ProgramNotifications)));

        Assert.Equal((JobRunState.Failed, ProgressStatus.Error), (run.State, run.Sequence.Single().Status));
        Assert.Contains("not", run.Error, StringComparison.Ordinal);
    }
}
