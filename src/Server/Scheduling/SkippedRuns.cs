using System.Globalization;
using System.Threading.Channels;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Writes occurrences that did not run into the history, behind the scheduler's back.</summary>
internal sealed class SkippedRuns(
    IJobStore store, RunIds ids, ServerInstance instance, Telemetry telemetry, ILogger<SkippedRuns> logger)
{
    private const int WrittenTogether = 1_024;

    // Unbounded: at most a few records per job, and the scheduler must not wait.
    private readonly Channel<JobRun> _records = Channel.CreateUnbounded<JobRun>(new() { SingleReader = true });

    /// <summary>Occurrences are too late to be made up.</summary>
    public void Missed(JobConfiguration job, SkippedOccurrences missed, TimeSpan window, DateTimeOffset now) =>
        Record(job, missed, now, $"Missed by more than {Text(window)}, the job's catch-up window{Stretch(missed)}.");

    /// <summary>Occurrences passed before a run that makes up for all of them.</summary>
    public void Covered(JobConfiguration job, SkippedOccurrences covered, JobRun run) =>
        Record(job, covered, run.Started, $"Made up by run {run.RunId}, which was due before{Stretch(covered)}.");

    /// <summary>A member of a queue does not start.</summary>
    public void NotReached(JobConfiguration job, string reason, DateTimeOffset now) =>
        Record(job, new SkippedOccurrences(now, now, 1), now, reason);

    /// <summary>No more is to be recorded; <see cref="WriteAsync"/> ends when the rest is written.</summary>
    public void Complete() => _records.Writer.TryComplete();

    /// <summary>Writes until completed.</summary>
    public async Task WriteAsync()
    {
        var writes = new List<Task>();
        while (await _records.Reader.WaitToReadAsync(CancellationToken.None))
        {
            // After a pause of the server there can be one for each of very many jobs; a store groups what waits.
            while (writes.Count < WrittenTogether && _records.Reader.TryRead(out var record))
                writes.Add(WriteOneAsync(record));
            await Task.WhenAll(writes);
            writes.Clear();
        }
    }

    private async Task WriteOneAsync(JobRun record)
    {
        try
        {
            await store.RecordSkippedAsync(record, CancellationToken.None);
        }
#pragma warning disable CA1031 // history that cannot be written must not end the scheduler
        catch (Exception e)
#pragma warning restore CA1031
        {
            SchedulingLog.NotRecorded(logger, e, record.JobName, record.Scheduled, record.Error);
        }
    }

    private void Record(JobConfiguration job, SkippedOccurrences occurrences, DateTimeOffset now, string reason)
    {
        telemetry.Skipped(job.Type, occurrences.Count ?? 1);
        SchedulingLog.Skipped(logger, job.Name, occurrences.Last, reason);
        _records.Writer.TryWrite(new JobRun
        {
            RunId = ids.Next(now),
            JobUid = job.Uid,
            JobName = job.Name,
            Type = job.Type,
            Trigger = job.QueuePosition > 0 ? JobRunTrigger.Queue : JobRunTrigger.Schedule,
            Scheduled = occurrences.Last,
            Started = now,
            Finished = now,
            Outcome = JobRunOutcome.Skipped,
            Error = reason,
            UserUid = job.ExecutedBy,
            Owner = instance.Id,
        });
    }

    private static string Stretch(SkippedOccurrences occurrences) => occurrences.Count == 1
        ? ""
        : string.Create(
            CultureInfo.InvariantCulture,
            $" ({occurrences.Count?.ToString("N0", CultureInfo.InvariantCulture) ?? "very many"} occurrences from {occurrences.First:yyyy-MM-dd HH:mm:ss}Z on)");

    private static string Text(TimeSpan window) => window.ToString("c", CultureInfo.InvariantCulture);
}
