using System.CommandLine;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Jobs;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 jobs`: list, get, types, and the commands that change jobs.</summary>
internal static class JobCommands
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli) => new CliCommand(
        "jobs", "Job configurations: what runs, when, and as whom",
        "dhis2 jobs list",
        "dhis2 jobs create --name 'Nightly analytics' --type ANALYTICS_TABLE --cron '0 0 2 * * ?' --parameters '{\"lastYears\":2}'",
        "dhis2 jobs run 'Nightly analytics' --watch").With(
        List(cli), Get(cli), JobCreateCommand.Build(cli), JobUpdateCommand.Build(cli), JobSwitchCommands.Delete(cli),
        JobRunCommand.Build(cli), JobSwitchCommands.Enable(cli), JobSwitchCommands.Disable(cli), JobErrorsCommand.Build(cli), Types(cli));

    /// <summary>The argument that names a job.</summary>
    public static Argument<string> JobArgument() => new("job") { Description = "Id, code or name of the job", HelpName = "JOB" };

    private static Command List(Dhis2CommandLine cli)
    {
        var type = new Option<string>("--type", "-t") { Description = "Only jobs of this type, such as TEST", HelpName = "TYPE" };
        var filter = new Option<string[]>("--filter") { Description = "Condition property:operator:value; may be repeated", HelpName = "CONDITION" };
        var order = new Option<string[]>("--order") { Description = "Order property:asc or property:desc; may be repeated", HelpName = "ORDER" };
        var query = new Option<string>("--query") { Description = "Only jobs whose name contains the text", HelpName = "TEXT" };
        var command = new CliCommand(
            "list", "Lists the jobs",
            "dhis2 jobs list",
            "dhis2 jobs list --type ANALYTICS_TABLE",
            "dhis2 jobs list --filter enabled:eq:false --order lastExecuted:desc",
            "dhis2 jobs list --json | jq -r '.jobConfigurations[].name'").With(type, filter, order, query);
        return cli.On(command, async (context, ct) =>
        {
            var filters = new List<string>(context.Get(filter) ?? []);
            if (context.Get(type) is { } wanted)
                filters.Add($"jobType:eq:{WireNames.Of(ParseType(wanted))}");
            var search = new JobQuery { Filters = filters, Order = context.Get(order) ?? [], Text = context.Get(query) };
            var jobs = new List<JobConfiguration>();
            await foreach (var job in context.Client.JobConfigurations.ListAsync(search, ct))
                jobs.Add(job);
            if (context.Json)
                context.WriteJson(MessageJson.FormatList("jobConfigurations", jobs));
            else if (jobs.Count > 0)
                JobTables.Jobs(context.Terminal.Out, jobs);
            else
                context.Note("No jobs.");
            return ExitCode.Ok;
        });
    }

    private static Command Get(Dhis2CommandLine cli)
    {
        var job = JobArgument();
        var command = new CliCommand(
            "get", "Shows one job in full",
            "dhis2 jobs get 'Nightly analytics'",
            "dhis2 jobs get fX2nHkq3w9a --json > job.json").With(job);
        return cli.On(command, async (context, ct) =>
        {
            var found = await JobReference.FindAsync(context.Client, context.Get(job), ct);
            context.Write(found, console => JobTables.Job(console, found));
            return ExitCode.Ok;
        });
    }

    private static Command Types(Dhis2CommandLine cli)
    {
        var command = new CliCommand(
            "types", "Lists the job types and their parameters",
            "dhis2 jobs types",
            "dhis2 jobs types --json | jq '.jobTypes[] | select(.jobType==\"TEST\").jobParameters'");
        return cli.On(command, async (context, ct) =>
        {
            var types = await context.Client.JobConfigurations.ListTypesAsync(ct);
            if (context.Json)
                context.WriteJson(MessageJson.FormatList("jobTypes", types));
            else
                JobTables.Types(context.Terminal.Out, types);
            return ExitCode.Ok;
        });
    }

    /// <summary>Reads a job type; fails with exit code 2 when there is none of the name.</summary>
    public static JobType ParseType(string name) => WireNames.TryJobType(name, out var type)
        ? type
        : throw new CommandException($"'{name}' is no job type; see `dhis2 jobs types`.");
}
