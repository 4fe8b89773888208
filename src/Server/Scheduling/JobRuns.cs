using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Starts, cancels and reads runs.</summary>
internal sealed class JobRuns(IJobStore store, ProgressHub hub, SchedulerLoop loop, JobRunner runner, ILogger<JobRuns> logger)
{
    private const int MaxAttempts = 5;
    private const int NearestRuns = 4;

    /// <summary>Starts a job now, whatever its schedule.</summary>
    /// <returns>The run, which has started.</returns>
    /// <exception cref="Dhis2Exception">NotFound: there is no such job. Conflict: E7006, a job of its type is running;
    /// E1004, it is disabled. Unavailable: the server shuts down.</exception>
    public async ValueTask<JobRun> ExecuteAsync(string uid, User caller, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var job = await store.FindAsync(uid, cancellationToken) ?? throw JobErrors.NotFoundToRun(uid);
            var (result, run) = await loop.ExecuteAsync(job);
            switch (result)
            {
                case JobStart.Started:
                    SchedulingLog.Executed(logger, caller.Username, job.Name, run!.RunId);
                    return run;
                case JobStart.NotFound:
                    throw JobErrors.NotFoundToRun(uid);
                case JobStart.Disabled:
                    throw JobErrors.Disabled(job);
                case JobStart.TypeRunning:
                    throw JobErrors.TypeRunning(job);
                case JobStart.RevisionChanged when attempt < MaxAttempts:
                    continue;
                default:
                    throw JobErrors.Changed(uid);
            }
        }
    }

    /// <summary>Cancels what runs and matches. All views show it at once; the job stops at its next item.</summary>
    /// <returns>False when nothing was running, or all was cancelled before.</returns>
    public ValueTask<bool> CancelAsync(RunFilter filter, CancellationToken cancellationToken) =>
        runner.CancelAsync(filter, cancellationToken);

    /// <summary>The runs in progress, live, in start order.</summary>
    public IReadOnlyList<JobRun> Running() =>
        [.. hub.Running.Select(f => f.Snapshot()).OrderBy(r => r.RunId, StringComparer.Ordinal)];

    /// <summary>The latest completed run of each type, with its progress.</summary>
    public ValueTask<IReadOnlyList<JobRun>> LatestCompletedAsync(CancellationToken cancellationToken) =>
        store.ListLatestCompletedAsync(cancellationToken);

    /// <summary>A run with its progress, live or stored; null when there is none.</summary>
    public async ValueTask<JobRun?> FindAsync(string runId, CancellationToken cancellationToken) =>
        hub.Find(runId)?.Snapshot() ?? await store.FindRunAsync(runId, cancellationToken);

    /// <summary>The run of a job that is in progress, else its last one, with its progress; null when it never ran.</summary>
    public async ValueTask<JobRun?> FindLatestAsync(string jobUid, CancellationToken cancellationToken)
    {
        if (hub.FindByJob(jobUid) is { } feed)
            return feed.Snapshot();
        if ((await store.GetStateAsync(jobUid, cancellationToken)).LastExecuted is not { } started)
            return null;
        // Identifiers sort by start, so that the long history after it need not be read; skipped occurrences come near.
        var query = new JobRunQuery { JobUid = jobUid, BeforeRunId = RunIds.After(started), Limit = NearestRuns };
        var last = await FirstAsync(query, cancellationToken)
            // Of a clock that was set back, identifiers run ahead.
            ?? await FirstAsync(query with { BeforeRunId = null }, cancellationToken);
        // Lists come without progress.
        return last is null ? null : await store.FindRunAsync(last.RunId, cancellationToken);
    }

    /// <summary>The run in progress, else the last one, of the jobs that ran last, with their progress.</summary>
    /// <param name="type">Of this type; null for all types.</param>
    /// <param name="jobsOfType">Jobs of each type, at most.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    public async ValueTask<IReadOnlyList<JobRun>> ListLatestAsync(JobType? type, int jobsOfType, CancellationToken cancellationToken)
    {
        var states = await store.ListStatesAsync(cancellationToken);
        var ran = (await store.ListAsync(cancellationToken))
            .Where(j => type is null || j.Type == type)
            .Select(j => (Job: j, states.GetValueOrDefault(j.Uid)?.LastExecuted))
            .Where(j => j.LastExecuted is not null)
            .GroupBy(j => j.Job.Type)
            .SelectMany(g => g.OrderByDescending(j => j.LastExecuted).Take(jobsOfType));
        var found = new List<JobRun>();
        foreach (var (job, _) in ran)
        {
            if (await FindLatestAsync(job.Uid, cancellationToken) is { } run && run.Type == job.Type)
                found.Add(run);
        }

        return found;
    }

    /// <summary>Jobs whose last ended run found something wrong, with that run, the last to start first.</summary>
    public async ValueTask<IReadOnlyList<(JobConfiguration Job, JobRun Run)>> ListErrorsAsync(
        RunErrorFilter filter, CancellationToken cancellationToken)
    {
        var states = await store.ListStatesAsync(cancellationToken);
        var found = new List<(JobConfiguration, JobRun)>();
        foreach (var (uid, state) in states)
        {
            // The codes of all are in memory; runs are read of those only that may be wanted.
            if (state.LastErrors is not { } errors || !filter.Matches(errors)
                || await store.FindAsync(uid, cancellationToken) is not { } job || !filter.Matches(job))
                continue;
            if (await store.FindRunAsync(errors.RunId, cancellationToken) is { } run && filter.Matches(run))
                found.Add((job, run));
        }

        found.Sort(static (a, b) => b.Item2.Started.CompareTo(a.Item2.Started));
        return found;
    }

    /// <summary>Run history, latest first, without progress.</summary>
    public ValueTask<IReadOnlyList<JobRun>> ListAsync(JobRunQuery query, CancellationToken cancellationToken) =>
        store.ListRunsAsync(query, cancellationToken);

    /// <summary>Watches runs. That the run or job exists is checked by the caller. The watcher must be disposed.</summary>
    public RunWatcher Watch(RunFilter filter, string? resumeToken) => hub.Watch(filter, resumeToken, store.FindRunAsync);

    private async ValueTask<JobRun?> FirstAsync(JobRunQuery query, CancellationToken cancellationToken) =>
        (await store.ListRunsAsync(query, cancellationToken)).FirstOrDefault(r => r.Outcome is not null and not JobRunOutcome.Skipped);
}
