using System.CommandLine;
using Dhis2Grpc.Client.Connection;
using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine;

/// <summary>Options of every command: which server, as whom, and how to write.</summary>
internal sealed class GlobalOptions(Terminal terminal)
{
    private const string DefaultServer = "http://127.0.0.1:8081";

    /// <summary>Address of the server's gRPC listener.</summary>
    public Option<string> Server { get; } = new("--server", "-s")
    {
        Description = $"gRPC address of the server [env DHIS2_SERVER, default {DefaultServer}]",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary>Login name.</summary>
    public Option<string> User { get; } = new("--user", "-u")
    {
        Description = "Login name [env DHIS2_USER, default admin on this machine]",
        HelpName = "NAME",
        Recursive = true,
    };

    /// <summary>Password.</summary>
    public Option<string> Password { get; } = new("--password", "-p")
    {
        Description = "Password; asked for when missing [env DHIS2_PASSWORD, default district on this machine]",
        HelpName = "TEXT",
        Recursive = true,
    };

    /// <summary>Write JSON.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Write machine-readable JSON",
        Recursive = true,
    };

    /// <summary>Opens the client that the options describe.</summary>
    public Dhis2Client Connect(ParseResult parsed)
    {
        var server = Address(ServerOf(parsed));
        var user = parsed.GetValue(User) ?? terminal.Environment("DHIS2_USER");
        var password = parsed.GetValue(Password) ?? terminal.Environment("DHIS2_PASSWORD");
        if (server.IsLoopback && user is null or "admin")
            (user, password) = ("admin", password ?? "district");
        return Dhis2Client.Connect(server, Login(user, password), new() { TimeProvider = terminal.Time });
    }

    /// <summary>The server's address as given.</summary>
    public string ServerOf(ParseResult parsed) =>
        parsed.GetValue(Server) ?? terminal.Environment("DHIS2_SERVER") ?? DefaultServer;

    private static Uri Address(string text)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(full, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.Host.Length > 0
            ? address
            : throw new CommandException($"'{text}' is not an address such as {DefaultServer}.");
    }

    private Dhis2Credentials? Login(string? user, string? password)
    {
        if (user is null)
            return password is null ? null : throw new CommandException("A password needs a user: give --user.");
        if (password is null && !terminal.CanAsk)
            throw new CommandException($"No password for user {user}: give --password or set DHIS2_PASSWORD.");
        return new(user, password ?? terminal.Out.Prompt(new TextPrompt<string>($"Password of {user}:").Secret(null)));
    }
}
