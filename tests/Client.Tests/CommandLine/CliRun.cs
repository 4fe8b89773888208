using System.Text;
using System.Text.Json;
using Dhis2Grpc.Client.CommandLine;

namespace Client.Tests.CommandLine;

/// <summary>One invocation of the command line in this process, with captured output.</summary>
internal sealed record CliRun(int Code, string Output, string Error)
{
    /// <summary>The output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The JSON error on standard error.</summary>
    public JsonElement JsonError => JsonDocument.Parse(Error).RootElement.GetProperty("error");

    /// <summary>The lines of the output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Runs a command against a server.</summary>
    public static Task<CliRun> OnAsync(Uri server, params string[] args) =>
        RunAsync(args, new() { ["DHIS2_SERVER"] = server.ToString() });

    /// <summary>Runs a command with an environment and an input.</summary>
    public static async Task<CliRun> RunAsync(
        string[] args, Dictionary<string, string>? environment = null, byte[]? input = null, CancellationToken? interrupt = null)
    {
        using var limit = TestJobs.LimitedToken();
        var output = new StringWriter();
        var error = new StringWriter();
        using var bytes = new MemoryStream();
        var terminal = new Terminal
        {
            Out = Terminal.Over(output, live: false, noColor: true),
            Error = error,
            OpenInput = () => new MemoryStream(input ?? []),
            OpenOutput = () => new KeptStream(bytes),
            Environment = name => environment?.GetValueOrDefault(name),
            Live = false,
        };
        var code = await new Dhis2CommandLine(terminal).RunAsync(args, interrupt ?? limit.Token);
        return new(code, output + Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }

    // A command disposes its output; the test still wants to read it.
    private sealed class KeptStream(MemoryStream inner) : MemoryStream
    {
        protected override void Dispose(bool disposing)
        {
            WriteTo(inner);
            base.Dispose(disposing);
        }
    }
}
