using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 ping` and `dhis2 info`.</summary>
internal static class SystemCommands
{
    /// <summary>Builds `ping`.</summary>
    public static Command Ping(Dhis2CommandLine cli)
    {
        var command = new CliCommand(
            "ping", "Checks that the server is there and the login is good",
            "dhis2 ping",
            "until dhis2 ping; do sleep 1; done");
        return cli.On(command, async (context, ct) =>
        {
            var watch = Stopwatch.StartNew();
            var answer = await context.Client.System.PingAsync(ct);
            if (context.Json)
                context.WriteJson(new JsonObject { ["message"] = answer, ["milliseconds"] = Math.Round(watch.Elapsed.TotalMilliseconds, 1) }.ToJsonString());
            else
                context.Terminal.Text.WriteLine($"{answer} ({ShownText.Span(watch.Elapsed)})");
            return ExitCode.Ok;
        });
    }

    /// <summary>Builds `info`.</summary>
    public static Command Info(Dhis2CommandLine cli)
    {
        var command = new CliCommand(
            "info", "Shows what the server is and who you are",
            "dhis2 info",
            "dhis2 info --json | jq -r .system.version");
        return cli.On(command, async (context, ct) =>
        {
            var info = await context.Client.System.GetInfoAsync(ct);
            var me = await context.Client.System.GetMeAsync(ct);
            if (context.Json)
            {
                context.WriteJson(MessageJson.FormatMap([new("system", info), new("me", me)]));
                return ExitCode.Ok;
            }

            var table = JobTables.Table(context.Terminal.Out, "PROPERTY", "VALUE");
            table.Row("server", info.ContextPath);
            table.Row("name", info.SystemName);
            table.Row("version", $"{info.Version} ({info.Revision})");
            table.Row("server time", $"{ShownText.Time(info.ServerDate)}, zone {info.ServerTimeZoneId}");
            table.Row("last analytics", info.LastAnalyticsTableSuccess is null
                ? "never"
                : $"{ShownText.Time(info.LastAnalyticsTableSuccess)}, took {info.LastAnalyticsTableRuntime}");
            table.Row("user", $"{me.Username} ({me.Name})");
            table.Row("authorities", string.Join(", ", me.Authorities));
            context.Terminal.Out.Write(table);
            return ExitCode.Ok;
        });
    }
}
