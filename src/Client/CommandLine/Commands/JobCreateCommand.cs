using System.CommandLine;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Jobs;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 jobs create`.</summary>
internal static class JobCreateCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var fields = new JobFields();
        var disabled = new Option<bool>("--disabled") { Description = "Store it, but do not let it run yet" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check only, store nothing" };
        var command = new CliCommand(
            "create", "Creates a job; prints its id. Without --cron and --delay it runs on request only",
            "dhis2 jobs create --name 'Nightly analytics' --type ANALYTICS_TABLE --cron '0 0 2 * * ?'",
            "dhis2 jobs create --name 'Continuous analytics' --type CONTINUOUS_ANALYTICS_TABLE --delay 120",
            "dhis2 jobs create --name Trial --type TEST --parameters '{\"stages\":2,\"items\":50,\"itemDuration\":100}'",
            "dhis2 jobs create --file job.json --dry-run").With([.. fields.Options, disabled, dryRun]);
        return cli.On(command, async (context, ct) =>
        {
            var (job, _) = await fields.ReadAsync(context, null, ct);
            if (job.Name.Length == 0 || job.JobType == JobType.Unspecified)
                throw new CommandException("A job needs --name and --type, or a --file that has both.");
            // DHIS2 wants an expression even of jobs that no schedule starts; continuous analytics want a delay.
            if (!job.HasCronExpression && job.Delay is null && job.JobType != JobType.ContinuousAnalyticsTable)
                job.CronExpression = CronSchedules.OnRequest;
            if (context.Get(disabled))
                job.Enabled = false;
            var check = context.Get(dryRun);
            var created = await context.Client.JobConfigurations.CreateAsync(job, check, ct);
            context.Write(created, console => console.Profile.Out.Writer.WriteLine(check ? "The job is valid." : created.Id));
            return ExitCode.Ok;
        });
    }
}
