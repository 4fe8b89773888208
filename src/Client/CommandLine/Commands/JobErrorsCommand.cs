using System.CommandLine;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Jobs;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 jobs errors`.</summary>
internal static class JobErrorsCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var job = new Argument<string?>("job")
        {
            Description = "Only this job: id, code or name",
            HelpName = "JOB",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var code = new Option<string[]>("--code") { Description = "Only errors of runs with this code, such as E7605; may be repeated", HelpName = "CODE" };
        var about = new Option<string[]>("--object") { Description = "Only runs with errors of this object; may be repeated", HelpName = "ID" };
        var type = new Option<string[]>("--type", "-t") { Description = "Only jobs of this type; may be repeated", HelpName = "TYPE" };
        var command = new CliCommand(
            "errors", "Lists what the last runs of jobs found wrong with objects",
            "dhis2 jobs errors",
            "dhis2 jobs errors 'Nightly push'",
            "dhis2 jobs errors --code E7605 --json | jq -r '.jobs[].errors[].id'").With(job, code, about, type);
        return cli.On(command, async (context, ct) =>
        {
            IReadOnlyList<JobRunErrors> found;
            if (context.Find(job) is { } name)
            {
                var one = await context.Client.Scheduling.GetErrorsAsync((await JobReference.FindAsync(context.Client, name, ct)).Id, ct);
                found = one is null ? [] : [one];
            }
            else
            {
                found = await context.Client.Scheduling.ListErrorsAsync(
                    new RunErrorQuery
                    {
                        Codes = context.Get(code) ?? [],
                        Objects = context.Get(about) ?? [],
                        Types = [.. (context.Get(type) ?? []).Select(JobCommands.ParseType)],
                    },
                    ct);
            }

            if (context.Json)
                context.WriteJson(MessageJson.FormatList("jobs", found));
            else if (found.Count > 0)
                QueueTables.Errors(context.Terminal.Out, found);
            else
                context.Note("No errors.");
            return ExitCode.Ok;
        });
    }
}
