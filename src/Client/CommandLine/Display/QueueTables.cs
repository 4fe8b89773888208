using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Json;
using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Tables of queues, their runs, and errors of runs.</summary>
internal static class QueueTables
{
    /// <summary>Queues in short.</summary>
    public static void Queues(IAnsiConsole console, IEnumerable<SchedulerEntry> queues)
    {
        var table = JobTables.Table(console, "NAME", "WHEN", "STATUS", "NEXT RUN", "JOBS");
        foreach (var queue in queues)
        {
            table.Row(
                queue.Name, queue.CronExpression, WireNames.Of(queue.Status), ShownText.Time(queue.NextExecutionTime),
                string.Join(", ", queue.Sequence.Select(j => j.Name)));
        }

        console.Write(table);
    }

    /// <summary>A queue's jobs, and how its last run went.</summary>
    public static void Queue(IAnsiConsole console, JobQueue queue, Dictionary<string, string> names, JobQueueRun? run)
    {
        console.Profile.Out.Writer.WriteLine($"{queue.Name}  {queue.CronExpression}{(run is null ? "" : $"  last run {WireNames.Of(run.State)} {ShownText.Time(run.StartedTime)}")}");
        var table = JobTables.Table(console, "#", "ID", "NAME", "LAST RUN", "ERROR");
        for (var i = 0; i < queue.Sequence.Count; i++)
        {
            var step = run?.Steps.FirstOrDefault(s => s.JobId == queue.Sequence[i]);
            table.Row(
                i.ToString(CultureInfo.InvariantCulture), queue.Sequence[i], names[queue.Sequence[i]],
                step is null ? "" : WireNames.Of(step.State), step?.Error.ReplaceLineEndings(" ") ?? "");
        }

        console.Write(table);
    }

    /// <summary>How a queue's run ended, job by job.</summary>
    public static void Run(IAnsiConsole console, JobQueueRun run)
    {
        console.Profile.Out.Writer.WriteLine(
            $"{run.QueueName} {WireNames.Of(run.State)} in {ShownText.Span(run.CompletedTime?.ToDateTimeOffset() - run.StartedTime?.ToDateTimeOffset())}");
        var table = JobTables.Table(console, "#", "JOB", "STATE", "ERROR");
        foreach (var step in run.Steps)
        {
            table.Row(
                step.Position.ToString(CultureInfo.InvariantCulture), step.JobName, WireNames.Of(step.State),
                step.Error.ReplaceLineEndings(" "));
        }

        console.Write(table);
    }

    /// <summary>What runs found wrong.</summary>
    public static void Errors(IAnsiConsole console, IEnumerable<JobRunErrors> jobs)
    {
        var table = JobTables.Table(console, "JOB", "TYPE", "RAN", "CODE", "OBJECT", "MESSAGE");
        foreach (var job in jobs)
        {
            foreach (var error in job.Errors?.Errors ?? [])
            {
                table.Row(
                    job.Id, WireNames.Of(job.Type), ShownText.Time(job.Executed), error.Code,
                    error.HasId ? $"{error.Type} {error.Id}".Trim() : "", error.Message.ReplaceLineEndings(" "));
            }
        }

        console.Write(table);
    }
}
