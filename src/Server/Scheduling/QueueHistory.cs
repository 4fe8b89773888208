using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What the history of its jobs tells of a queue's run; no run through a queue outlives the server's process,
/// but those of its jobs are recorded.</summary>
internal sealed class QueueHistory(IJobStore store, QueueRuns runs)
{
    /// <summary>The run of a queue that goes on, else the latest; null when it never ran.</summary>
    public async ValueTask<QueueRun?> LatestAsync(JobQueue queue, CancellationToken cancellationToken) =>
        runs.Look(queue.Name).Run ?? await ReadAsync(queue, cancellationToken);

    private async ValueTask<QueueRun?> ReadAsync(JobQueue queue, CancellationToken cancellationToken)
    {
        var records = new List<(JobConfiguration Job, JobRun Run)>();
        foreach (var job in queue.Members)
        {
            // One that never ran is not looked for in the whole history.
            var state = await store.GetStateAsync(job.Uid, cancellationToken);
            if (state.LastExecuted is null && state.LastOutcome is null)
                continue;
            if (await store.ListRunsAsync(new JobRunQuery { JobUid = job.Uid, Limit = 1 }, cancellationToken) is [var run])
                records.Add((job, run));
        }

        // What a job did before it was put into the queue was no run of the queue.
        var begins = records.Where(r => r.Run.Trigger != JobRunTrigger.Queue && r.Run.Started >= r.Job.LastUpdated
            && r.Run.Outcome is not null and not JobRunOutcome.Skipped).ToList();
        if (begins.Count == 0)
            return null;
        var begin = begins.MaxBy(r => r.Run.RunId, StringComparer.Ordinal);
        var steps = new List<QueueStep>();
        foreach (var job in queue.Members.Where(j => j.QueuePosition >= begin.Job.QueuePosition))
        {
            var run = records.Find(r => r.Job == job && string.CompareOrdinal(r.Run.RunId, begin.Run.RunId) >= 0).Run;
            steps.Add(run is null ? QueueStep.Skipped(job, "The server ended before its turn.") : QueueStep.Of(job, run));
        }

        return new QueueRun
        {
            Id = begin.Run.RunId,
            Queue = queue.Name,
            Started = begin.Run.Started,
            Finished = records.Max(r => r.Run.Finished),
            Outcome = steps.Select(s => s.Outcome).FirstOrDefault(o => o is JobRunOutcome.Failed or JobRunOutcome.Stopped)
                ?? (steps.TrueForAll(s => s.Outcome == JobRunOutcome.Completed) ? JobRunOutcome.Completed : JobRunOutcome.Failed),
            Steps = steps,
        };
    }
}
