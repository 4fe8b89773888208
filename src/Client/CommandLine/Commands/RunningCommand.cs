using System.CommandLine;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 running`.</summary>
internal static class RunningCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var type = new Argument<string?>("type")
        {
            Description = "Show the progress of this type as a tree",
            HelpName = "TYPE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new CliCommand(
            "running", "Shows what runs now",
            "dhis2 running",
            "dhis2 running ANALYTICS_TABLE").With(type);
        return cli.On(command, async (context, ct) =>
        {
            if (context.Find(type) is { } name)
            {
                var wanted = JobCommands.ParseType(name);
                RunCommandOutput.Processes(context, wanted, await context.Client.Scheduling.GetRunningAsync(wanted, ct));
            }
            else
            {
                RunCommandOutput.Overview(context, await context.Client.Scheduling.ListRunningAsync(ct), "Nothing is running.");
            }

            return ExitCode.Ok;
        });
    }
}
