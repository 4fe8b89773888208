using System.CommandLine;
using System.Text.Json.Nodes;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 cancel`.</summary>
internal static class CancelCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var target = RunTarget.Argument(optional: false);
        var command = new CliCommand(
            "cancel", "Cancels what runs; it stops at its next item. Nothing running is no error",
            "dhis2 cancel ANALYTICS_TABLE",
            "dhis2 cancel 'Nightly analytics'").With(target);
        return cli.On(command, async (context, ct) =>
        {
            var wanted = await RunTarget.FindAsync(context.Client, context.Get(target)!, ct);
            var cancelled = await context.Client.Scheduling.CancelAsync(wanted, ct);
            if (context.Json)
                context.WriteJson(new JsonObject { ["cancelled"] = cancelled }.ToJsonString());
            else
                context.Note(cancelled ? "Cancelled." : "Nothing was running.");
            return ExitCode.Ok;
        });
    }
}
