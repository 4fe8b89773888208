using System.Collections.Concurrent;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Tests.Progress;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class RunQueueTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Runs_that_keep_their_threads_hold_up_no_other()
    {
        const int Blocking = 8;
        using var release = new ManualResetEventSlim();
        using var all = new CountdownEvent(1_000);
        var begun = new ConcurrentBag<string>();
        var queue = new RunQueue(run =>
        {
            begun.Add(run.Run.RunId);
            all.Signal();
            if (run.Run.RunId.StartsWith("blocks", StringComparison.Ordinal))
                release.Wait(TestContext.Current.CancellationToken);
        });

        queue.Add(Enumerable.Range(0, 1_000).Select(i => Run(i < Blocking ? $"blocks{i}" : $"run{i}")));
        var done = await Task.Factory.StartNew(
            () => all.Wait(Limit, TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        release.Set();

        Assert.True(done, $"{begun.Count} of 1000 began.");
        Assert.Equal(1_000, begun.Distinct().Count());
    }

    [Fact]
    public async Task Runs_added_while_the_queue_drains_begin_too()
    {
        using var all = new CountdownEvent(10_000);
        var queue = new RunQueue(_ => all.Signal());

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 100),
            TestContext.Current.CancellationToken,
            (i, _) =>
            {
                queue.Add(Enumerable.Range(0, 100).Select(j => Run($"{i}-{j}")));
                return ValueTask.CompletedTask;
            });

        Assert.True(all.Wait(Limit, TestContext.Current.CancellationToken), $"{all.CurrentCount} did not begin.");
    }

    private static ActiveRun Run(string id) => new(
        Runs.Run(id), SchedulerHost.Job(id, JobType.Test, null), null, Runs.Feed(Runs.Time(), id));
}
