using System.CommandLine;

namespace Dhis2Grpc.Client.CommandLine;

/// <summary>A command with examples in its help.</summary>
internal sealed class CliCommand(string name, string description, params string[] examples)
    : Command(name, description)
{
    /// <summary>Lines that work as they stand.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Adds arguments and options.</summary>
    public CliCommand With(params Symbol[] symbols)
    {
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    Add(argument);
                    break;
                case Option option:
                    Add(option);
                    break;
                case Command command:
                    Add(command);
                    break;
            }
        }

        return this;
    }
}
