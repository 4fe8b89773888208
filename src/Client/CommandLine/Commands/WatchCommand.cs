using System.CommandLine;
using Dhis2Grpc.Client.CommandLine.Display;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 watch`.</summary>
internal static class WatchCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var target = RunTarget.Argument(optional: true);
        var follow = new Option<bool>("--follow") { Description = "Go on with the next run when one ends" };
        var command = new CliCommand(
            "watch", "Shows running jobs live to their end; without a target all, until Ctrl-C. Exit code 1 when the run fails",
            "dhis2 watch",
            "dhis2 watch ANALYTICS_TABLE",
            "dhis2 watch 'Nightly analytics' --follow",
            "dhis2 watch ANALYTICS_TABLE --json | jq -c 'select(.terminal).delta.state'").With(target, follow);
        return cli.On(command, async (context, ct) =>
        {
            var display = new RunDisplay(context.Terminal, context.Json);
            var options = display.Options(context.Get(follow));
            var scheduling = context.Client.Scheduling;
            var updates = context.Find(target) is { } name
                ? scheduling.WatchAsync(await RunTarget.FindAsync(context.Client, name, ct), options, ct)
                : scheduling.WatchRunningAsync(options, ct);
            return JobRunCommand.CodeOf(await display.ShowAsync(updates, ct));
        });
    }
}
