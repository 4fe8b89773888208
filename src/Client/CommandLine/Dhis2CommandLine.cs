using System.CommandLine;
using System.CommandLine.Help;
using Dhis2Grpc.Client.CommandLine.Commands;
using Dhis2Grpc.Client.Demo;

namespace Dhis2Grpc.Client.CommandLine;

/// <summary>The `dhis2` command.</summary>
internal sealed class Dhis2CommandLine
{
    private readonly Terminal _terminal;
    private readonly GlobalOptions _options;
    private readonly RootCommand _root;

    /// <summary>Builds all commands over a terminal.</summary>
    public Dhis2CommandLine(Terminal terminal)
    {
        _terminal = terminal;
        _options = new(terminal);
        _root = new("Schedules, runs and watches jobs of a DHIS2 node, moves documents in and out, and reads analytics.")
        {
            JobCommands.Build(this),
            QueueCommands.Build(this),
            ProgressCommands.Running(this),
            ProgressCommands.Completed(this),
            RunsCommand.Build(this),
            WatchCommand.Build(this),
            CancelCommand.Build(this),
            ImportCommands.Build(this),
            ExportCommands.Build(this),
            AnalyticsCommand.Build(this),
            SettingsCommands.Build(this),
            SyncCommands.Build(this),
            MetadataVersionCommands.Build(this),
            SystemCommands.Ping(this),
            SystemCommands.Info(this),
            DemoCommand.Build(this),
            _options.Server,
            _options.User,
            _options.Password,
            _options.Json,
        };
        var help = _root.Options.OfType<HelpOption>().Single();
        help.Action = new ExampleHelp((HelpAction)help.Action!);
    }

    /// <summary>All commands.</summary>
    public RootCommand Root => _root;

    /// <summary>Examples of the root command's help.</summary>
    public static IReadOnlyList<string> Examples { get; } =
    [
        "dhis2 demo                                    # a node with a sample country, shown at work",
        "dhis2 jobs list",
        "dhis2 jobs create --name 'Nightly analytics' --type ANALYTICS_TABLE --cron '0 0 2 * * ?'",
        "dhis2 jobs run 'Nightly analytics' --watch",
        "dhis2 queues run Night --watch                # jobs that run one after another",
        "dhis2 watch                                   # all running jobs, live",
        "dhis2 import metadata country.json.gz && dhis2 import data values.json",
        "dhis2 analytics --dx fbfJHSPpUQD --pe LAST_12_MONTHS --ou LEVEL-2 --chart",
        "dhis2 jobs list --json | jq -r '.jobConfigurations[] | select(.jobStatus==\"RUNNING\").id'",
    ];

    /// <summary>Parses and runs; answers the exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var parsed = _root.Parse(args);
        var invocation = new InvocationConfiguration
        {
            Output = _terminal.Text,
            Error = _terminal.Error,
            EnableDefaultExceptionHandler = false,
            // Program handles signals itself, so that commands end in order.
            ProcessTerminationTimeout = null,
        };
        if (parsed.Errors.Count > 0 && parsed.Action is not ExampleHelp)
            return Failures.Report(UsageError(parsed), parsed.GetValue(_options.Json), _terminal, "", cancellationToken);
        try
        {
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (Exception e) when (Failures.IsKnown(e))
        {
            return Failures.Report(
                e, parsed.GetValue(_options.Json), _terminal, _options.ServerOf(parsed), cancellationToken);
        }
        finally
        {
            await _terminal.Text.FlushAsync(CancellationToken.None);
        }
    }

    /// <summary>Gives a command its action.</summary>
    public Command On(CliCommand command, Func<CommandContext, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var context = new CommandContext(parsed, _options, _terminal);
            return await action(context, cancellationToken);
        });
        return command;
    }

    private static CommandException UsageError(ParseResult parsed)
    {
        var path = new List<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as global::System.CommandLine.Parsing.CommandResult)
            path.Insert(0, result.Command is RootCommand ? "dhis2" : result.Command.Name);
        // An unknown command is also reported as a missing one, which helps less.
        var error = parsed.Errors.FirstOrDefault(
            e => parsed.UnmatchedTokens.Any(t => e.Message.Contains(t, StringComparison.Ordinal))) ?? parsed.Errors[0];
        return new($"{error.Message} See `{string.Join(' ', path)} --help`.");
    }
}
