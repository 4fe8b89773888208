using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Jobs of a queue run one after another, in the order of their positions; a gap is no end. The chain ends
/// when a member does not complete, and the rest is recorded as not run.</summary>
internal sealed class QueueChain(IJobStore store, SkippedRuns skipped, TimeProvider time)
{
    /// <summary>What follows a run of a queue's member.</summary>
    /// <param name="job">The member.</param>
    /// <param name="outcome">How its run ended.</param>
    /// <param name="closed">No more runs can start.</param>
    /// <param name="cancellationToken">Cancels reading the store.</param>
    /// <returns>The job to start; null at the end of the queue.</returns>
    public async ValueTask<JobConfiguration?> NextAsync(
        JobConfiguration job, JobRunOutcome outcome, bool closed, CancellationToken cancellationToken)
    {
        var rest = await RestAsync(job, cancellationToken);
        if (rest is not [var next, ..])
            return null;
        if (outcome == JobRunOutcome.Completed && !closed && next.Enabled)
            return next;
        var reason = outcome switch
        {
            JobRunOutcome.Failed => $"Job \"{job.Name}\" before it in the queue failed.",
            JobRunOutcome.Stopped => $"Job \"{job.Name}\" before it in the queue was stopped.",
            _ when closed => "The server shut down.",
            _ => $"Job \"{next.Name}\" of the queue is disabled.",
        };
        Skip(rest, reason);
        return null;
    }

    /// <summary>A member could not be started; neither it nor the rest runs.</summary>
    public async ValueTask BreakAsync(JobConfiguration job, string why, CancellationToken cancellationToken) =>
        Skip([job, .. await RestAsync(job, cancellationToken)], $"Job \"{job.Name}\" of the queue {why}.");

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
