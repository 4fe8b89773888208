using Dhis2Grpc.Client.CommandLine;

namespace Dhis2Grpc.Client.Demo;

/// <summary>Finds the server's program: beside a published client, or among the build outputs of the source tree.</summary>
internal static class ServerLocation
{
    private const string Assembly = "Dhis2Grpc.Server.dll";

    /// <summary>The client runs from its build output in the source tree.</summary>
    public static bool InSourceTree { get; } = File.Exists(Sibling());

    /// <summary>Path of the server's assembly.</summary>
    public static string Find()
    {
        string[] places = [Path.Combine(AppContext.BaseDirectory, "server", Assembly), Sibling()];
        return places.FirstOrDefault(File.Exists) ?? throw new CommandException(
            $"The server's program was found at none of {string.Join(", ", places)}; build the whole solution, or publish the client.",
            ExitCode.Failed);
    }

    // .../src/Client/bin/Debug/net10.0/ -> .../src/Server/bin/Debug/net10.0/
    private static string Sibling()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = output.Parent;
        var project = configuration?.Parent?.Parent;
        return project?.Parent is null
            ? Assembly
            : Path.Combine(project.Parent.FullName, "Server", "bin", configuration!.Name, output.Name, Assembly);
    }
}
