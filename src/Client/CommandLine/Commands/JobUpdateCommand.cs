using System.CommandLine;
using Dhis2Grpc.Client.CommandLine.Display;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 jobs update`.</summary>
internal static class JobUpdateCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var job = JobCommands.JobArgument();
        var fields = new JobFields();
        var dryRun = new Option<bool>("--dry-run") { Description = "Check only, change nothing" };
        var command = new CliCommand(
            "update", "Changes the given properties of a job; with --file replaces the whole job",
            "dhis2 jobs update 'Nightly analytics' --cron '0 30 1 * * ?'",
            "dhis2 jobs update fX2nHkq3w9a --parameters '{\"lastYears\":3}'",
            "dhis2 jobs get fX2nHkq3w9a --json > job.json && dhis2 jobs update fX2nHkq3w9a --file job.json")
            .With([job, .. fields.Options, dryRun]);
        return cli.On(command, async (context, ct) =>
        {
            var stored = await JobReference.FindAsync(context.Client, context.Get(job), ct);
            var (wanted, changed) = await fields.ReadAsync(context, stored, ct);
            if (changed is { Count: 0 })
                throw new CommandException("Nothing to change: give at least one property, or a --file.");
            wanted.Id = stored.Id;
            var check = context.Get(dryRun);
            var updated = await context.Client.JobConfigurations.UpdateAsync(wanted, changed, check, ct);
            context.Write(updated, console =>
            {
                if (check)
                    console.Profile.Out.Writer.WriteLine("The change is valid.");
                else
                    JobTables.Job(console, updated);
            });
            return ExitCode.Ok;
        });
    }
}
