using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Watching;

namespace Dhis2Grpc.Client.Jobs;

/// <summary>One run of a job.</summary>
public sealed class RunHandle
{
    private readonly Dhis2Client _client;

    internal RunHandle(Dhis2Client client, string runId)
    {
        ArgumentException.ThrowIfNullOrEmpty(runId);
        _client = client;
        RunId = runId;
    }

    /// <summary>Identifier of the run.</summary>
    public string RunId { get; }

    /// <summary>Reads the run with its progress.</summary>
    public Task<JobRun> GetAsync(CancellationToken cancellationToken = default) =>
        _client.Scheduling.GetRunAsync(RunId, cancellationToken);

    /// <summary>Watches the run to its end. Connection losses are survived.</summary>
    public IAsyncEnumerable<JobRunUpdate> WatchAsync(
        WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        _client.Scheduling.WatchAsync(WatchTarget.Run(RunId), options, cancellationToken);

    /// <summary>Waits for the end of the run.</summary>
    /// <returns>The run as it ended, with its progress.</returns>
    public async Task<JobRun> WaitAsync(CancellationToken cancellationToken = default)
    {
        JobRun? last = null;
        await foreach (var update in WatchAsync(null, cancellationToken))
            last = update.Run;
        return last ?? await GetAsync(cancellationToken);
    }

    /// <summary>Cancels the run; it stops at its next item.</summary>
    /// <returns>False: it was not running.</returns>
    public Task<bool> CancelAsync(CancellationToken cancellationToken = default) =>
        _client.Scheduling.CancelAsync(WatchTarget.Run(RunId), cancellationToken);
}
