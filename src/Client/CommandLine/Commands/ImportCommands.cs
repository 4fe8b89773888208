using System.CommandLine;
using Dhis2.Data.V1;
using Dhis2.Metadata.V1;
using Dhis2Grpc.Client.CommandLine.Display;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 import metadata` and `dhis2 import data`.</summary>
internal static class ImportCommands
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli) => new CliCommand(
        "import", "Imports a DHIS2 document; JSON, gzip accepted",
        "dhis2 import metadata country.json.gz",
        "dhis2 import data values.json --dry-run",
        "curl -s https://example.org/api/metadata | dhis2 import metadata -").With(Metadata(cli), Data(cli));

    private static Argument<string> FileArgument() =>
        new("file") { Description = "The document, or - for standard input", HelpName = "FILE" };

    private static Option<bool> DryRun() => new("--dry-run") { Description = "Check and report, store nothing" };

    private static Command Metadata(Dhis2CommandLine cli)
    {
        var file = FileArgument();
        var dryRun = DryRun();
        var strategy = Choice<ImportStrategy>("--strategy", "Which objects to write [default CREATE_AND_UPDATE]",
            ("CREATE", ImportStrategy.Create), ("UPDATE", ImportStrategy.Update),
            ("CREATE_AND_UPDATE", ImportStrategy.CreateAndUpdate), ("DELETE", ImportStrategy.Delete));
        var atomic = Choice<AtomicMode>("--atomic-mode", "ALL: an error in one object stores nothing; NONE: the others are stored [default ALL]",
            ("ALL", AtomicMode.All), ("NONE", AtomicMode.None));
        var command = new CliCommand(
            "metadata", "Imports a metadata document; exit code 1 when its report is an error",
            "dhis2 import metadata country.json.gz",
            "dhis2 import metadata country.json --dry-run --json | jq .stats").With(file, dryRun, strategy, atomic);
        return cli.On(command, async (context, ct) =>
        {
            var options = new MetadataImportOptions
            {
                ImportStrategy = context.Get(strategy),
                AtomicMode = context.Get(atomic),
                ImportMode = context.Get(dryRun) ? ImportMode.Validate : ImportMode.Unspecified,
            };
            await using var document = Open(context, context.Get(file));
            var report = await TransferProgress.RunAsync(
                context.Terminal, context.Json, "Importing metadata", LengthOf(document),
                progress => context.Client.Metadata.ImportAsync(document, options, progress, ct));
            context.Write(report, console => ImportReports.Show(console, report));
            return report.Status == "ERROR" ? ExitCode.Failed : ExitCode.Ok;
        });
    }

    private static Command Data(Dhis2CommandLine cli)
    {
        var file = FileArgument();
        var dryRun = DryRun();
        var strategy = new Option<string>("--strategy")
        {
            Description = "Which values to write: NEW, UPDATES, NEW_AND_UPDATES or DELETE [default NEW_AND_UPDATES]",
            HelpName = "STRATEGY",
        };
        strategy.AcceptOnlyFromAmong("NEW", "UPDATES", "NEW_AND_UPDATES", "CREATE_AND_UPDATE", "DELETE");
        var command = new CliCommand(
            "data", "Imports data values; values that conflict are left out and listed",
            "dhis2 import data values.json.gz",
            "zcat values.json.gz | dhis2 import data - --json | jq .importCount").With(file, dryRun, strategy);
        return cli.On(command, async (context, ct) =>
        {
            var options = new DataImportOptions { DryRun = context.Get(dryRun) };
            if (context.Get(strategy) is { } wanted)
                options.ImportStrategy = wanted;
            await using var document = Open(context, context.Get(file));
            var summary = await TransferProgress.RunAsync(
                context.Terminal, context.Json, "Importing data values", LengthOf(document),
                progress => context.Client.DataValueSets.ImportAsync(document, options, progress, ct));
            context.Write(summary, console => ImportReports.Show(console, summary));
            return summary.Status == "ERROR" ? ExitCode.Failed : ExitCode.Ok;
        });
    }

    private static Stream Open(CommandContext context, string file) => file == "-"
        ? context.Terminal.OpenInput()
        : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, useAsync: true);

    private static long? LengthOf(Stream document) => document.CanSeek ? document.Length : null;

    private static Option<T> Choice<T>(string name, string description, params (string Name, T Value)[] choices)
    {
        var option = new Option<T>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices.Select(c => c.Name)),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                foreach (var choice in choices)
                {
                    if (choice.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
                        return choice.Value;
                }

                result.AddError($"'{text}' is not allowed for {name}: {string.Join(", ", choices.Select(c => c.Name))}.");
                return default;
            },
        };
        return option;
    }
}
