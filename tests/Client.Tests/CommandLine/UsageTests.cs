using System.CommandLine;
using Dhis2Grpc.Client.CommandLine;

namespace Client.Tests.CommandLine;

/// <summary>What needs no server: help, wrong usage, exit codes.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("Unrecognized", "jobs", "frobnicate")]
    [InlineData("--colour", "jobs", "list", "--colour")]
    [InlineData("Required argument missing", "jobs", "get")]
    [InlineData("is no job type", "jobs", "create", "--name", "x", "--type", "NOPE")]
    [InlineData("needs --name and --type", "jobs", "create", "--name", "x")]
    [InlineData("not a number of seconds", "jobs", "create", "--name", "x", "--type", "TEST", "--delay", "soon")]
    [InlineData("has no parameter 'itmes'", "jobs", "create", "--name", "x", "--type", "TEST", "--parameters", "{\"itmes\":1}")]
    [InlineData("no valid JSON", "jobs", "create", "--name", "x", "--type", "TEST", "--parameters", "{")]
    [InlineData("has no parameters", "jobs", "create", "--name", "x", "--type", "RESOURCE_TABLE", "--parameters", "{\"a\":1}")]
    [InlineData("is no value of failWithPolicy", "jobs", "create", "--name", "x", "--type", "TEST", "--parameters", "{\"failWithPolicy\":\"MAYBE\"}")]
    [InlineData("is not an address", "ping", "--server", "ftp://x")]
    [InlineData("No password for user jane", "ping", "--user", "jane")]
    [InlineData("not allowed for --atomic-mode", "import", "metadata", "x.json", "--atomic-mode", "SOME")]
    [InlineData("nowhere.json", "import", "metadata", "/nowhere/nowhere.json")]
    [InlineData("Nothing asked", "analytics")]
    [InlineData("--size", "demo", "--size", "0")]
    public async Task Wrong_usage_is_one_line_on_standard_error_and_exit_code_2(string expected, params string[] args)
    {
        var run = await CliRun.RunAsync(args);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Empty(run.Output);
        var line = Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("dhis2: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_exit_code_4_and_named()
    {
        var run = await CliRun.RunAsync(["ping", "--server", "127.0.0.1:1"]);
        Assert.Equal(ExitCode.Unreachable, run.Code);
        Assert.Contains("127.0.0.1:1 cannot be reached", run.Error, StringComparison.Ordinal);
        var json = await CliRun.RunAsync(["ping", "--server", "127.0.0.1:1", "--json"]);
        Assert.Equal(ExitCode.Unreachable, json.Code);
        Assert.Equal("UNAVAILABLE", json.JsonError.GetProperty("status").GetString());
        Assert.Equal(4, json.JsonError.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task The_environment_gives_defaults_and_options_win()
    {
        var environment = new Dictionary<string, string> { ["DHIS2_SERVER"] = "http://127.0.0.1:2", ["DHIS2_USER"] = "jane", ["DHIS2_PASSWORD"] = "secret" };
        Assert.Contains(":2 cannot", (await CliRun.RunAsync(["ping"], environment)).Error, StringComparison.Ordinal);
        Assert.Contains(":3 cannot", (await CliRun.RunAsync(["ping", "-s", "127.0.0.1:3"], environment)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_has_help_with_examples_that_parse()
    {
        var (root, _) = Root();
        foreach (var (path, command) in Commands(root, []))
        {
            var help = await CliRun.RunAsync([.. path, "--help"]);
            Assert.Equal(ExitCode.Ok, help.Code);
            Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);
            Assert.Contains("dhis2 " + string.Join(' ', path), help.Output, StringComparison.Ordinal);
            foreach (var example in ((CliCommand)command).Examples)
                Assert.All(Invocations(example), words => Assert.Empty(root.Parse(words).Errors.Select(e => $"{example}: {e.Message}")));
        }

        Assert.All(Dhis2CommandLine.Examples.SelectMany(Invocations), words => Assert.Empty(root.Parse(words).Errors));
    }

    [Fact]
    public async Task Root_help_tells_exit_codes_environment_and_json()
    {
        var help = await CliRun.RunAsync(["--help"]);
        Assert.Equal(ExitCode.Ok, help.Code);
        Assert.All(
            ["DHIS2_SERVER", "NO_COLOR", "3 not found", "130 interrupted", "--json", "one object a line"],
            text => Assert.Contains(text, help.Output, StringComparison.Ordinal));
    }

    private static (RootCommand Root, Dhis2CommandLine Cli) Root()
    {
        var cli = new Dhis2CommandLine(new Terminal
        {
            Out = Terminal.Over(new StringWriter(), live: false, noColor: true),
            Error = new StringWriter(),
            OpenInput = () => Stream.Null,
            OpenOutput = () => Stream.Null,
            Environment = _ => null,
            Live = false,
        });
        return (cli.Root, cli);
    }

    private static IEnumerable<(string[] Path, Command Command)> Commands(Command parent, string[] path)
    {
        foreach (var command in parent.Subcommands)
        {
            string[] own = [.. path, command.Name];
            yield return (own, command);
            foreach (var below in Commands(command, own))
                yield return below;
        }
    }

    // The words of those parts of a shell line that call dhis2, without redirections and comments.
    private static List<string[]> Invocations(string example)
    {
        var parts = new List<List<string>> { new() };
        string? word = null;
        var quote = '\0';
        foreach (var c in example + " ")
        {
            if (quote != '\0')
            {
                (word, quote) = c == quote ? (word, '\0') : (word + c, quote);
            }
            else if (c is '\'' or '"')
            {
                (word, quote) = (word ?? "", c);
            }
            else if (c is ' ' or '|' or '>' or '#' or '&' or ';')
            {
                if (word is not null)
                    parts[^1].Add(word);
                word = null;
                if (c != ' ')
                    parts.Add([]);
            }
            else
            {
                word += c;
            }
        }

        return [.. parts.Where(p => p.FirstOrDefault() == "dhis2").Select(p => p.Skip(1).ToArray())];
    }
}
