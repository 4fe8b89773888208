using System.CommandLine;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Jobs;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 runs`.</summary>
internal static class RunsCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var run = new Argument<string?>("run")
        {
            Description = "Show this run with its progress",
            HelpName = "RUN",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var job = new Option<string>("--job") { Description = "Only runs of this job: id, code or name", HelpName = "JOB" };
        var type = new Option<string>("--type", "-t") { Description = "Only runs of this type", HelpName = "TYPE" };
        var state = new Option<string>("--state") { Description = "Only RUNNING, COMPLETED, STOPPED, FAILED or SKIPPED ones", HelpName = "STATE" };
        var limit = new Option<int>("--limit", "-n")
        {
            Description = "At most so many, 0 for all [default 20]",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 20,
        };
        var command = new CliCommand(
            "runs", "Run history, latest first",
            "dhis2 runs",
            "dhis2 runs --job 'Nightly analytics' --state FAILED",
            "dhis2 runs --limit 0 --json | jq '.runs | length'").With(run, job, type, state, limit);
        return cli.On(command, async (context, ct) =>
        {
            if (context.Find(run) is { } runId)
            {
                var found = await context.Client.Run(runId).GetAsync(ct);
                context.Write(found, _ => RunCommandOutput.Tree(context, found));
                return ExitCode.Ok;
            }

            var query = new RunQuery
            {
                JobUid = context.Get(job) is { } name ? (await JobReference.FindAsync(context.Client, name, ct)).Id : null,
                Type = context.Get(type) is { } typeName ? JobCommands.ParseType(typeName) : JobType.Unspecified,
                State = context.Get(state) is { } stateName ? ParseState(stateName) : JobRunState.Unspecified,
                PageSize = context.Get(limit) is > 0 and < 1_000 and var size ? size : 1_000,
            };
            var runs = await ReadAsync(context, query, context.Get(limit), ct);
            if (context.Json)
                context.WriteJson(MessageJson.FormatList("runs", runs));
            else if (runs.Count > 0)
                JobTables.Runs(context.Terminal.Out, runs);
            else
                context.Note("No runs.");
            return ExitCode.Ok;
        });
    }

    private static async Task<List<JobRun>> ReadAsync(
        CommandContext context, RunQuery query, int limit, CancellationToken cancellationToken)
    {
        var runs = new List<JobRun>();
        await foreach (var run in context.Client.Scheduling.ListRunsAsync(query, cancellationToken))
        {
            runs.Add(run);
            if (runs.Count == limit)
                break;
        }

        return runs;
    }

    private static JobRunState ParseState(string name) =>
        Enum.TryParse<JobRunState>(name, ignoreCase: true, out var state) && state != JobRunState.Unspecified
            ? state
            : throw new CommandException($"'{name}' is no state of a run: RUNNING, COMPLETED, STOPPED, FAILED or SKIPPED.");
}
