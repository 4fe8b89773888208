using System.CommandLine;
using Dhis2.Metadata.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 metadata versions`: list, create, export.</summary>
internal static class MetadataVersionCommands
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli) => new CliCommand(
        "metadata", "Versions of the metadata, which other servers keep in step with",
        "dhis2 metadata versions list",
        "dhis2 settings set keyVersionEnabled true && dhis2 metadata versions create --type ATOMIC").With(
            new CliCommand(
                "versions", "Versions of the metadata; they ask for the setting keyVersionEnabled",
                "dhis2 metadata versions list",
                "dhis2 metadata versions create --type BEST_EFFORT",
                "dhis2 metadata versions export Version_1 --output version1.json.gz").With(List(cli), Create(cli), Export(cli)));

    private static Command List(Dhis2CommandLine cli)
    {
        var after = new Option<string>("--after") { Description = "Only those after this one", HelpName = "NAME" };
        var command = new CliCommand(
            "list", "Lists the versions, oldest first",
            "dhis2 metadata versions list",
            "dhis2 metadata versions list --after Version_3 --json | jq -r '.metadataVersions[].name'").With(after);
        return cli.On(command, async (context, ct) =>
        {
            var versions = await context.Client.MetadataVersions.ListAsync(context.Get(after), ct);
            if (context.Json)
            {
                context.WriteJson(MessageJson.FormatList("metadataVersions", versions));
                return ExitCode.Ok;
            }

            if (versions.Count == 0)
            {
                context.Note("No versions.");
                return ExitCode.Ok;
            }

            var table = JobTables.Table(context.Terminal.Out, "NAME", "TYPE", "CREATED", "IMPORTED", "HASH CODE");
            foreach (var version in versions)
                table.Row(version.Name, Shown(version.Type), ShownText.Time(version.Created), version.ImportDate is null ? "" : ShownText.Time(version.ImportDate), version.HashCode);
            context.Terminal.Out.Write(table);
            return ExitCode.Ok;
        });
    }

    private static Command Create(Dhis2CommandLine cli)
    {
        var type = new Option<string>("--type")
        {
            Description = "ATOMIC: an error in one object and nothing is imported; BEST_EFFORT: the others are",
            HelpName = "TYPE",
            Required = true,
        };
        type.AcceptOnlyFromAmong("ATOMIC", "BEST_EFFORT");
        var command = new CliCommand(
            "create", "Makes the next version, of what changed since the one before",
            "dhis2 metadata versions create --type ATOMIC",
            "dhis2 metadata versions create --type BEST_EFFORT --json | jq -r .hashCode").With(type);
        return cli.On(command, async (context, ct) =>
        {
            var wanted = context.Get(type) == "ATOMIC" ? MetadataVersionType.Atomic : MetadataVersionType.BestEffort;
            var version = await context.Client.MetadataVersions.CreateAsync(wanted, ct);
            context.Write(version, _ => context.Terminal.Text.WriteLine(version.Name));
            return ExitCode.Ok;
        });
    }

    private static Command Export(Dhis2CommandLine cli)
    {
        var name = new Argument<string>("name") { Description = "Name of the version", HelpName = "NAME" };
        var output = ExportCommands.Output();
        var command = new CliCommand(
            "export", "Writes the snapshot of a version, byte for byte what its hash code was made of",
            "dhis2 metadata versions export Version_1 | md5sum",
            "dhis2 metadata versions export Version_1 --output version1.json.gz").With(name, output);
        return cli.On(command, (context, ct) => ExportCommands.WriteAsync(
            context, context.Get(output), "Exporting a version of the metadata",
            (destination, progress) => context.Client.MetadataVersions.ReadAsync(context.Get(name)!, destination, progress, ct), ct));
    }

    private static string Shown(MetadataVersionType type) => type == MetadataVersionType.Atomic ? "ATOMIC" : "BEST_EFFORT";
}
