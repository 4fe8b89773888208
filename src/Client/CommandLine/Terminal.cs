using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine;

/// <summary>What a command reads from and writes to; tests capture it.</summary>
internal sealed class Terminal
{
    // Wide enough that nothing wraps where no one looks at a screen.
    private const int PipeWidth = 1_000;

    /// <summary>Standard output.</summary>
    public required IAnsiConsole Out { get; init; }

    /// <summary>Standard error: messages that are not the result.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Opens standard output for bytes.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Someone looks at standard output: live displays and colours make sense.</summary>
    public required bool Live { get; init; }

    /// <summary>Someone can answer a question.</summary>
    public bool CanAsk { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Standard output for text that must not be wrapped or marked up.</summary>
    public TextWriter Text => Out.Profile.Out.Writer;

    /// <summary>The process's own terminal. Colours follow NO_COLOR; a pipe gets plain text.</summary>
    public static Terminal OfProcess()
    {
        var live = !Console.IsOutputRedirected && global::System.Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new()
        {
            Out = Over(Console.Out, live, global::System.Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }),
            Error = Console.Error,
            OpenInput = Console.OpenStandardInput,
            OpenOutput = Console.OpenStandardOutput,
            Environment = global::System.Environment.GetEnvironmentVariable,
            Live = live,
            CanAsk = live && !Console.IsInputRedirected,
        };
    }

    /// <summary>A console over a writer; plain and wide unless live.</summary>
    public static IAnsiConsole Over(TextWriter writer, bool live, bool noColor)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = live ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = live && !noColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = live ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!live)
            console.Profile.Width = PipeWidth;
        return console;
    }
}
