using System.CommandLine;
using System.Text.Json.Nodes;
using Dhis2.System.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 settings`: list, get, set, delete.</summary>
internal static class SettingsCommands
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli) => new CliCommand(
        "settings", "Settings of the system, under DHIS2's keys",
        "dhis2 settings list",
        "dhis2 settings set keyRemoteInstanceUrl https://central.example.org/dhis",
        "pass show central | dhis2 settings set keyRemoteInstancePassword -").With(List(cli), Get(cli), Set(cli), Delete(cli));

    /// <summary>What is shown as the value of a setting.</summary>
    public static string Shown(SystemSetting setting) =>
        setting.Confidential ? (setting.IsSet ? "(set, not shown)" : "") : setting.Value;

    private static Argument<string> KeyArgument() => new("key") { Description = "DHIS2's key, such as keyRemoteInstanceUrl", HelpName = "KEY" };

    private static Command List(Dhis2CommandLine cli)
    {
        var command = new CliCommand(
            "list", "Lists all settings; confidential values are not shown",
            "dhis2 settings list",
            "dhis2 settings list --json | jq -r '.settings[] | select(.isSet).key'");
        return cli.On(command, async (context, ct) =>
        {
            var settings = await context.Client.Settings.ListAsync(ct);
            if (context.Json)
            {
                context.WriteJson(MessageJson.FormatList("settings", settings));
                return ExitCode.Ok;
            }

            var table = JobTables.Table(context.Terminal.Out, "KEY", "VALUE", "SET");
            foreach (var setting in settings)
                table.Row(setting.Key, Shown(setting), setting.IsSet ? "yes" : "");
            context.Terminal.Out.Write(table);
            return ExitCode.Ok;
        });
    }

    private static Command Get(Dhis2CommandLine cli)
    {
        var key = KeyArgument();
        var command = new CliCommand("get", "Prints the value of a setting", "dhis2 settings get applicationTitle").With(key);
        return cli.On(command, async (context, ct) =>
        {
            var setting = await context.Client.Settings.GetAsync(context.Get(key), ct);
            context.Write(setting, _ => context.Terminal.Text.WriteLine(Shown(setting)));
            return ExitCode.Ok;
        });
    }

    private static Command Set(Dhis2CommandLine cli)
    {
        var key = KeyArgument();
        var value = new Argument<string>("value") { Description = "New value, or - to read it from standard input, as one does with passwords", HelpName = "VALUE" };
        var command = new CliCommand(
            "set", "Changes a setting; an empty value puts it back to its default",
            "dhis2 settings set syncMaxAttempts 5",
            "cat password.txt | dhis2 settings set keyRemoteInstancePassword -").With(key, value);
        return cli.On(command, async (context, ct) =>
        {
            var text = context.Get(value);
            if (text == "-")
            {
                using var input = new StreamReader(context.Terminal.OpenInput());
                text = (await input.ReadToEndAsync(ct)).TrimEnd('\r', '\n');
            }

            await context.Client.Settings.SetAsync(new Dictionary<string, string> { [context.Get(key)] = text }, ct);
            return Done(context, context.Get(key), "set", "Set");
        });
    }

    private static Command Delete(Dhis2CommandLine cli)
    {
        var key = KeyArgument();
        var command = new CliCommand("delete", "Puts a setting back to its default", "dhis2 settings delete applicationTitle").With(key);
        return cli.On(command, async (context, ct) =>
        {
            await context.Client.Settings.DeleteAsync(context.Get(key), ct);
            return Done(context, context.Get(key), "deleted", "Deleted");
        });
    }

    // The value is not repeated: it may be a password.
    private static int Done(CommandContext context, string key, string member, string word)
    {
        if (context.Json)
            context.WriteJson(new JsonObject { ["key"] = key, [member] = true }.ToJsonString());
        else
            context.Note($"{word} {key}.");
        return ExitCode.Ok;
    }
}
