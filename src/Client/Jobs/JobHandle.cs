using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Watching;

namespace Dhis2Grpc.Client.Jobs;

/// <summary>One job configuration.</summary>
public sealed class JobHandle
{
    private readonly Dhis2Client _client;

    internal JobHandle(Dhis2Client client, string uid)
    {
        ArgumentException.ThrowIfNullOrEmpty(uid);
        _client = client;
        Uid = uid;
    }

    /// <summary>UID of the job configuration.</summary>
    public string Uid { get; }

    /// <summary>Reads the job configuration.</summary>
    public Task<JobConfiguration> GetAsync(CancellationToken cancellationToken = default) =>
        _client.JobConfigurations.GetAsync(Uid, cancellationToken);

    /// <summary>Starts the job now, whatever its schedule. Fails with E7006 when a job of its type is running, and
    /// with E1004 when it is disabled.</summary>
    /// <returns>The run that was started.</returns>
    public async Task<RunHandle> ExecuteAsync(CancellationToken cancellationToken = default) =>
        new(_client, await _client.JobConfigurations.ExecuteAsync(Uid, cancellationToken));

    /// <summary>Watches the running run, or the latest when none runs; with <see cref="WatchOptions.Follow"/> all
    /// runs from now on. Connection losses are survived.</summary>
    public IAsyncEnumerable<JobRunUpdate> WatchAsync(
        WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        _client.Scheduling.WatchAsync(WatchTarget.Job(Uid), options, cancellationToken);

    /// <summary>Cancels the running run; it stops at its next item.</summary>
    /// <returns>False: nothing was running.</returns>
    public Task<bool> CancelAsync(CancellationToken cancellationToken = default) =>
        _client.Scheduling.CancelAsync(WatchTarget.Job(Uid), cancellationToken);

    /// <summary>Progress of the running run, else of the last; null when the job never ran.</summary>
    public Task<JobRunProgress?> GetProgressAsync(CancellationToken cancellationToken = default) =>
        _client.Scheduling.GetProgressAsync(Uid, cancellationToken);

    /// <summary>What the last ended run found wrong; null when nothing.</summary>
    public Task<JobRunErrors?> GetErrorsAsync(CancellationToken cancellationToken = default) =>
        _client.Scheduling.GetErrorsAsync(Uid, cancellationToken);

    /// <summary>Run history, latest first.</summary>
    public IAsyncEnumerable<JobRun> ListRunsAsync(CancellationToken cancellationToken = default) =>
        _client.Scheduling.ListRunsAsync(new RunQuery { JobUid = Uid }, cancellationToken);

    /// <summary>Lets the schedule and users start the job.</summary>
    public Task<JobConfiguration> EnableAsync(CancellationToken cancellationToken = default) =>
        _client.JobConfigurations.EnableAsync(Uid, cancellationToken);

    /// <summary>Keeps the schedule and users from starting the job.</summary>
    public Task<JobConfiguration> DisableAsync(CancellationToken cancellationToken = default) =>
        _client.JobConfigurations.DisableAsync(Uid, cancellationToken);

    /// <summary>Deletes the job configuration.</summary>
    public Task DeleteAsync(CancellationToken cancellationToken = default) =>
        _client.JobConfigurations.DeleteAsync(Uid, cancellationToken: cancellationToken);
}
