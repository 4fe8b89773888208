using System.CommandLine;
using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 running` and `dhis2 completed`: all types in short, or the progress of one.</summary>
internal static class ProgressCommands
{
    /// <summary>Builds `running`.</summary>
    public static Command Running(Dhis2CommandLine cli) => Build(
        cli,
        new CliCommand("running", "Shows what runs now", "dhis2 running", "dhis2 running ANALYTICS_TABLE"),
        "Show the progress of this type as a tree",
        "Nothing is running.",
        (client, type, ct) => client.Scheduling.GetRunningAsync(type, ct),
        (client, ct) => client.Scheduling.ListRunningAsync(ct));

    /// <summary>Builds `completed`.</summary>
    public static Command Completed(Dhis2CommandLine cli) => Build(
        cli,
        new CliCommand(
            "completed", "Shows the latest completed run of each type", "dhis2 completed", "dhis2 completed ANALYTICS_TABLE"),
        "Show the latest run of this type as a tree",
        "Nothing has run yet.",
        (client, type, ct) => client.Scheduling.GetCompletedAsync(type, ct),
        (client, ct) => client.Scheduling.ListCompletedAsync(ct));

    private static Command Build(
        Dhis2CommandLine cli,
        CliCommand command,
        string typeDescription,
        string nothing,
        Func<Dhis2Client, JobType, CancellationToken, Task<IReadOnlyList<JobProcess>>> get,
        Func<Dhis2Client, CancellationToken, Task<IReadOnlyDictionary<string, JobProcessOverviewList>>> list)
    {
        var type = new Argument<string?>("type")
        {
            Description = typeDescription,
            HelpName = "TYPE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return cli.On(command.With(type), async (context, ct) =>
        {
            if (context.Find(type) is { } name)
            {
                var wanted = JobCommands.ParseType(name);
                RunCommandOutput.Processes(context, wanted, await get(context.Client, wanted, ct));
            }
            else
            {
                RunCommandOutput.Overview(context, await list(context.Client, ct), nothing);
            }

            return ExitCode.Ok;
        });
    }
}
