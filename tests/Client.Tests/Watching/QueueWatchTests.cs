using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Jobs;

namespace Client.Tests.Watching;

/// <summary>Watches of queues' runs against the real server, over connections that break.</summary>
public sealed class QueueWatchTests
{
    [Fact]
    public async Task A_watch_over_broken_connections_sees_every_job_and_the_end_of_the_queue_once()
    {
        await using var node = await TestNode.StartAsync();
        using var limit = TestJobs.LimitedToken();
        await using var proxy = new CuttingProxy(node.GrpcUrl);
        await using var client = node.Connect(proxy.Url);
        var jobs = new List<string>();
        foreach (var name in (string[])["one", "two", "three"])
        {
            var job = new JobConfiguration
            {
                Name = name,
                JobType = JobType.Test,
                CronExpression = SharedNode.NextCron(),
                Test = new() { Stages = 1, Items = 40, ItemDuration = 10 },
            };
            jobs.Add((await client.JobConfigurations.CreateAsync(job, cancellationToken: limit.Token)).Id);
        }

        await client.Queues.CreateAsync("Q", CronSchedules.OnRequest, jobs, limit.Token);
        await client.Queues.ExecuteAsync("Q", limit.Token);

        var lost = 0;
        var ends = new List<string>();
        JobQueueRun? last = null;
        await foreach (var update in client.Queues.WatchAsync("Q", new() { OnConnectionLost = (_, _) => lost++ }, limit.Token))
        {
            Assert.Null(last);
            if (update.Run is { Terminal: true } ended)
                ends.Add(ended.Run.RunId);
            if (update.Terminal)
                last = update.QueueRun;
            else if (proxy.Cuts < 4)
                proxy.Cut();
        }

        Assert.True(lost > 0, "The connection never broke.");
        Assert.Equal(JobRunState.Completed, last!.State);
        Assert.Equal(jobs, last.Steps.Select(s => s.JobId));
        Assert.Equal(last.Steps.Select(s => s.RunId), ends);
        Assert.Equal(last, await client.Queues.GetRunAsync("Q", limit.Token));
        Assert.Equal(["Q"], await client.Queues.ListNamesAsync(limit.Token));
    }
}
