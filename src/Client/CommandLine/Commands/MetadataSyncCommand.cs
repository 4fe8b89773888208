using System.CommandLine;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.Jobs;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 sync metadata`.</summary>
internal static class MetadataSyncCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var version = new Argument<string?>("version") { Description = "Only this version, at once and without a job", HelpName = "VERSION", Arity = ArgumentArity.ZeroOrOne };
        var command = new CliCommand(
            "metadata", "Takes newer metadata versions of the remote server over by the META_DATA_SYNC job, with its progress, or one by its name; exit code 1 when it has errors",
            "dhis2 sync metadata",
            "dhis2 sync metadata Version_2 --json | jq .importReport.stats").With(version);
        return cli.On(command, async (context, ct) =>
        {
            if (context.Find(version) is { } name)
            {
                var summary = await context.Client.Synchronization.SyncMetadataVersionAsync(name, ct);
                context.Write(summary, console => ImportReports.Show(console, summary.ImportReport));
                return summary.ImportReport.Status == "OK" ? ExitCode.Ok : ExitCode.Failed;
            }

            var query = new JobQuery { Filters = ["jobType:eq:META_DATA_SYNC"] };
            var job = await context.Client.JobConfigurations.ListAsync(query, ct).FirstOrDefaultAsync(ct)
                ?? throw new CommandException(
                    "There is no META_DATA_SYNC job. Create one: dhis2 jobs create --name Metadata --type META_DATA_SYNC --cron '0 0 2 ? * *'", ExitCode.NotFound);
            var run = await context.Client.Job(job.Id).ExecuteAsync(ct);
            var display = new RunDisplay(context.Terminal, context.Json);
            return JobRunCommand.CodeOf(await display.ShowAsync(run.WatchAsync(display.Options(), ct), ct));
        });
    }
}
