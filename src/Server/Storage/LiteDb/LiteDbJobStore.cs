using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Job configurations and runs in the LiteDB file.</summary>
internal sealed class LiteDbJobStore(LiteDbStore store) : IJobStore
{
    private readonly RunHistory _history = new(store);

    /// <inheritdoc/>
    public ValueTask<JobConfiguration?> FindAsync(string uid, CancellationToken cancellationToken) =>
        new(store.Read(uid, static (m, id) => m.Jobs.GetValueOrDefault(id)?.Configuration));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyCollection<JobConfiguration>> ListAsync(CancellationToken cancellationToken) =>
        new(store.Read(0, static (m, _) => m.Jobs.Values.Select(j => j.Configuration).ToArray()));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobConfiguration>> ListByNameAsync(CancellationToken cancellationToken) =>
        new(store.Read(0, static (m, _) => m.JobsByName.All));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobRecord>> ListRecordsAsync(CancellationToken cancellationToken) =>
        new(store.Read(0, static (m, _) => m.JobsByName.Records));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyCollection<JobConfiguration>> ListClashingAsync(
        JobConfiguration configuration, CancellationToken cancellationToken) =>
        new(store.Read(configuration, static (m, c) => m.Clashing(c)));

    /// <inheritdoc/>
    public ValueTask<JobWrite> CreateAsync(JobConfiguration configuration, CancellationToken cancellationToken) => store.WriteAsync(
        draft =>
        {
            if (draft.FindJob(configuration.Uid) is { } existing)
                return new JobWrite(JobWriteResult.UidTaken, existing);
            if (Conflict(draft, configuration, null) is { } conflict)
                return conflict;
            return Put(configuration with { Revision = 1 }, draft);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobWrite> UpdateAsync(JobConfiguration configuration, CancellationToken cancellationToken) => store.WriteAsync(
        draft =>
        {
            if (draft.FindJob(configuration.Uid) is not { } existing)
                return new JobWrite(JobWriteResult.NotFound, null);
            if (existing.Revision != configuration.Revision)
                return new JobWrite(JobWriteResult.RevisionChanged, existing);
            if (Conflict(draft, configuration, existing) is { } conflict)
                return conflict;
            return Put(configuration with { Revision = existing.Revision + 1 }, draft);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JobConfiguration>?> TryUpdateAsync(
        IReadOnlyList<JobConfiguration> configurations, CancellationToken cancellationToken) => store.WriteAsync(
        draft =>
        {
            foreach (var job in configurations)
            {
                if (draft.FindJob(job.Uid) is not { } existing || existing.Revision != job.Revision || Conflict(draft, job, existing) is not null)
                    return null;
            }

            var written = new JobConfiguration[configurations.Count];
            for (var i = 0; i < written.Length; i++)
                written[i] = Put(configurations[i] with { Revision = configurations[i].Revision + 1 }, draft).Configuration!;
            return (IReadOnlyList<JobConfiguration>?)written;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobWrite> DeleteAsync(string uid, long? revision, CancellationToken cancellationToken) => store.WriteAsync(
        draft =>
        {
            if (draft.FindJob(uid) is not { } existing)
                return new JobWrite(JobWriteResult.NotFound, null);
            if (revision is { } r && r != existing.Revision)
                return new JobWrite(JobWriteResult.RevisionChanged, existing);
            draft.Add(new JobDeleted(uid));
            return new JobWrite(JobWriteResult.Written, null);
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobState> GetStateAsync(string uid, CancellationToken cancellationToken) =>
        new(store.Read(uid, static (m, id) => m.Jobs.TryGetValue(id, out var job) ? m.StateOf(job) : null) ?? new JobState { JobUid = uid });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, JobState>> ListStatesAsync(CancellationToken cancellationToken) =>
        new(store.Read(0, static (m, _) => m.Jobs.Values.Where(j => j.HasState).ToDictionary(j => j.Configuration.Uid, j => m.StateOf(j)!)));

    /// <inheritdoc/>
    public ValueTask<JobStart> TryStartAsync(JobRun run, long? revision, CancellationToken cancellationToken) =>
        store.WriteAsync(draft => TryStart(draft, new(run, revision)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JobStart[]> TryStartAsync(IReadOnlyList<JobClaim> claims, CancellationToken cancellationToken) =>
        store.WriteAsync(draft => Decide(claims, draft, TryStart), cancellationToken);

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
        var end = new JobRunEnd(runId, owner, outcome, error, progress, finished);
        return store.WriteAsync(draft => TryFinish(draft, (end, encoded)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool[]> TryFinishAsync(IReadOnlyList<JobRunEnd> ends, CancellationToken cancellationToken)
    {
        var encoded = new (JobRunEnd, StoredProgress)[ends.Count];
        for (var i = 0; i < encoded.Length; i++)
            encoded[i] = (ends[i], StoredProgress.Encode(ends[i].Progress));
        return store.WriteAsync(draft => Decide(encoded, draft, TryFinish), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryRequestCancelAsync(string runId, DateTimeOffset time, CancellationToken cancellationToken) =>
        store.WriteAsync(
            draft =>
            {
                if (draft.FindRunning(runId) is not { } stored || stored.Run.CancelRequested is not null)
                    return false;
                draft.Add(new RunPut(stored.With(stored.Run with { CancelRequested = time }, stored.Alive, stored.Progress), false));
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
            draft =>
            {
                if (draft.FindRunning(runId) is not { } stored || stored.Claim.Owner != owner)
                    return null;
                var run = stored.Run with { LeaseUntil = leaseUntil, Progress = progress };
                draft.Add(new RunPut(stored.With(run, now, encoded), stored.Progress.IsDocument));
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
            draft =>
            {
                draft.Add(new RunPut(new(run, run.Started, StoredProgress.None), HadDocument: false));
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

    private static TAnswer[] Decide<TAsk, TAnswer>(
        IReadOnlyList<TAsk> asks, StoreDraft draft, Func<StoreDraft, TAsk, TAnswer> decide)
    {
        var answers = new TAnswer[asks.Count];
        for (var i = 0; i < answers.Length; i++)
            answers[i] = decide(draft, asks[i]);
        return answers;
    }

    private static JobStart TryStart(StoreDraft draft, JobClaim claim)
    {
        var run = claim.Run;
        if (draft.FindStoredJob(run.JobUid) is not { } stored)
            return JobStart.NotFound;
        var job = stored.Configuration;
        if ((claim.Revision is { } revision && revision != job.Revision) || job.Type != run.Type)
            return JobStart.RevisionChanged;
        if (!job.Enabled)
            return JobStart.Disabled;
        if (draft.FindRunning(run.Type) is not null)
            return JobStart.TypeRunning;
        var put = new StoredRun(run, run.Started, StoredProgress.Encode(run.Progress)) { Job = draft.IsChanged(run.JobUid) ? null : stored };
        draft.Add(new RunPut(put, HadDocument: false));
        return JobStart.Started;
    }

    private static bool TryFinish(StoreDraft draft, (JobRunEnd End, StoredProgress Progress) ask)
    {
        var (end, progress) = ask;
        if (draft.FindRunning(end.RunId) is not { } stored || stored.Claim.Owner != end.Owner)
            return false;
        var run = stored.Claim;
        draft.Add(new RunPut(stored.End(end.Outcome, end.Error, end.Finished, progress), stored.Progress.IsDocument));
        var codes = RunError.CodesOf(end.Progress.Errors);
        if ((codes.Length > 0 || draft.FindErrors(run.JobUid) is not null) && draft.FindJob(run.JobUid) is not null)
            draft.Add(new RunErrorsPut(run.JobUid, codes.Length > 0 ? new(run.RunId, codes) : null));
        return true;
    }

    private static JobWrite? Conflict(StoreDraft draft, JobConfiguration configuration, JobConfiguration? existing)
    {
        if (draft.FindJobName(configuration.Name) is { } named && named != configuration.Uid)
            return new(JobWriteResult.NameTaken, existing, named);
        if (configuration.Code is { } code && draft.FindJobCode(code) is { } coded && coded != configuration.Uid)
            return new(JobWriteResult.CodeTaken, existing, coded);
        return null;
    }

    private static JobWrite Put(JobConfiguration configuration, StoreDraft draft)
    {
        draft.Add(new JobPut(configuration));
        return new(JobWriteResult.Written, configuration);
    }
}
