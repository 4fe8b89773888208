using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;
using Google.Protobuf;
using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>Output that several commands about runs share.</summary>
internal static class RunCommandOutput
{
    /// <summary>How a run ended, in one line.</summary>
    public static void Outcome(IAnsiConsole console, JobRun run) => console.Profile.Out.Writer.WriteLine(
        $"{run.JobName} {WireNames.Of(run.State)} in {ShownText.Span(run.CompletedTime?.ToDateTimeOffset() - run.StartedTime?.ToDateTimeOffset())}{(run.HasError ? $": {run.Error.ReplaceLineEndings(" ")}" : "")}");

    /// <summary>A run as a tree.</summary>
    public static void Tree(CommandContext context, JobRun run)
    {
        var console = context.Terminal.Out;
        console.Write(RunTree.Draw(
            [RunView.Of(run)], context.Terminal.Time.GetUtcNow(), console.Profile.Capabilities.Unicode, console.Profile.Width));
    }

    /// <summary>The processes of a type's run as a tree.</summary>
    public static void Processes(CommandContext context, JobType type, IReadOnlyList<JobProcess> processes)
    {
        if (context.Json)
        {
            context.WriteJson(MessageJson.FormatList("sequence", processes));
            return;
        }

        if (processes.Count == 0)
        {
            context.Note($"No such run of {WireNames.Of(type)}.");
            return;
        }

        var first = processes[0];
        var last = processes[^1];
        Tree(context, new JobRun
        {
            JobName = WireNames.Of(type),
            JobType = type,
            State = State(last.Status),
            StartedTime = first.StartedTime,
            CompletedTime = last.CompletedTime,
            CancelledTime = last.CancelledTime,
            Sequence = { processes },
        });
    }

    /// <summary>Overviews by type as a table.</summary>
    public static void Overview(CommandContext context, IReadOnlyDictionary<string, JobProcessOverviewList> types, string nothing)
    {
        if (context.Json)
        {
            context.WriteJson(MessageJson.FormatMap(types.OrderBy(t => t.Key, StringComparer.Ordinal)
                .Select(t => new KeyValuePair<string, IMessage>(t.Key, t.Value))));
            return;
        }

        if (types.Count == 0)
        {
            context.Note(nothing);
            return;
        }

        var table = JobTables.Table(context.Terminal.Out, "TYPE", "STATUS", "PROCESS", "STARTED", "ENDED", "STAGE", "NOTE");
        foreach (var (type, list) in types.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            foreach (var process in list.Processes)
            {
                table.Row(
                    type, Status(process.Status), process.Description, ShownText.Time(process.StartedTime),
                    ShownText.Time(process.CompletedTime), process.Stages.LastOrDefault() ?? "",
                    (process.HasError ? process.Error : process.Summary).ReplaceLineEndings(" "));
            }
        }

        context.Terminal.Out.Write(table);
    }

    private static JobRunState State(ProgressStatus status) => status switch
    {
        ProgressStatus.Success => JobRunState.Completed,
        ProgressStatus.Error => JobRunState.Failed,
        ProgressStatus.Cancelled => JobRunState.Stopped,
        _ => JobRunState.Running,
    };

    private static string Status(ProgressStatus status) => status.ToString().ToUpperInvariant();
}
