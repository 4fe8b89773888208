using System.CommandLine;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Dhis2.Data.V1;
using Dhis2Grpc.Client.CommandLine.Display;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 export metadata` and `dhis2 export data`.</summary>
internal static class ExportCommands
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli) => new CliCommand(
        "export", "Exports a DHIS2 document as JSON",
        "dhis2 export metadata --output country.json.gz",
        "dhis2 export data --data-set BfMAe6Itzgt --period 202401 --org-unit ImspTQPwCqd --children").With(Metadata(cli), Data(cli));

    /// <summary>Where an export goes.</summary>
    public static Option<string> Output() => new("--output", "-o")
    {
        Description = "File to write, compressed when its name ends in .gz [default standard output]",
        HelpName = "FILE",
    };

    private static Option<string[]> Many(string name, string description, string helpName) =>
        new(name) { Description = $"{description}; may be repeated", HelpName = helpName };

    private static Command Metadata(Dhis2CommandLine cli)
    {
        var types = Many("--type", "Only this collection, such as dataElements", "TYPE");
        var output = Output();
        var command = new CliCommand(
            "metadata", "Exports the stored metadata",
            "dhis2 export metadata --output country.json.gz",
            "dhis2 export metadata --type dataElements --type dataSets | jq '.dataElements | length'").With(types, output);
        return cli.On(command, (context, ct) => WriteAsync(
            context, context.Get(output), "Exporting metadata",
            (destination, progress) => context.Client.Metadata.ExportAsync(destination, context.Get(types), progress, ct), ct));
    }

    private static Command Data(Dhis2CommandLine cli)
    {
        var dataSets = Many("--data-set", "Data set", "UID");
        var groups = Many("--data-element-group", "Data element group", "UID");
        var elements = Many("--data-element", "Data element", "UID");
        var periods = Many("--period", "Period, such as 202401", "ISO");
        var orgUnits = Many("--org-unit", "Organisation unit", "UID");
        var orgUnitGroups = Many("--org-unit-group", "Organisation unit group", "UID");
        var start = new Option<string>("--start") { Description = "First day of a range, yyyy-MM-dd", HelpName = "DATE" };
        var end = new Option<string>("--end") { Description = "Last day of a range, yyyy-MM-dd", HelpName = "DATE" };
        var children = new Option<bool>("--children") { Description = "Include the units below" };
        var deleted = new Option<bool>("--include-deleted") { Description = "Include values marked deleted" };
        var limit = new Option<int>("--limit") { Description = "At most so many values", HelpName = "NUMBER" };
        var output = Output();
        var command = new CliCommand(
            "data", "Exports data values: of data sets, groups or elements, for periods or a range, of units or groups",
            "dhis2 export data --data-set BfMAe6Itzgt --period 202401 --org-unit ImspTQPwCqd --children -o values.json.gz",
            "dhis2 export data --data-element fbfJHSPpUQD --start 2024-01-01 --end 2024-12-31 --org-unit ImspTQPwCqd")
            .With(dataSets, groups, elements, periods, start, end, orgUnits, orgUnitGroups, children, deleted, limit, output);
        return cli.On(command, (context, ct) =>
        {
            var request = new ExportDataValueSetsRequest
            {
                DataSets = { context.Get(dataSets) ?? [] },
                DataElementGroups = { context.Get(groups) ?? [] },
                DataElements = { context.Get(elements) ?? [] },
                Periods = { context.Get(periods) ?? [] },
                OrgUnits = { context.Get(orgUnits) ?? [] },
                OrgUnitGroups = { context.Get(orgUnitGroups) ?? [] },
                Children = context.Get(children),
                IncludeDeleted = context.Get(deleted),
                Limit = context.Get(limit),
            };
            if (context.Get(start) is { } first)
                request.StartDate = first;
            if (context.Get(end) is { } last)
                request.EndDate = last;
            return WriteAsync(
                context, context.Get(output), "Exporting data values",
                (destination, progress) => context.Client.DataValueSets.ExportAsync(request, destination, progress, ct), ct);
        });
    }

    /// <summary>Writes an export to a file, whole or not at all, or to standard output.</summary>
    public static async Task<int> WriteAsync(
        CommandContext context,
        string? file,
        string description,
        Func<Stream, IProgress<long>?, Task> export,
        CancellationToken cancellationToken)
    {
        if (file is null or "-")
        {
            await using var output = context.Terminal.OpenOutput();
            await export(output, null);
            await output.FlushAsync(cancellationToken);
            return ExitCode.Ok;
        }

        // Written beside and renamed: half a document must never look like a whole one.
        var unfinished = file + ".part";
        try
        {
            await using (var target = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            await using (var document = file.EndsWith(".gz", StringComparison.Ordinal)
                ? new GZipStream(target, CompressionLevel.Fastest) : (Stream)target)
            {
                await TransferProgress.RunAsync(context.Terminal, context.Json, description, null, async progress =>
                {
                    await export(document, progress);
                    return true;
                });
            }

            File.Move(unfinished, file, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }

        var bytes = new FileInfo(file).Length;
        if (context.Json)
            context.WriteJson(new JsonObject { ["file"] = file, ["bytes"] = bytes }.ToJsonString());
        else
            context.Note($"Wrote {file}, {ShownText.Bytes(bytes)}.");
        return ExitCode.Ok;
    }
}
