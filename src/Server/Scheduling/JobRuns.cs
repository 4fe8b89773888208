using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Starts, cancels and reads runs.</summary>
internal sealed class JobRuns(IJobStore store, ProgressHub hub)
{
    public ValueTask<JobRun> ExecuteAsync(string uid, User caller, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask<bool> CancelAsync(RunFilter filter, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The runs in progress, live, in start order.</summary>
    public IReadOnlyList<JobRun> Running() =>
        [.. hub.Running.Select(f => f.Snapshot()).OrderBy(r => r.RunId, StringComparer.Ordinal)];

    /// <summary>The latest completed run of each type, with its progress.</summary>
    public ValueTask<IReadOnlyList<JobRun>> LatestCompletedAsync(CancellationToken cancellationToken) =>
        store.ListLatestCompletedAsync(cancellationToken);

    /// <summary>A run with its progress, live or stored; null when there is none.</summary>
    public async ValueTask<JobRun?> FindAsync(string runId, CancellationToken cancellationToken) =>
        hub.Find(runId)?.Snapshot() ?? await store.FindRunAsync(runId, cancellationToken);

    /// <summary>Run history, latest first, without progress.</summary>
    public ValueTask<IReadOnlyList<JobRun>> ListAsync(JobRunQuery query, CancellationToken cancellationToken) =>
        store.ListRunsAsync(query, cancellationToken);

    /// <summary>Watches runs. That the run or job exists is checked by the caller. The watcher must be disposed.</summary>
    public RunWatcher Watch(RunFilter filter, string? resumeToken) => hub.Watch(filter, resumeToken, store.FindRunAsync);
}
