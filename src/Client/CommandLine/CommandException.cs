namespace Dhis2Grpc.Client.CommandLine;

/// <summary>Ends a command with a message for people and an exit code.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.Usage) : Exception(message)
{
    /// <summary>See <see cref="CommandLine.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
