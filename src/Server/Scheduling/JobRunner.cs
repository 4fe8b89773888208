using System.Collections.Concurrent;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Claims runs in the store, does their work, and records how they ended.</summary>
internal sealed class JobRunner(
    IJobStore store,
    ProgressHub hub,
    JobCatalog catalog,
    RunIds ids,
    ServerInstance instance,
    TimeProvider time,
    Telemetry telemetry,
    IOptions<SchedulingOptions> options,
    ILogger<JobRunner> logger) : IDisposable
{
    private const string CancelReason = "The job was cancelled by a user.";
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, ActiveRun> _active = [];
    // Runs whose start is being written: the shutdown waits for the answer, since a claimed run is to be ended.
    private readonly ConcurrentDictionary<string, Task> _claims = [];
    private readonly CancellationTokenSource _abandoned = new();
    private volatile bool _closed;

    /// <summary>No more runs start: the server shuts down.</summary>
    public bool IsClosed => _closed;

    /// <summary>Claims a run. When it is claimed, <see cref="RunAsync"/> must follow.</summary>
    /// <exception cref="Dhis2Exception">The server shuts down.</exception>
    public async ValueTask<(JobStart Result, ActiveRun? Run)> TryStartAsync(
        JobConfiguration configuration, JobRunTrigger trigger, DateTimeOffset? scheduled)
    {
        var now = time.GetUtcNow();
        var run = new JobRun
        {
            RunId = ids.Next(now),
            JobUid = configuration.Uid,
            JobName = configuration.Name,
            Type = configuration.Type,
            Trigger = trigger,
            Scheduled = scheduled,
            Started = now,
            UserUid = configuration.ExecutedBy,
            Owner = instance.Id,
            LeaseUntil = now + options.Value.Lease,
        };
        var claimed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _claims[run.RunId] = claimed.Task;
        try
        {
            if (_closed)
                throw ShuttingDown();
            // A claim that a caller gave up while it was being written would be nobody's.
            var result = await store.TryStartAsync(run, configuration.Revision, CancellationToken.None);
            if (result != JobStart.Started)
                return (result, null);
            var active = new ActiveRun(run, configuration, hub.Begin(run));
            _active[run.RunId] = active;
            return (result, active);
        }
        finally
        {
            _claims.TryRemove(run.RunId, out _);
            claimed.SetResult();
        }
    }

    /// <summary>Does a claimed run to its end. Never throws.</summary>
    /// <returns>The run as it ended.</returns>
    public async Task<JobRun> RunAsync(ActiveRun active)
    {
        var run = active.Run;
        var begin = time.GetTimestamp();
        using var activity = telemetry.RunStarted(run);
        SchedulingLog.RunStarts(logger, run.RunId, run.JobName, run.Type, run.Trigger);
        var failure = await WorkAsync(active);
        var (outcome, error) = active.Feed.Close(failure);
        if (outcome == JobRunOutcome.Failed)
            SchedulingLog.RunFailed(logger, failure is JobNotBuiltException ? null : failure, run.RunId, run.JobName, run.Type, error);

        var now = time.GetUtcNow();
        var finished = now > run.Started ? now : run.Started;
        await RecordEndAsync(active, outcome, error, finished);
        active.Feed.End(outcome, error, finished);
        hub.End(active.Feed);
        _active.TryRemove(run.RunId, out _);
        active.Dispose();

        var ended = run with { Outcome = outcome, Error = error, Finished = finished };
        var duration = time.GetElapsedTime(begin);
        telemetry.RunEnded(ended, duration, activity);
        SchedulingLog.RunEnded(logger, run.RunId, run.JobName, run.Type, duration.TotalSeconds, outcome);
        return ended;
    }

    /// <summary>Cancels the runs that match, at a user's wish. All views show it at once.</summary>
    /// <returns>False when nothing was running, or all was cancelled before.</returns>
    public async ValueTask<bool> CancelAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        var cancelled = false;
        foreach (var active in _active.Values.Where(a => filter.Matches(a.Feed)))
        {
            var now = time.GetUtcNow();
            if (!await active.StopAsync(RunStop.Cancelled, CancelReason, now))
                continue;
            cancelled = true;
            SchedulingLog.Cancelled(logger, active.Run.RunId, active.Run.JobName, active.Run.Type);
            await store.TryRequestCancelAsync(active.Run.RunId, now, CancellationToken.None);
        }

        // Runs of other servers on the same store see it when they renew their lease.
        foreach (var run in await store.ListRunningAsync(cancellationToken))
        {
            if (run.Owner != instance.Id && filter.Matches(run.RunId, run.JobUid, run.Type))
                cancelled |= await store.TryRequestCancelAsync(run.RunId, time.GetUtcNow(), cancellationToken);
        }

        return cancelled;
    }

    /// <summary>Renews the leases of all runs and saves their progress, again and again until cancelled.</summary>
    public async Task RenewLeasesAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.LeaseRenewal, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
            await Task.WhenAll(_active.Values.Select(RenewLeaseAsync));
    }

    /// <summary>Starts no more runs, asks those in progress to stop, and waits for them. One that does not stop within
    /// the grace period, or until cancelled, is recorded as failed.</summary>
    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        _closed = true;
        await Task.WhenAll(_claims.Values);
        foreach (var active in _active.Values)
            await StopForShutdownAsync(active);
        try
        {
            await Task.WhenAll(_active.Values.Select(a => a.Ended)).WaitAsync(options.Value.ShutdownGrace, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await _abandoned.CancelAsync();
            foreach (var active in _active.Values)
                await AbandonAsync(active);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _abandoned.Dispose();

    private async Task<Exception?> WorkAsync(ActiveRun active)
    {
        var run = active.Run;
        try
        {
            if (!catalog.TryGet(run.Type, out var entry) || entry.Job is not { } job)
                throw new JobNotBuiltException(entry?.WireName ?? run.Type.ToString());
            await job.RunAsync(
                new JobRunContext
                {
                    RunId = run.RunId,
                    JobUid = run.JobUid,
                    JobName = run.JobName,
                    Parameters = active.Configuration.Parameters,
                    UserUid = run.UserUid,
                    Started = run.Started,
                    Zone = options.Value.Zone,
                    Progress = new JobProgress(active.Feed, time, logger),
                },
                active.Token);
            return null;
        }
#pragma warning disable CA1031 // whatever a job throws is how its run ended
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    private async Task RecordEndAsync(ActiveRun active, JobRunOutcome outcome, string? error, DateTimeOffset finished)
    {
        var snapshot = active.Feed.Snapshot();
        for (var wait = FirstRetry; !_abandoned.IsCancellationRequested; wait = wait < LastRetry ? wait * 2 : LastRetry)
        {
            try
            {
                // The run may end before whoever cancelled it comes to write that down.
                if (snapshot.CancelRequested is { } cancelled)
                    await store.TryRequestCancelAsync(active.Run.RunId, cancelled, CancellationToken.None);
                if (!await store.TryFinishAsync(
                    active.Run.RunId, instance.Id, outcome, error, snapshot.Progress, finished, CancellationToken.None))
                    SchedulingLog.Lost(logger, active.Run.RunId, outcome);
                return;
            }
#pragma warning disable CA1031 // an end that is not recorded would block the type, so it is tried until it is
            catch (Exception e)
#pragma warning restore CA1031
            {
                SchedulingLog.EndNotRecorded(logger, e, active.Run.RunId, wait.TotalSeconds);
            }

            await Task.Delay(wait, time, _abandoned.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RenewLeaseAsync(ActiveRun active)
    {
        var now = time.GetUtcNow();
        try
        {
            var progress = active.Feed.Snapshot().Progress;
            var stored = await store.RenewLeaseAsync(
                active.Run.RunId, instance.Id, now, now + options.Value.Lease, progress, CancellationToken.None);
            if (stored is null && !active.Ended.IsCompleted && _active.ContainsKey(active.Run.RunId))
                await active.StopAsync(RunStop.Lost, "The store declared the run lost.", now);
            else if (stored?.CancelRequested is { } cancelled)
                await active.StopAsync(RunStop.Cancelled, CancelReason, cancelled);
        }
#pragma warning disable CA1031 // the next renewal may succeed; the lease outlives several
        catch (Exception e)
#pragma warning restore CA1031
        {
            SchedulingLog.LeaseNotRenewed(logger, e, active.Run.RunId);
        }
    }

    private ValueTask<bool> StopForShutdownAsync(ActiveRun active) =>
        active.StopAsync(RunStop.Shutdown, "The server shut down.", time.GetUtcNow());

    private async Task AbandonAsync(ActiveRun active)
    {
        var grace = options.Value.ShutdownGrace;
        SchedulingLog.NotStopped(logger, active.Run.RunId, active.Run.JobName, grace.TotalSeconds);
        var error = $"The server shut down, and the job did not stop within {grace.TotalSeconds} s.";
        var progress = active.Feed.Snapshot().Progress;
        try
        {
            await store.TryFinishAsync(
                active.Run.RunId, instance.Id, JobRunOutcome.Failed, error, progress, time.GetUtcNow(), CancellationToken.None);
        }
#pragma warning disable CA1031 // the next start recovers what could not be recorded; the shutdown goes on
        catch (Exception e)
#pragma warning restore CA1031
        {
            SchedulingLog.EndLost(logger, e, active.Run.RunId);
        }
    }

    private static Dhis2Exception ShuttingDown() =>
        new(ErrorKind.Unavailable, "The server is shutting down.") { RetryAfter = TimeSpan.FromSeconds(2) };
}
