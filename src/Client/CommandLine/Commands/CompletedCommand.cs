using System.CommandLine;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 completed`.</summary>
internal static class CompletedCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var type = new Argument<string?>("type")
        {
            Description = "Show the latest run of this type as a tree",
            HelpName = "TYPE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new CliCommand(
            "completed", "Shows the latest completed run of each type",
            "dhis2 completed",
            "dhis2 completed ANALYTICS_TABLE").With(type);
        return cli.On(command, async (context, ct) =>
        {
            if (context.Find(type) is { } name)
            {
                var wanted = JobCommands.ParseType(name);
                RunCommandOutput.Processes(context, wanted, await context.Client.Scheduling.GetCompletedAsync(wanted, ct));
            }
            else
            {
                RunCommandOutput.Overview(context, await context.Client.Scheduling.ListCompletedAsync(ct), "Nothing has run yet.");
            }

            return ExitCode.Ok;
        });
    }
}
