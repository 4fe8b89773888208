using System.CommandLine;
using System.Text.Json.Nodes;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 jobs delete`, `enable` and `disable`.</summary>
internal static class JobSwitchCommands
{
    /// <summary>Builds `delete`.</summary>
    public static Command Delete(Dhis2CommandLine cli)
    {
        var job = JobCommands.JobArgument();
        var dryRun = new Option<bool>("--dry-run") { Description = "Check only, delete nothing" };
        var command = new CliCommand(
            "delete", "Deletes a job; a run in progress goes on",
            "dhis2 jobs delete Trial").With(job, dryRun);
        return cli.On(command, async (context, ct) =>
        {
            var found = await JobReference.FindAsync(context.Client, context.Get(job), ct);
            var check = context.Get(dryRun);
            await context.Client.JobConfigurations.DeleteAsync(found.Id, validateOnly: check, cancellationToken: ct);
            if (context.Json)
                context.WriteJson(new JsonObject { ["id"] = found.Id, ["deleted"] = !check }.ToJsonString());
            else
                context.Note(check ? $"{found.Name} can be deleted." : $"Deleted {found.Name}.");
            return ExitCode.Ok;
        });
    }

    /// <summary>Builds `enable`.</summary>
    public static Command Enable(Dhis2CommandLine cli) => Switch(
        cli, "enable", "Lets the schedule and users start a job", "Enabled",
        (client, uid, ct) => client.JobConfigurations.EnableAsync(uid, ct));

    /// <summary>Builds `disable`.</summary>
    public static Command Disable(Dhis2CommandLine cli) => Switch(
        cli, "disable", "Keeps the schedule and users from starting a job", "Disabled",
        (client, uid, ct) => client.JobConfigurations.DisableAsync(uid, ct));

    private static Command Switch(
        Dhis2CommandLine cli,
        string name,
        string description,
        string done,
        Func<Dhis2Client, string, CancellationToken, Task<Dhis2.Scheduling.V1.JobConfiguration>> change)
    {
        var job = JobCommands.JobArgument();
        var command = new CliCommand(name, description, $"dhis2 jobs {name} 'Nightly analytics'").With(job);
        return cli.On(command, async (context, ct) =>
        {
            var found = await JobReference.FindAsync(context.Client, context.Get(job), ct);
            var changed = await change(context.Client, found.Id, ct);
            context.Write(changed, _ => context.Note($"{done} {found.Name}."));
            return ExitCode.Ok;
        });
    }
}
