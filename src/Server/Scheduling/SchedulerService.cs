using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Runs the scheduler with the server: recovers what a crash left, schedules, and stops what runs.</summary>
internal sealed class SchedulerService(
    IJobStore store,
    SchedulerLoop loop,
    JobBoard board,
    JobRunner runner,
    SkippedRuns skipped,
    SystemJobs systemJobs,
    QueueChain queues,
    ServerInstance instance,
    TimeProvider time,
    IOptions<SchedulingOptions> options,
    IHostApplicationLifetime lifetime,
    ILogger<SchedulerService> logger) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _tasks = Task.CompletedTask;
    private Task _writer = Task.CompletedTask;

    /// <summary>Settles what a crash left, before the node listens: nobody may see a run in progress that nobody runs.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var lost = await store.RecoverStaleAsync(
            instance.Id, "The server ended while the job was running.", time.GetUtcNow(), cancellationToken);
        foreach (var run in lost)
        {
            SchedulingLog.Recovered(logger, run.RunId, run.JobName, run.Type);
            await queues.LostAsync(run, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _writer = skipped.WriteAsync();
        await systemJobs.CreateMissingAsync(cancellationToken);
        await loop.LoadAsync(cancellationToken);
        SchedulingLog.Ready(logger, board.Count, options.Value.Zone.Id);
    }

    /// <summary>Begins to start jobs, now that everything that they may need has started too.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _tasks = Task.WhenAll(
            Task.Run(() => GuardAsync(loop.RunAsync), CancellationToken.None),
            GuardAsync(runner.RenewLeasesAsync),
            GuardAsync(PruneAsync));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // Leases are renewed until the last run has stopped; the loop starts nothing more once the runner is closed.
        await runner.ShutDownAsync(cancellationToken);
        await _stop.CancelAsync();
        await _tasks.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        skipped.Complete();
        await _writer.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    // A server that no longer schedules must not look as if it did.
    private async Task GuardAsync(Func<CancellationToken, Task> run)
    {
        try
        {
            await run(_stop.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            SchedulingLog.Crashed(logger, e);
            lifetime.StopApplication();
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.PruneEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                var count = await store.PruneRunsAsync(time.GetUtcNow() - options.Value.RunRetention, cancellationToken);
                if (count > 0)
                    SchedulingLog.Pruned(logger, count);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                SchedulingLog.NotPruned(logger, e);
            }
        }
    }
}
