using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Job configurations and runs in the LiteDB file.</summary>
internal sealed class LiteDbJobStore(LiteDbStore store) : IJobStore
{
    private readonly RunHistory _history = new(store);

    /// <inheritdoc/>
    public ValueTask<JobConfiguration?> FindAsync(string uid, CancellationToken cancellationToken) =>
        new(store.Read(uid, static (m, id) => m.Jobs.GetValueOrDefault(id)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyCollection<JobConfiguration>> ListAsync(CancellationToken cancellationToken) =>
        new(store.Read(0, static (m, _) => m.Jobs.Values.ToArray()));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobConfiguration>> ListByNameAsync(CancellationToken cancellationToken) =>
        new(store.Read(0, static (m, _) => m.JobsByName.All));

    /// <inheritdoc/>
    public ValueTask<JobWrite> CreateAsync(JobConfiguration configuration, CancellationToken cancellationToken) => store.WriteAsync(
        (model, changes) =>
        {
            if (model.Jobs.TryGetValue(configuration.Uid, out var existing))
                return new JobWrite(JobWriteResult.UidTaken, existing);
            if (Conflict(model, configuration, null) is { } conflict)
                return conflict;
            return Put(configuration with { Revision = 1 }, changes);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobWrite> UpdateAsync(JobConfiguration configuration, CancellationToken cancellationToken) => store.WriteAsync(
        (model, changes) =>
        {
            if (!model.Jobs.TryGetValue(configuration.Uid, out var existing))
                return new JobWrite(JobWriteResult.NotFound, null);
            if (existing.Revision != configuration.Revision)
                return new JobWrite(JobWriteResult.RevisionChanged, existing);
            if (Conflict(model, configuration, existing) is { } conflict)
                return conflict;
            return Put(configuration with { Revision = existing.Revision + 1 }, changes);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobWrite> DeleteAsync(string uid, long? revision, CancellationToken cancellationToken) => store.WriteAsync(
        (model, changes) =>
        {
            if (!model.Jobs.TryGetValue(uid, out var existing))
                return new JobWrite(JobWriteResult.NotFound, null);
            if (revision is { } r && r != existing.Revision)
                return new JobWrite(JobWriteResult.RevisionChanged, existing);
            changes.Add(new JobDeleted(uid));
            return new JobWrite(JobWriteResult.Written, null);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobState> GetStateAsync(string uid, CancellationToken cancellationToken) =>
        new(store.Read(uid, static (m, id) => m.States.GetValueOrDefault(id)) ?? new JobState { JobUid = uid });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, JobState>> ListStatesAsync(CancellationToken cancellationToken) =>
        new(store.Read(0, static (m, _) => new Dictionary<string, JobState>(m.States)));

    /// <inheritdoc/>
    public ValueTask<JobStart> TryStartAsync(JobRun run, long? revision, CancellationToken cancellationToken)
    {
        var progress = StoredProgress.Encode(run.Progress);
        return store.WriteAsync(
            (model, changes) =>
            {
                if (!model.Jobs.TryGetValue(run.JobUid, out var job))
                    return JobStart.NotFound;
                if ((revision is { } r && r != job.Revision) || job.Type != run.Type)
                    return JobStart.RevisionChanged;
                if (!job.Enabled)
                    return JobStart.Disabled;
                if (model.FindRunning(run.Type) is not null)
                    return JobStart.TypeRunning;
                changes.Add(new RunPut(new(run, run.Started, progress), HadDocument: false));
                return JobStart.Started;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryFinishAsync(
        string runId,
        string owner,
        JobRunOutcome outcome,
        string? error,
        RunProgress progress,
        DateTimeOffset finished,
        CancellationToken cancellationToken)
    {
        var encoded = StoredProgress.Encode(progress);
        return store.WriteAsync(
            (model, changes) =>
            {
                if (!model.Running.TryGetValue(runId, out var stored) || stored.Run.Owner != owner)
                    return false;
                var run = stored.Run with { Outcome = outcome, Error = error, Progress = progress, Finished = finished };
                changes.Add(new RunPut(new(run, finished, encoded), stored.Progress.IsDocument));
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryRequestCancelAsync(string runId, DateTimeOffset time, CancellationToken cancellationToken) =>
        store.WriteAsync(
            (model, changes) =>
            {
                if (!model.Running.TryGetValue(runId, out var stored) || stored.Run.CancelRequested is not null)
                    return false;
                changes.Add(new RunPut(stored with { Run = stored.Run with { CancelRequested = time } }, false));
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<JobRun?> RenewLeaseAsync(
        string runId,
        string owner,
        DateTimeOffset now,
        DateTimeOffset leaseUntil,
        RunProgress progress,
        CancellationToken cancellationToken)
    {
        var encoded = StoredProgress.Encode(progress);
        return await store.WriteAsync(
            (model, changes) =>
            {
                if (!model.Running.TryGetValue(runId, out var stored) || stored.Run.Owner != owner)
                    return null;
                var run = stored.Run with { LeaseUntil = leaseUntil, Progress = progress };
                changes.Add(new RunPut(new(run, now, encoded), stored.Progress.IsDocument));
                return run;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JobRun>> RecoverStaleAsync(
        string owner, string reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Only this process can open the file: whoever else owns a run is gone, whatever its lease says.
        var lost = store.Read(owner, static (m, o) => m.Running.Values.Where(r => r.Run.Owner != o).ToList());
        var recovered = new List<JobRun>();
        foreach (var stored in lost)
        {
            var read = await _history.WithProgressAsync(stored, cancellationToken).ConfigureAwait(false);
            var progress = LostProgress.End(read, reason, now);
            if (await TryFinishAsync(
                read.RunId, read.Owner, JobRunOutcome.Failed, reason, progress, now, cancellationToken).ConfigureAwait(false))
            {
                recovered.Add(read with { Outcome = JobRunOutcome.Failed, Error = reason, Finished = now, Progress = progress });
            }
        }

        return recovered;
    }

    /// <inheritdoc/>
    public async ValueTask RecordSkippedAsync(JobRun skipped, CancellationToken cancellationToken)
    {
        var run = skipped with { Outcome = JobRunOutcome.Skipped, Progress = RunProgress.Empty };
        await store.WriteAsync(
            (_, changes) =>
            {
                changes.Add(new RunPut(new(run, run.Started, StoredProgress.None), HadDocument: false));
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<JobRun?> FindRunAsync(string runId, CancellationToken cancellationToken) =>
        _history.FindAsync(runId, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRun>> ListRunningAsync(CancellationToken cancellationToken) =>
        _history.WithProgressAsync(store.Read(0, static (m, _) => m.Running.Values.ToArray()), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRun>> ListLatestCompletedAsync(CancellationToken cancellationToken) =>
        _history.WithProgressAsync(store.Read(0, static (m, _) => m.Latest.Values.ToArray()), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRun>> ListRunsAsync(JobRunQuery query, CancellationToken cancellationToken) =>
        _history.ListAsync(query, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> PruneRunsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        _history.PruneAsync(before, cancellationToken);

    private static JobWrite? Conflict(StoreModel model, JobConfiguration configuration, JobConfiguration? existing)
    {
        if (model.JobNames.TryGetValue(configuration.Name, out var other) && other != configuration.Uid)
            return new(JobWriteResult.NameTaken, existing, other);
        if (configuration.Code is { } code && model.JobCodes.TryGetValue(code, out other) && other != configuration.Uid)
            return new(JobWriteResult.CodeTaken, existing, other);
        return null;
    }

    private static JobWrite Put(JobConfiguration configuration, List<Change> changes)
    {
        changes.Add(new JobPut(configuration));
        return new(JobWriteResult.Written, configuration);
    }
}
