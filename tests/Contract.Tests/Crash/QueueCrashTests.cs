using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;

namespace Contract.Tests.Crash;

/// <summary>A queue whose server was killed in the middle of it.</summary>
public sealed class QueueCrashTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queue_does_not_go_on_from_the_middle_and_tells_what_was_not_run()
    {
        using var directory = new TemporaryDirectory();
        string[] jobs;
        await using (var first = await ServerProcess.StartAsync(directory.Path))
        {
            jobs = [await CreateAsync(first, new()), await CreateAsync(first, new() { Stages = 1, Items = 10_000, ItemDuration = 5 }), await CreateAsync(first, new())];
            await Queues(first).CreateJobQueueAsync(
                new() { Name = "Q", Queue = new() { CronExpression = "0 0 6 29 2 ?", Sequence = { jobs } } }, cancellationToken: Ct);
            using var watch = Queues(first).WatchJobQueueRun(new() { Name = "Q" }, cancellationToken: Ct);
            await Jobs(first).ExecuteJobConfigurationAsync(new() { Uid = jobs[0] }, cancellationToken: Ct);
            do
                Assert.True(await watch.ResponseStream.MoveNext(Ct));
            while (watch.ResponseStream.Current.QueueRun is not { Steps: [_, { State: JobRunState.Running }, _] });
            await first.KillAsync();
        }

        await using var second = await ServerProcess.StartAsync(directory.Path);
        var run = (await Queues(second).GetJobQueueRunAsync(new() { Name = "Q" }, cancellationToken: Ct)).Run;
        using var late = Queues(second).WatchJobQueueRun(new() { Name = "Q" }, cancellationToken: Ct);
        Assert.True(await late.ResponseStream.MoveNext(Ct));

        Assert.Equal(
            (JobRunState.Failed, "Completed Failed Skipped"), (run.State, string.Join(' ', run.Steps.Select(s => s.State))));
        Assert.True(late.ResponseStream.Current.Terminal);
        Assert.Empty((await Runs(second).ListRunningTypesAsync(new(), cancellationToken: Ct)).Types_);
        var last = (await Jobs(second).GetJobConfigurationAsync(new() { Uid = jobs[2] }, cancellationToken: Ct)).JobConfiguration;
        Assert.Equal((JobStatus.NotStarted, null), (last.LastExecutedStatus, last.LastExecuted));
        // Asked for, it runs again, from where it is asked to.
        await Jobs(second).ExecuteJobConfigurationAsync(new() { Uid = jobs[2] }, cancellationToken: Ct);
    }

    private static async Task<string> CreateAsync(ServerProcess server, TestParameters parameters)
    {
        var job = new JobConfiguration { Name = $"Queued {Guid.NewGuid()}", JobType = JobType.Test, CronExpression = SharedNode.NextCron(), Test = parameters };
        return (await Jobs(server).CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Ct)).JobConfiguration.Id;
    }

    private static JobQueueService.JobQueueServiceClient Queues(ServerProcess server) => new(server.Channel);

    private static SchedulingService.SchedulingServiceClient Runs(ServerProcess server) => new(server.Channel);

    private static JobConfigurationService.JobConfigurationServiceClient Jobs(ServerProcess server) => new(server.Channel);
}
