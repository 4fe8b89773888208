using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

/// <summary>The port in its simplest form: dictionaries under one lock.</summary>
internal sealed class MemoryJobStore : IJobStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JobConfiguration> _jobs = [];
    private readonly Dictionary<string, JobState> _states = [];
    private readonly Dictionary<string, JobRun> _runs = [];
    private readonly Dictionary<JobType, string> _latest = [];

    /// <summary>Every call by name, to count the work.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Fails a call of that name when it returns an exception.</summary>
    public Func<string, Exception?>? Fault { get; set; }

    /// <summary>Runs inside a call of that name before it takes effect.</summary>
    public Action<string>? Before { get; set; }

    public ValueTask<JobConfiguration?> FindAsync(string uid, CancellationToken cancellationToken) =>
        Do("Find", () => _jobs.GetValueOrDefault(uid));

    public ValueTask<IReadOnlyCollection<JobConfiguration>> ListAsync(CancellationToken cancellationToken) =>
        Do<IReadOnlyCollection<JobConfiguration>>("List", () => [.. _jobs.Values]);

    public ValueTask<IReadOnlyList<JobConfiguration>> ListByNameAsync(CancellationToken cancellationToken) =>
        Do<IReadOnlyList<JobConfiguration>>("ListByName", () =>
            [.. _jobs.Values.OrderBy(j => j.Name, StringComparer.OrdinalIgnoreCase).ThenBy(j => j.Uid, StringComparer.Ordinal)]);

    public ValueTask<IReadOnlyList<JobRecord>> ListRecordsAsync(CancellationToken cancellationToken) =>
        Do<IReadOnlyList<JobRecord>>("ListRecords", () =>
        [
            .. _jobs.Values.OrderBy(j => j.Name, StringComparer.OrdinalIgnoreCase).ThenBy(j => j.Uid, StringComparer.Ordinal)
                .Select(j => new JobRecord(j, _states.GetValueOrDefault(j.Uid))),
        ]);

    public ValueTask<IReadOnlyCollection<JobConfiguration>> ListClashingAsync(JobConfiguration configuration, CancellationToken cancellationToken) =>
        Do<IReadOnlyCollection<JobConfiguration>>("ListClashing", () =>
        [
            .. _jobs.Values.Where(j => j.Uid == configuration.Uid || j.Name == configuration.Name
                || (j.Code is not null && j.Code == configuration.Code)
                || (j.CronExpression is not null && j.CronExpression == configuration.CronExpression && j.Type == configuration.Type)),
        ]);

    public ValueTask<JobWrite> CreateAsync(JobConfiguration configuration, CancellationToken cancellationToken) => Do("Create", () =>
        _jobs.TryGetValue(configuration.Uid, out var stored)
            ? new JobWrite(JobWriteResult.UidTaken, stored, stored.Uid)
            : Taken(configuration) ?? Write(configuration with { Revision = 1 }));

    public ValueTask<JobWrite> UpdateAsync(JobConfiguration configuration, CancellationToken cancellationToken) => Do("Update", () =>
    {
        if (!_jobs.TryGetValue(configuration.Uid, out var stored))
            return new JobWrite(JobWriteResult.NotFound, null);
        return stored.Revision != configuration.Revision
            ? new JobWrite(JobWriteResult.RevisionChanged, stored)
            : Taken(configuration) ?? Write(configuration with { Revision = configuration.Revision + 1 });
    });

    public ValueTask<IReadOnlyList<JobConfiguration>?> TryUpdateAsync(
        IReadOnlyList<JobConfiguration> configurations, CancellationToken cancellationToken) => Do<IReadOnlyList<JobConfiguration>?>("TryUpdate", () =>
        configurations.Any(c => _jobs.GetValueOrDefault(c.Uid)?.Revision != c.Revision || Taken(c) is not null)
            ? null
            : [.. configurations.Select(c => Write(c with { Revision = c.Revision + 1 }).Configuration!)]);

    public ValueTask<JobWrite> DeleteAsync(string uid, long? revision, CancellationToken cancellationToken) => Do("Delete", () =>
    {
        if (!_jobs.TryGetValue(uid, out var stored))
            return new JobWrite(JobWriteResult.NotFound, null);
        if (revision is not null && revision != stored.Revision)
            return new JobWrite(JobWriteResult.RevisionChanged, stored);
        _jobs.Remove(uid);
        _states.Remove(uid);
        return new JobWrite(JobWriteResult.Written, null);
    });

    public ValueTask<JobState> GetStateAsync(string uid, CancellationToken cancellationToken) => Do("GetState", () => State(uid));

    public ValueTask<IReadOnlyDictionary<string, JobState>> ListStatesAsync(CancellationToken cancellationToken) =>
        Do<IReadOnlyDictionary<string, JobState>>("ListStates", () => new Dictionary<string, JobState>(_states));

    public ValueTask<JobStart> TryStartAsync(JobRun run, long? revision, CancellationToken cancellationToken) => Do("TryStart", () =>
    {
        if (!_jobs.TryGetValue(run.JobUid, out var job))
            return JobStart.NotFound;
        if (revision is not null && revision != job.Revision)
            return JobStart.RevisionChanged;
        if (!job.Enabled)
            return JobStart.Disabled;
        if (_runs.Values.Any(r => r.Type == run.Type && r.Outcome is null))
            return JobStart.TypeRunning;
        _runs[run.RunId] = run;
        var state = State(run.JobUid);
        _states[run.JobUid] = state with
        {
            RunningRunId = run.RunId,
            LastExecuted = run.Started,
            LastAlive = run.Started,
            LastOccurrence = Later(state.LastOccurrence, run.Trigger == Server.Scheduling.JobRunTrigger.Schedule ? run.Scheduled : null),
        };
        return JobStart.Started;
    });

    public async ValueTask<JobStart[]> TryStartAsync(IReadOnlyList<JobClaim> claims, CancellationToken cancellationToken)
    {
        var results = new JobStart[claims.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = await TryStartAsync(claims[i].Run, claims[i].Revision, cancellationToken);
        return results;
    }

    public async ValueTask<bool[]> TryFinishAsync(IReadOnlyList<JobRunEnd> ends, CancellationToken cancellationToken)
    {
        var results = new bool[ends.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var end = ends[i];
            results[i] = await TryFinishAsync(end.RunId, end.Owner, end.Outcome, end.Error, end.Progress, end.Finished, cancellationToken);
        }

        return results;
    }

    public ValueTask<bool> TryFinishAsync(
        string runId, string owner, JobRunOutcome outcome, string? error, RunProgress progress, DateTimeOffset finished, CancellationToken cancellationToken) =>
        Do("TryFinish", () =>
        {
            if (!Owned(runId, owner, out var run))
                return false;
            Finish(run with { Outcome = outcome, Error = error, Progress = progress, Finished = finished });
            return true;
        });

    public ValueTask<bool> TryRequestCancelAsync(string runId, DateTimeOffset time, CancellationToken cancellationToken) => Do("TryRequestCancel", () =>
    {
        if (!_runs.TryGetValue(runId, out var run) || run.Outcome is not null || run.CancelRequested is not null)
            return false;
        _runs[runId] = run with { CancelRequested = time };
        return true;
    });

    public ValueTask<JobRun?> RenewLeaseAsync(
        string runId, string owner, DateTimeOffset now, DateTimeOffset leaseUntil, RunProgress progress, CancellationToken cancellationToken) =>
        Do("RenewLease", () =>
        {
            if (!Owned(runId, owner, out var run))
                return null;
            _states[run.JobUid] = State(run.JobUid) with { LastAlive = now };
            return _runs[runId] = run with { LeaseUntil = leaseUntil, Progress = progress };
        });

    public ValueTask<IReadOnlyList<JobRun>> RecoverStaleAsync(
        string owner, string reason, DateTimeOffset now, CancellationToken cancellationToken) => Do<IReadOnlyList<JobRun>>("RecoverStale", () =>
    {
        var stale = _runs.Values.Where(r => r.Outcome is null && r.Owner != owner).ToList();
        foreach (var run in stale)
            Finish(run with { Outcome = JobRunOutcome.Failed, Error = reason, Finished = now });
        return stale;
    });

    public async ValueTask RecordSkippedAsync(JobRun skipped, CancellationToken cancellationToken) => await Do("RecordSkipped", () =>
    {
        _runs[skipped.RunId] = skipped;
        var state = State(skipped.JobUid);
        _states[skipped.JobUid] = state with
        {
            LastOccurrence = Later(state.LastOccurrence, skipped.Scheduled),
            LastOutcome = skipped.Trigger == Server.Scheduling.JobRunTrigger.Queue ? JobRunOutcome.Skipped : state.LastOutcome,
        };
        return true;
    });

    public ValueTask<JobRun?> FindRunAsync(string runId, CancellationToken cancellationToken) =>
        Do("FindRun", () => _runs.GetValueOrDefault(runId));

    public ValueTask<IReadOnlyList<JobRun>> ListRunningAsync(CancellationToken cancellationToken) =>
        Do<IReadOnlyList<JobRun>>("ListRunning", () => [.. _runs.Values.Where(r => r.Outcome is null)]);

    public ValueTask<IReadOnlyList<JobRun>> ListLatestCompletedAsync(CancellationToken cancellationToken) =>
        Do<IReadOnlyList<JobRun>>("ListLatestCompleted", () => [.. _latest.Values.Select(id => _runs[id])]);

    public ValueTask<IReadOnlyList<JobRun>> ListRunsAsync(JobRunQuery query, CancellationToken cancellationToken) =>
        Do<IReadOnlyList<JobRun>>("ListRuns", () =>
        [
            .. _runs.Values
                .Where(r => (query.JobUid is null || r.JobUid == query.JobUid)
                    && (query.Type is null || r.Type == query.Type)
                    && (query.Outcome is null || r.Outcome == query.Outcome)
                    && (!query.Running || r.Outcome is null)
                    && (query.BeforeRunId is null || string.CompareOrdinal(r.RunId, query.BeforeRunId) < 0))
                .OrderByDescending(r => r.RunId, StringComparer.Ordinal)
                .Take(query.Limit),
        ]);

    public ValueTask<int> PruneRunsAsync(DateTimeOffset before, CancellationToken cancellationToken) => Do("PruneRuns", () =>
    {
        var old = _runs.Values.Where(r => r.Finished < before && !_latest.ContainsValue(r.RunId)).ToList();
        foreach (var run in old)
            _runs.Remove(run.RunId);
        return old.Count;
    });

    private ValueTask<T> Do<T>(string name, Func<T> call)
    {
        Before?.Invoke(name);
        lock (_gate)
        {
            Calls.Add(name);
            if (Fault?.Invoke(name) is { } fault)
                return ValueTask.FromException<T>(fault);
            return ValueTask.FromResult(call());
        }
    }

    private JobState State(string uid) => _states.GetValueOrDefault(uid) ?? new JobState { JobUid = uid };

    private bool Owned(string runId, string owner, out JobRun run) =>
        _runs.TryGetValue(runId, out run!) && run.Outcome is null && run.Owner == owner;

    private void Finish(JobRun run)
    {
        _runs[run.RunId] = run;
        _latest[run.Type] = run.RunId;
        _states[run.JobUid] = State(run.JobUid) with
        {
            RunningRunId = null,
            LastFinished = run.Finished,
            LastAlive = null,
            LastOutcome = run.Outcome,
            LastErrors = RunError.CodesOf(run.Progress.Errors) is { Length: > 0 } codes ? new(run.RunId, codes) : null,
        };
    }

    private JobWrite Write(JobConfiguration configuration)
    {
        _jobs[configuration.Uid] = configuration;
        return new JobWrite(JobWriteResult.Written, configuration);
    }

    private JobWrite? Taken(JobConfiguration configuration)
    {
        var others = _jobs.Values.Where(j => j.Uid != configuration.Uid).ToList();
        if (others.FirstOrDefault(j => j.Name == configuration.Name) is { } sameName)
            return new JobWrite(JobWriteResult.NameTaken, null, sameName.Uid);
        return configuration.Code is not null && others.FirstOrDefault(j => j.Code == configuration.Code) is { } sameCode
            ? new JobWrite(JobWriteResult.CodeTaken, null, sameCode.Uid)
            : null;
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one > other || other is null ? one : other;
}
