using System.Runtime.CompilerServices;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Watches of runs as the contract promises them: which run is meant, what is sent first, when it ends.</summary>
internal sealed class JobRunWatches(
    JobRuns runs, JobConfigurations configurations, ProgressHub hub, RunEventMessages messages)
{
    /// <summary>Watches one run, or with follow all of a job or type.</summary>
    /// <param name="request">What to watch.</param>
    /// <param name="opened">Called when the watch stands and nothing can go wrong with the request any more.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<WatchJobRunResponse> WatchAsync(
        WatchJobRunRequest request, Func<Task> opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = FilterOf(request);
        // The watch stands before anything is looked up: what happens meanwhile is not missed.
        using var watcher = runs.Watch(filter, request.ResumeToken);
        if (filter.JobUid is { } uid)
            await configurations.GetAsync(uid, cancellationToken);
        var run = filter.RunId is { } runId
            ? await runs.FindAsync(runId, cancellationToken) ?? throw Dhis2Exception.NotFound("JobRun", runId)
            : null;
        await opened();

        // A single run never has a next; a job or type without a running run may wait for it.
        if (run is not null ? run.Outcome is not null : !request.Follow && !IsRunning(filter))
        {
            var positions = ResumeToken.Parse(request.ResumeToken);
            run ??= await ResumedAsync(filter, positions, cancellationToken) ?? await LatestAsync(filter, cancellationToken);
            if (run is not null)
            {
                if (EndOf(run, positions.GetValueOrDefault(run.RunId, -1)) is { } end)
                    yield return messages.Of(new(end, ResumeToken.Format([new(end.RunId, end.Revision)])));
                yield break;
            }
        }

        await foreach (var watched in watcher.ReadAsync(cancellationToken))
        {
            yield return messages.Of(watched);
            if (watched.Event.Terminal && (!request.Follow || filter.RunId is not null))
                yield break;
        }
    }

    /// <summary>Watches all runs, without end.</summary>
    public async IAsyncEnumerable<WatchJobRunResponse> WatchAllAsync(
        string resumeToken, Func<Task> opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = runs.Watch(RunFilter.All, resumeToken);
        await opened();
        await foreach (var watched in watcher.ReadAsync(cancellationToken))
            yield return messages.Of(watched);
    }

    /// <summary>The request does not say which run it is about.</summary>
    public static Dhis2Exception NoTarget() =>
        new(ErrorKind.InvalidArgument, "One of job_type, job_id and run_id is required.", "E1003");

    private static RunFilter FilterOf(WatchJobRunRequest request) => request.TargetCase switch
    {
        WatchJobRunRequest.TargetOneofCase.JobType when request.JobType != JobType.Unspecified => new() { Type = request.JobType },
        WatchJobRunRequest.TargetOneofCase.JobId => new() { JobUid = request.JobId },
        WatchJobRunRequest.TargetOneofCase.RunId => new() { RunId = request.RunId },
        _ => throw NoTarget(),
    };

    private bool IsRunning(RunFilter filter) => hub.Running.Any(filter.Matches);

    // The run in which an earlier stream was interrupted.
    private async ValueTask<JobRun?> ResumedAsync(
        RunFilter filter, Dictionary<string, long> positions, CancellationToken cancellationToken)
    {
        foreach (var runId in positions.Keys)
        {
            if (await runs.FindAsync(runId, cancellationToken) is { Outcome: not null } run
                && filter.Matches(run.RunId, run.JobUid, run.Type))
                return run;
        }

        return null;
    }

    // Without reading the history: it may be long, and the store knows both by heart.
    private async ValueTask<JobRun?> LatestAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        var latest = filter.JobUid is { } uid
            ? await runs.FindLatestAsync(uid, cancellationToken)
            : (await runs.LatestCompletedAsync(cancellationToken)).FirstOrDefault(r => r.Type == filter.Type);
        // One that has just begun is watched, not told of.
        return latest is { Outcome: not null } ? latest : null;
    }

    // What a reader that has the revision, or nothing below 0, lacks of an ended run; null when nothing.
    private RunEvent? EndOf(JobRun run, long revision)
    {
        if (hub.FindRecent(run.RunId) is { } feed)
            return feed.EventSince(revision);
        // Memory has let the run go, or it was lost in a crash, and with it what the revision meant.
        return new RunEvent
        {
            RunId = run.RunId,
            JobUid = run.JobUid,
            Type = run.Type,
            Revision = Math.Max(run.Progress.Revision, revision + 1),
            Terminal = true,
            Snapshot = run,
        };
    }
}
