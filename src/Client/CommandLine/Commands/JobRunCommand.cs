using System.CommandLine;
using System.Text.Json.Nodes;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 jobs run`.</summary>
internal static class JobRunCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var job = JobCommands.JobArgument();
        var wait = new Option<bool>("--wait") { Description = "Wait for the end of the run; exit code 1 when it fails" };
        var watch = new Option<bool>("--watch", "-w") { Description = "Wait, and show the progress" };
        var command = new CliCommand(
            "run", "Starts a job now; prints the run's id",
            "dhis2 jobs run 'Nightly analytics'",
            "dhis2 jobs run 'Nightly analytics' --watch",
            "dhis2 jobs run fX2nHkq3w9a --wait && echo built").With(job, wait, watch);
        return cli.On(command, async (context, ct) =>
        {
            var found = await JobReference.FindAsync(context.Client, context.Get(job), ct);
            var run = await context.Client.Job(found.Id).ExecuteAsync(ct);
            if (context.Get(watch))
            {
                var display = new RunDisplay(context.Terminal, context.Json);
                var shown = await display.ShowAsync(run.WatchAsync(display.Options(), ct), ct);
                return CodeOf(shown);
            }

            if (context.Get(wait))
            {
                var ended = await run.WaitAsync(ct);
                context.Write(ended, console => RunCommandOutput.Outcome(console, ended));
                return CodeOf(ended);
            }

            if (context.Json)
                context.WriteJson(new JsonObject { ["runId"] = run.RunId, ["jobId"] = found.Id }.ToJsonString());
            else
                context.Terminal.Text.WriteLine(run.RunId);
            return ExitCode.Ok;
        });
    }

    /// <summary>Exit code of a run that ended.</summary>
    public static int CodeOf(JobRun? run) => run?.State == JobRunState.Completed ? ExitCode.Ok : ExitCode.Failed;
}
