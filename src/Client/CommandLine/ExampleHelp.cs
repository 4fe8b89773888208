using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Dhis2Grpc.Client.CommandLine;

/// <summary>The usual help, then examples and exit codes.</summary>
internal sealed class ExampleHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is CliCommand { Examples.Count: > 0 } command)
            WriteExamples(output, command.Examples);
        if (parseResult.CommandResult.Command is RootCommand)
        {
            WriteExamples(output, Dhis2CommandLine.Examples);
            output.WriteLine("Environment:");
            output.WriteLine("  DHIS2_SERVER, DHIS2_USER, DHIS2_PASSWORD  Defaults of --server, --user, --password.");
            output.WriteLine("  NO_COLOR                                  Set to anything: no colours.");
            output.WriteLine();
            output.WriteLine("Exit codes:");
            output.WriteLine($"  {ExitCode.Help}");
            output.WriteLine();
            output.WriteLine("JSON (--json):");
            output.WriteLine("  DHIS2's member names; times in UTC, durations in seconds. `watch` writes one object a line.");
            output.WriteLine("  Errors go to standard error as {\"error\":{\"status\",\"code\",\"message\",\"reports\",\"exitCode\"}}.");
        }

        return code;
    }

    private static void WriteExamples(TextWriter output, IReadOnlyList<string> examples)
    {
        output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
        output.WriteLine();
    }
}
