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

    // A shorter run that went well by schedule is no news.
    private static readonly TimeSpan WorthALine = TimeSpan.FromSeconds(1);

    private readonly ActiveRuns _active = new();
    private RunEnds? _ends;
    private RunQueue? _queue;

    /// <summary>Hears of runs that ended and were recorded.</summary>
    public event Action<IReadOnlyList<EndedRun>>? Ended;

    /// <summary>No more runs start: the server shuts down.</summary>
    public bool IsClosed => _active.IsClosed;

    private RunEnds Ends => LazyInitializer.EnsureInitialized(ref _ends, () => new(store, instance, time, logger, _active, Recorded));

    private RunQueue Queue => LazyInitializer.EnsureInitialized(ref _queue, () => new(run => _ = RunAsync(run)));

    /// <summary>Claims runs together, each decided on its own. <see cref="Run"/> must follow for each that is
    /// claimed.</summary>
    /// <exception cref="Dhis2Exception">The server shuts down, or the store fails; none is claimed.</exception>
    public async ValueTask<(JobStart Result, ActiveRun? Run)[]> ClaimAsync(IReadOnlyList<StartRequest> requests)
    {
        _active.BeginClaim();
        var claimed = Array.Empty<(JobStart Result, ActiveRun? Run)>();
        try
        {
            var claims = new JobClaim[requests.Count];
            var now = time.GetUtcNow();
            for (var i = 0; i < claims.Length; i++)
                claims[i] = new(NewRun(requests[i], now), requests[i].Configuration.Revision);
            // A claim that a caller gave up while it was being written would be nobody's.
            var results = await store.TryStartAsync(claims, CancellationToken.None);
            claimed = new (JobStart, ActiveRun?)[results.Length];
            for (var i = 0; i < results.Length; i++)
            {
                var (run, request) = (claims[i].Run, requests[i]);
                claimed[i] = (results[i], results[i] == JobStart.Started
                    ? new ActiveRun(run, request.Configuration, request.Job, hub.Begin(run))
                    : null);
            }

            return claimed;
        }
        finally
        {
            _active.EndClaim(claimed.Select(c => c.Run).OfType<ActiveRun>());
        }
    }

    /// <summary>Does claimed runs on threads of the pool.</summary>
    public void Run(IEnumerable<ActiveRun> runs) => Queue.Add(runs);

    /// <summary>Cancels the runs that match, at a user's wish. All views show it at once.</summary>
    /// <returns>False when nothing was running, or all was cancelled before.</returns>
    public async ValueTask<bool> CancelAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        var cancelled = false;
        foreach (var active in _active.All.Where(a => filter.Matches(a.Feed)))
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

    /// <summary>Ends a run that gives no sign of life as failed. Its work, if it is this server's and goes on after all,
    /// is asked to stop, and how it ends no longer counts.</summary>
    /// <returns>False when it ended meanwhile.</returns>
    public async ValueTask<bool> RevertAsync(JobRun run, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var last = hub.Find(run.RunId)?.Snapshot() ?? run;
        if (!await store.TryFinishAsync(
            run.RunId, run.Owner, JobRunOutcome.Failed, reason, LostProgress.End(last, reason, now), now, cancellationToken))
            return false;
        SchedulingLog.Reverted(logger, run.RunId, run.JobName, run.Type);
        foreach (var active in _active.All.Where(a => a.Run.RunId == run.RunId))
            await active.StopAsync(RunStop.Lost, reason, now);
        return true;
    }

    /// <summary>Renews the leases of all runs and saves their progress, again and again until cancelled.</summary>
    public async Task RenewLeasesAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.LeaseRenewal, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
            await Task.WhenAll(_active.All.Select(RenewLeaseAsync));
    }

    /// <summary>Starts no more runs, asks those in progress to stop, and waits for them. One that does not stop within
    /// the grace period, or until cancelled, is recorded as failed.</summary>
    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        await _active.CloseAsync();
        foreach (var active in _active.All)
            await StopForShutdownAsync(active);
        try
        {
            await _active.EndedAsync().WaitAsync(options.Value.ShutdownGrace, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await Ends.AbandonAsync();
            foreach (var active in _active.All)
                await AbandonAsync(active);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ends?.Dispose();

    private JobRun NewRun(in StartRequest request, DateTimeOffset now) => new()
    {
        RunId = ids.Next(now),
        JobUid = request.Configuration.Uid,
        JobName = request.Configuration.Name,
        Type = request.Configuration.Type,
        Trigger = request.Trigger,
        Scheduled = request.Scheduled,
        Started = now,
        UserUid = request.Configuration.ExecutedBy,
        Owner = instance.Id,
        LeaseUntil = now + options.Value.Lease,
    };

    private async Task RunAsync(ActiveRun active)
    {
        var run = active.Run;
        var begin = time.GetTimestamp();
        using var activity = telemetry.RunStarted(run);
        SchedulingLog.RunStarts(logger, run.RunId, run.JobName, run.Type, run.Trigger);
        var failure = await WorkAsync(active);
        var (outcome, error) = active.Feed.Close(failure);
        if (outcome == JobRunOutcome.Failed)
            SchedulingLog.RunFailed(logger, failure is JobNotBuiltException ? null : failure, run.RunId, run.JobName, run.Type, error);
        var duration = time.GetElapsedTime(begin);
        telemetry.RunEnded(run.Type, outcome, error, duration, activity);
        var now = time.GetUtcNow();
        Ends.Add(new(active, outcome, error, now > run.Started ? now : run.Started, duration));
    }

    private void Recorded(IReadOnlyList<EndedRun> runs)
    {
        foreach (var (active, outcome, error, finished, duration) in runs)
        {
            active.Feed.End(outcome, error, finished);
            hub.End(active.Feed);
            active.Dispose();
            Log(active.Run, outcome, duration);
        }

        _active.Remove(runs);
        Ended?.Invoke(runs);
    }

    // What an operator wants to see of thousands of short runs is in the metrics and the history.
    private void Log(JobRun run, JobRunOutcome outcome, TimeSpan duration)
    {
        var level = outcome == JobRunOutcome.Completed && run.Trigger == JobRunTrigger.Schedule && duration < WorthALine
            ? LogLevel.Debug
            : LogLevel.Information;
        SchedulingLog.RunEnded(logger, level, run.RunId, run.JobName, run.Type, duration.TotalSeconds, outcome);
    }

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

    private async Task RenewLeaseAsync(ActiveRun active)
    {
        var now = time.GetUtcNow();
        try
        {
            var progress = active.Feed.Snapshot().Progress;
            var stored = await store.RenewLeaseAsync(
                active.Run.RunId, instance.Id, now, now + options.Value.Lease, progress, CancellationToken.None);
            if (stored is null && _active.Contains(active.Run.RunId))
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
}
