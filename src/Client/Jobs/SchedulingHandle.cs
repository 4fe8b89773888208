using System.Runtime.CompilerServices;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Watching;

namespace Dhis2Grpc.Client.Jobs;

/// <summary>What runs, what ran, and the watches.</summary>
public sealed class SchedulingHandle
{
    private readonly SchedulingService.SchedulingServiceClient _service;
    private readonly RunWatch _watch;

    internal SchedulingHandle(SchedulingService.SchedulingServiceClient service, RunWatch watch)
    {
        _service = service;
        _watch = watch;
    }

    /// <summary>Running jobs in short, by wire name of the type such as ANALYTICS_TABLE.</summary>
    public async Task<IReadOnlyDictionary<string, JobProcessOverviewList>> ListRunningAsync(
        CancellationToken cancellationToken = default) =>
        (await _service.ListRunningAsync(new(), cancellationToken: cancellationToken)).Types_.AsReadOnly();

    /// <summary>Progress of the running job of a type; empty when none runs.</summary>
    public async Task<IReadOnlyList<JobProcess>> GetRunningAsync(
        JobType type, CancellationToken cancellationToken = default)
    {
        var request = new GetRunningRequest { JobType = type };
        return (await _service.GetRunningAsync(request, cancellationToken: cancellationToken)).Sequence;
    }

    /// <summary>Latest completed run of each type in short, by wire name of the type.</summary>
    public async Task<IReadOnlyDictionary<string, JobProcessOverviewList>> ListCompletedAsync(
        CancellationToken cancellationToken = default) =>
        (await _service.ListCompletedAsync(new(), cancellationToken: cancellationToken)).Types_.AsReadOnly();

    /// <summary>Progress of the latest completed run of a type; empty when there is none.</summary>
    public async Task<IReadOnlyList<JobProcess>> GetCompletedAsync(
        JobType type, CancellationToken cancellationToken = default)
    {
        var request = new GetCompletedRequest { JobType = type };
        return (await _service.GetCompletedAsync(request, cancellationToken: cancellationToken)).Sequence;
    }

    /// <summary>Progress of a job's running run, else of its last; null when it never ran.</summary>
    public async Task<JobRunProgress?> GetProgressAsync(string jobUid, CancellationToken cancellationToken = default)
    {
        var request = new GetJobProgressRequest { JobId = jobUid };
        return (await _service.GetJobProgressAsync(request, cancellationToken: cancellationToken)).Progress;
    }

    /// <summary>What the last ended run of a job found wrong; null when nothing.</summary>
    public async Task<JobRunErrors?> GetErrorsAsync(string jobUid, CancellationToken cancellationToken = default)
    {
        var request = new GetJobRunErrorsRequest { JobId = jobUid };
        var errors = (await _service.GetJobRunErrorsAsync(request, cancellationToken: cancellationToken)).Errors;
        return errors.HasId ? errors : null;
    }

    /// <summary>Jobs whose last ended run found something wrong, latest first.</summary>
    public async Task<IReadOnlyList<JobRunErrors>> ListErrorsAsync(
        RunErrorQuery? query = null, CancellationToken cancellationToken = default) =>
        (await _service.ListJobRunErrorsAsync((query ?? new()).ToRequest(), cancellationToken: cancellationToken)).Jobs;

    /// <summary>Run history, latest first, page by page as it is consumed; without progress.</summary>
    public async IAsyncEnumerable<JobRun> ListRunsAsync(
        RunQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = (query ?? new()).ToRequest();
        do
        {
            var page = await _service.ListJobRunsAsync(request, cancellationToken: cancellationToken);
            foreach (var run in page.Runs)
                yield return run;
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Reads one run with its progress.</summary>
    public async Task<JobRun> GetRunAsync(string runId, CancellationToken cancellationToken = default)
    {
        var request = new GetJobRunRequest { RunId = runId };
        return (await _service.GetJobRunAsync(request, cancellationToken: cancellationToken)).Run;
    }

    /// <summary>Cancels what runs; it stops at its next item.</summary>
    /// <returns>False: nothing was running.</returns>
    public async Task<bool> CancelAsync(WatchTarget target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var response =
            await _service.CancelJobRunAsync(target.ToCancelRequest(), cancellationToken: cancellationToken);
        return response.Cancelled;
    }

    /// <summary>Watches a run to its end, or with <see cref="WatchOptions.Follow"/> all runs of a job or type.
    /// Connection losses are survived; the end of a run is delivered exactly once.</summary>
    public IAsyncEnumerable<JobRunUpdate> WatchAsync(
        WatchTarget target, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _watch.OneAsync(target, options ?? new(), cancellationToken);
    }

    /// <summary>Watches all running jobs, for ever. Connection losses are survived.</summary>
    public IAsyncEnumerable<JobRunUpdate> WatchRunningAsync(
        WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        _watch.AllAsync(options ?? new(), cancellationToken);
}
