using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using JobConfigurationMessage = Dhis2.Scheduling.V1.JobConfiguration;

namespace Contract.Tests.Scheduling;

/// <summary>Jobs on the real server, over its real store.</summary>
public sealed class ScheduledJobTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_runs_by_its_schedule_and_its_history_survives_a_restart()
    {
        var start = new DateTimeOffset(2024, 2, 28, 10, 0, 0, TimeSpan.Zero);
        var directory = Directory.CreateTempSubdirectory("dhis2-sched-").FullName;
        try
        {
            string uid;
            var time = new FakeTimeProvider(start);
            await using (var node = await TestNode.StartAsync(null, time, directory))
            {
                uid = await CreateAsync(node, "0 30 10 * * *");
                time.Advance(TimeSpan.FromMinutes(30));
                var run = await EndedAsync(node, uid, JobRunOutcome.Completed);
                Assert.Equal(start.AddMinutes(30), run.Scheduled);
            }

            // Down from 11:00 over the next day's occurrence and its window: recorded, and not made up.
            await using (var node = await TestNode.StartAsync(null, new FakeTimeProvider(start.AddDays(1).AddHours(6)), directory))
            {
                var skipped = await EndedAsync(node, uid, JobRunOutcome.Skipped);
                Assert.Equal(start.AddDays(1).AddMinutes(30), skipped.Scheduled);
                Assert.Equal(uid, Assert.Single(await Store(node).ListLatestCompletedAsync(Token)).JobUid);
                var view = await node.Services.GetRequiredService<JobConfigurations>().GetAsync(uid, Token);
                Assert.Equal(start.AddMinutes(30), view.State.LastExecuted);
                Assert.Equal(start.AddDays(2).AddMinutes(30), view.NextExecution);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task An_executed_job_can_be_watched_to_its_end_over_grpc()
    {
        await using var node = await TestNode.StartAsync();
        var uid = await CreateAsync(node, "0 0 0 1 1 *", new TestParameters { Stages = 2, Items = 3 });
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(node.Channel);
        var scheduling = new SchedulingService.SchedulingServiceClient(node.Channel);

        var executed = await jobs.ExecuteJobConfigurationAsync(new() { Uid = uid }, cancellationToken: Token);
        using var watch = scheduling.WatchJobRun(new() { RunId = executed.RunId }, cancellationToken: Token);
        WatchJobRunResponse? last = null;
        while (await watch.ResponseStream.MoveNext(Token).WaitAsync(Limit, Token))
            last = watch.ResponseStream.Current;
        var run = await scheduling.GetJobRunAsync(new() { RunId = executed.RunId }, cancellationToken: Token);

        Assert.True(last!.Terminal);
        Assert.Equal(JobRunState.Completed, run.Run.State);
        Assert.Equal(3, run.Run.Sequence[0].Stages.Count);
        Assert.Equal("3 successful and 0 failed items", run.Run.Sequence[0].Stages[2].Summary);
    }

    private static async Task<string> CreateAsync(TestNode node, string cron, TestParameters? parameters = null)
    {
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(node.Channel);
        var job = new JobConfigurationMessage { Name = $"Job {cron}", JobType = JobType.Test, CronExpression = cron };
        if (parameters is not null)
            job.Test = parameters;
        var created = await jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Token);
        return created.Report.Uid;
    }

    private static async Task<Dhis2Grpc.Server.Scheduling.JobRun> EndedAsync(TestNode node, string uid, JobRunOutcome outcome)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            var runs = await Store(node).ListRunsAsync(new JobRunQuery { JobUid = uid, Outcome = outcome }, Token);
            if (runs.Count > 0)
                return runs[0];
            await Task.Yield();
        }
    }

    private static IJobStore Store(TestNode node) => node.Services.GetRequiredService<IJobStore>();
}
