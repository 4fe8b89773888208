using System.CommandLine;
using Dhis2Grpc.Client.CommandLine.Json;
using Google.Protobuf;
using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine;

/// <summary>One invocation of a command.</summary>
internal sealed class CommandContext(ParseResult parsed, GlobalOptions options, Terminal terminal) : IDisposable
{
    private Dhis2Client? _client;

    /// <summary>Input and output.</summary>
    public Terminal Terminal { get; } = terminal;

    /// <summary>The result is to be written as JSON.</summary>
    public bool Json { get; } = parsed.GetValue(options.Json);

    /// <summary>The server; connected on first use.</summary>
    public Dhis2Client Client => _client ??= options.Connect(parsed);

    /// <summary>Value of an option.</summary>
    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>Value of an argument.</summary>
    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>Value of an argument that may be left out.</summary>
    public T? Find<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>Whether an option was given.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Writes a message as JSON, or what <paramref name="show"/> shows of it.</summary>
    public void Write(IMessage message, Action<IAnsiConsole> show)
    {
        if (Json)
            WriteJson(MessageJson.Format(message));
        else
            show(Terminal.Out);
    }

    /// <summary>Writes a JSON text of its own line or lines.</summary>
    public void WriteJson(string json)
    {
        Terminal.Text.WriteLine(json);
        Terminal.Text.Flush();
    }

    /// <summary>Tells people something that is not the result.</summary>
    public void Note(string text) => Terminal.Error.WriteLine(text);

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();
}
