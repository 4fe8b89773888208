using System.CommandLine;
using Dhis2Grpc.Client.CommandLine;

namespace Dhis2Grpc.Client.Demo;

/// <summary>`dhis2 demo`.</summary>
internal static class DemoCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var directory = new Option<string>("--data-directory") { Description = "Keep the data here [default a temporary directory, deleted at the end]", HelpName = "DIR" };
        var size = new Option<double>("--size")
        {
            Description = "1 for 1,300 units and a million values; 0.1 for a tenth [default 1]",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 1,
        };
        var seed = new Option<long>("--seed")
        {
            Description = "Another number, another country [default 1]",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 1,
        };
        var rest = new Option<string>("--rest-url") { Description = $"REST address; port 0 for any free one [default {DemoShow.DefaultRest}, or a free port when taken]", HelpName = "URL" };
        var grpc = new Option<string>("--grpc-url") { Description = $"gRPC address; port 0 for any free one [default {DemoShow.DefaultGrpc}, or a free port when taken]", HelpName = "URL" };
        var exit = new Option<bool>("--exit") { Description = "End after the show, for scripts" };
        size.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 100))
                result.AddError("--size must be more than 0 and at most 100.");
        });
        var command = new CliCommand(
            "demo", "Starts a node, loads a sample country, and shows the analytics jobs at work on it",
            "dhis2 demo",
            "dhis2 demo --size 0.1 --exit",
            "dhis2 demo --data-directory ./demo-data --seed 7").With(directory, size, seed, rest, grpc, exit);
        return cli.On(command, (context, ct) => new DemoShow(context.Terminal, context.Json, new DemoOptions
        {
            DataDirectory = context.Get(directory),
            Size = context.Get(size),
            Seed = context.Get(seed),
            RestUrl = context.Get(rest),
            GrpcUrl = context.Get(grpc),
            Exit = context.Get(exit),
        }).RunAsync(ct));
    }
}
