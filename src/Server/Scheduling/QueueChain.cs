using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Jobs of a queue run one after another, in the order of their positions; a gap is no end. The chain ends
/// when a member does not complete, and the rest is recorded as not run.</summary>
internal sealed class QueueChain(IJobStore store, QueueRuns runs, SkippedRuns skipped, TimeProvider time)
{
    /// <summary>A member started.</summary>
    public void Started(JobConfiguration job, JobRun run) => runs.Started(job, run);

    /// <summary>What follows a run of a queue's member.</summary>
    /// <param name="ended">The member's run.</param>
    /// <param name="closed">No more runs can start.</param>
    /// <param name="cancellationToken">Cancels reading the store.</param>
    /// <returns>The job to start; null at the end of the queue.</returns>
    public async ValueTask<JobConfiguration?> NextAsync(EndedRun ended, bool closed, CancellationToken cancellationToken)
    {
        var (job, runId, outcome) = (ended.Active.Configuration, ended.Active.Run.RunId, ended.Outcome);
        List<JobConfiguration> rest;
        try
        {
            // The queue may have been changed since; of a deleted job its place is still known.
            job = await store.FindAsync(job.Uid, cancellationToken) ?? job;
            rest = await RestAsync(job, cancellationToken);
        }
        catch
        {
            runs.Lose(runId, outcome, ended.Error);
            throw;
        }

        if (rest is not [var next, ..])
        {
            runs.End(runId, outcome, ended.Error, [], closed);
            return null;
        }

        if (outcome == JobRunOutcome.Completed && !closed && next.Enabled)
        {
            runs.Continue(runId, outcome, ended.Error, next);
            return next;
        }

        var reason = outcome switch
        {
            JobRunOutcome.Failed => $"Job \"{job.Name}\" before it in the queue failed.",
            JobRunOutcome.Stopped => $"Job \"{job.Name}\" before it in the queue was stopped.",
            _ when closed => "The server shut down.",
            _ => $"Job \"{next.Name}\" of the queue is disabled.",
        };
        Skip(rest, reason);
        runs.End(runId, outcome, ended.Error, rest.Select(j => QueueStep.Skipped(j, reason)), closed);
        return null;
    }

    /// <summary>A member that was to start cannot; neither it nor the rest runs.</summary>
    public async ValueTask BreakAsync(string jobUid, string why, CancellationToken cancellationToken)
    {
        if (!runs.TryTakeNext(jobUid, out var run, out var job))
            return;
        var reason = $"Job \"{job.Name}\" of the queue {why}.";
        List<JobConfiguration> rest = [job];
        try
        {
            rest.AddRange(await RestAsync(job, cancellationToken));
            Skip(rest, reason);
        }
        finally
        {
            runs.Break(run.Id, rest.Select(j => QueueStep.Skipped(j, reason)));
        }
    }

    /// <summary>A member's run was lost in a crash. The queue does not go on by itself: the rest is recorded as not run.</summary>
    public async ValueTask LostAsync(JobRun run, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(run.JobUid, cancellationToken) is { QueueName: not null } job)
            Skip(await RestAsync(job, cancellationToken), $"Job \"{job.Name}\" before it in the queue was lost when the server ended.");
    }

    private void Skip(List<JobConfiguration> jobs, string reason)
    {
        var now = time.GetUtcNow();
        foreach (var job in jobs)
            skipped.NotReached(job, reason, now);
    }

    private async ValueTask<List<JobConfiguration>> RestAsync(JobConfiguration job, CancellationToken cancellationToken)
    {
        var all = await store.ListAsync(cancellationToken);
        return [.. all.Where(j => j.QueueName == job.QueueName && j.QueuePosition > job.QueuePosition).OrderBy(j => j.QueuePosition)];
    }
}
