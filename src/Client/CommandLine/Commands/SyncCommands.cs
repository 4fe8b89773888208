using System.CommandLine;
using Dhis2.Synchronization.V1;
using Dhis2.System.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Jobs;
using Dhis2Grpc.Client.Synchronization;
using Grpc.Core;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 sync`: status, push, pull, metadata, conflicts.</summary>
internal static class SyncCommands
{
    private static readonly string[] ShownSettings =
    [
        "keyRemoteInstanceUrl", "keyRemoteInstanceUsername", "keyRemoteInstancePassword", "keyLastSuccessfulDataSynch",
        "keyLastCompleteDataSetRegistrationSyncSuccess", "keyRemoteMetadataVersion", "keyLastMetaDataSyncSuccess", "keyMetadataFailedVersion",
    ];

    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli) => new CliCommand(
        "sync", "Exchange with the remote server of the settings",
        "dhis2 sync status",
        "dhis2 sync push",
        "dhis2 sync pull https://play.dhis2.org/demo/metadata.json",
        "dhis2 sync metadata",
        "dhis2 sync conflicts").With(Status(cli), Push(cli), Pull(cli), MetadataSyncCommand.Build(cli), Conflicts(cli));

    private static Command Status(Dhis2CommandLine cli)
    {
        var command = new CliCommand(
            "status", "Shows whether the remote server can be used, and what is open; exit code 1 when it cannot",
            "dhis2 sync status",
            "dhis2 sync status && dhis2 sync push");
        return cli.On(command, async (context, ct) =>
        {
            var availability = await context.Client.Synchronization.CheckAvailabilityAsync(ct);
            var settings = (await context.Client.Settings.ListAsync(ct)).Where(s => ShownSettings.Contains(s.Key)).ToList();
            if (context.Json)
            {
                context.WriteJson(MessageJson.FormatMap([new("availability", availability), .. settings.Select(s => KeyValuePair.Create(s.Key, (Google.Protobuf.IMessage)s))]));
            }
            else
            {
                var conflicts = await OpenConflictsAsync(context.Client.Synchronization, ct);
                var table = JobTables.Table(context.Terminal.Out, "PROPERTY", "VALUE");
                table.Row("available", $"{(availability.Available ? "yes" : "no")}: {availability.Message}");
                foreach (var setting in settings)
                    table.Row(setting.Key, Shown(setting));
                table.Row("open conflicts", conflicts);
                context.Terminal.Out.Write(table);
            }

            return availability.Available ? ExitCode.Ok : ExitCode.Failed;
        });
    }

    private static Command Push(Dhis2CommandLine cli)
    {
        var direct = new Option<bool>("--direct") { Description = "Push without a job: data values only, no progress" };
        var command = new CliCommand(
            "push", "Sends what changed to the remote server: by the DATA_SYNC job with its progress, or directly when there is none",
            "dhis2 sync push",
            "dhis2 sync push --direct --json | jq .importCount").With(direct);
        return cli.On(command, async (context, ct) =>
        {
            var query = new JobQuery { Filters = ["jobType:eq:DATA_SYNC"] };
            var job = context.Get(direct) ? null : await context.Client.JobConfigurations.ListAsync(query, ct).FirstOrDefaultAsync(ct);
            if (job is not null)
            {
                var run = await context.Client.Job(job.Id).ExecuteAsync(ct);
                var display = new RunDisplay(context.Terminal, context.Json);
                return JobRunCommand.CodeOf(await display.ShowAsync(run.WatchAsync(display.Options(), ct), ct));
            }

            var summary = await context.Client.Synchronization.PushDataAsync(ct);
            if (summary is null)
            {
                context.Note("Nothing was pushed: the remote server cannot be used. See: dhis2 sync status");
                return ExitCode.Failed;
            }

            context.Write(summary, console => ImportReports.Show(console, summary));
            return summary.Status == "ERROR" ? ExitCode.Failed : ExitCode.Ok;
        });
    }

    private static Command Pull(Dhis2CommandLine cli)
    {
        var url = new Argument<string>("url") { Description = "URL of the metadata document, as the server reaches it", HelpName = "URL" };
        var command = new CliCommand(
            "pull", "Lets the server fetch a metadata document from an allowed server and import it; exit code 1 when it has errors",
            "dhis2 sync pull https://play.dhis2.org/demo/metadata.json",
            "dhis2 sync pull https://play.dhis2.org/demo/metadata.json --json | jq .stats").With(url);
        return cli.On(command, async (context, ct) =>
        {
            var report = await context.Client.Synchronization.PullMetadataAsync(context.Get(url), ct);
            context.Write(report, console => ImportReports.Show(console, report));
            return report.Status == "OK" ? ExitCode.Ok : ExitCode.Failed;
        });
    }

    private static Command Conflicts(Dhis2CommandLine cli)
    {
        var command = new CliCommand(
            "conflicts", "Lists what the remote server refused and has not taken since; each push offers it again",
            "dhis2 sync conflicts",
            "dhis2 sync conflicts --json | jq -r '.conflicts[].message' | sort | uniq -c");
        return cli.On(command, async (context, ct) =>
        {
            var conflicts = await context.Client.Synchronization.ListPushConflictsAsync(ct).ToListAsync(ct);
            if (context.Json)
            {
                context.WriteJson(MessageJson.FormatList("conflicts", conflicts));
                return ExitCode.Ok;
            }

            if (conflicts.Count == 0)
            {
                context.Note("No conflicts.");
                return ExitCode.Ok;
            }

            var table = JobTables.Table(context.Terminal.Out, "OBJECT", "PERIOD", "ORG UNIT", "OPTION COMBOS", "VALUE", "REJECTED", "TIMES", "REASON");
            foreach (var c in conflicts)
            {
                table.Row(
                    c.HasDataElement ? c.DataElement : c.DataSet, c.Period, c.OrgUnit, Combos(c), c.Value, ShownText.Time(c.LastRejected),
                    ShownText.Count(c.Attempts), $"{(c.HasErrorCode ? c.ErrorCode + " " : "")}{c.Message.ReplaceLineEndings(" ")}");
            }

            context.Terminal.Out.Write(table);
            return ExitCode.Ok;
        });
    }

    // Whether the remote server can be used is told to everybody, and conflicts to those who may push.
    private static async Task<string> OpenConflictsAsync(SynchronizationHandle synchronization, CancellationToken cancellationToken)
    {
        try
        {
            return ShownText.Count(await synchronization.ListPushConflictsAsync(cancellationToken).CountAsync(cancellationToken));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.PermissionDenied)
        {
            return "(not shown: needs F_EXPORT_DATA)";
        }
    }

    private static string Combos(PushConflict conflict) =>
        conflict.HasCategoryOptionCombo ? $"{conflict.CategoryOptionCombo}, {conflict.AttributeOptionCombo}" : conflict.AttributeOptionCombo;

    private static string Shown(SystemSetting setting) =>
        setting.Type == SystemSettingType.Date && !setting.IsSet ? "never" : SettingsCommands.Shown(setting);
}
