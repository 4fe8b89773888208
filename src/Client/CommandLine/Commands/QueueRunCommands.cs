using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Watching;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 queues run` and `watch`.</summary>
internal static class QueueRunCommands
{
    /// <summary>Builds `run`.</summary>
    public static Command Run(Dhis2CommandLine cli)
    {
        var queue = QueueCommands.QueueArgument();
        var watch = new Option<bool>("--watch", "-w") { Description = "Show the progress to the end; exit code 1 when it fails" };
        var command = new CliCommand(
            "run", "Starts a queue now; prints the id of its first run",
            "dhis2 queues run Night",
            "dhis2 queues run Night --watch").With(queue, watch);
        return cli.On(command, async (context, ct) =>
        {
            var name = context.Get(queue);
            var run = await context.Client.Queues.ExecuteAsync(name, ct);
            if (context.Get(watch))
                return await ShowAsync(context, o => context.Client.Queues.WatchAsync(name, run, o, ct), follow: false, ct);
            if (context.Json)
                context.WriteJson(new JsonObject { ["queue"] = name, ["runId"] = run.RunId }.ToJsonString());
            else
                context.Terminal.Text.WriteLine(run.RunId);
            return ExitCode.Ok;
        });
    }

    /// <summary>Builds `watch`.</summary>
    public static Command Watch(Dhis2CommandLine cli)
    {
        var queue = QueueCommands.QueueArgument();
        var follow = new Option<bool>("--follow") { Description = "Go on with the next run of the queue when one ends" };
        var command = new CliCommand(
            "watch", "Shows a queue's run live, job after job, to its end. Exit code 1 when it fails",
            "dhis2 queues watch Night",
            "dhis2 queues watch Night --json | jq -c 'select(.queueRun).queueRun.state'").With(queue, follow);
        return cli.On(command, (context, ct) => ShowAsync(context, o => context.Client.Queues.WatchAsync(context.Get(queue), o, ct), context.Get(follow), ct));
    }

    private static async Task<int> ShowAsync(
        CommandContext context, Func<WatchOptions, IAsyncEnumerable<JobQueueUpdate>> watch, bool follow, CancellationToken cancellationToken)
    {
        var display = new RunDisplay(context.Terminal, json: false);
        var updates = watch(display.Options(follow));
        var ended = new Ended();
        if (context.Json)
            await WriteAsync(context, updates, ended);
        else
            await display.ShowAsync(RunsOf(updates, ended, cancellationToken), cancellationToken);
        if (!context.Json && ended.Run is { } run)
            QueueTables.Run(context.Terminal.Out, run);
        return ended.Run?.State == JobRunState.Completed ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async IAsyncEnumerable<JobRunUpdate> RunsOf(
        IAsyncEnumerable<JobQueueUpdate> updates, Ended ended, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var update in updates.WithCancellation(cancellationToken))
        {
            if (update.Run is { } run)
                yield return run;
            ended.Take(update);
        }
    }

    private static async Task WriteAsync(CommandContext context, IAsyncEnumerable<JobQueueUpdate> updates, Ended ended)
    {
        await foreach (var update in updates)
        {
            var message = new WatchJobQueueRunResponse { ResumeToken = update.ResumeToken, Terminal = update.Terminal };
            if (update.QueueRun is not null)
                message.QueueRun = update.QueueRun;
            else if (update.Run is { } run)
                message.Run = RunDisplay.ToMessage(run);
            await context.Terminal.Text.WriteLineAsync(MessageJson.Format(message, indented: false));
            await context.Terminal.Text.FlushAsync();
            ended.Take(update);
        }
    }

    private sealed class Ended
    {
        /// <summary>The last run of the queue that ended.</summary>
        public JobQueueRun? Run { get; private set; }

        public void Take(JobQueueUpdate update) => Run = update.Terminal ? update.QueueRun : Run;
    }
}
