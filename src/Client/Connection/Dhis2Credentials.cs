using System.Text;

namespace Dhis2Grpc.Client.Connection;

/// <summary>A login by user name and password (HTTP Basic).</summary>
/// <param name="Username">Login name.</param>
/// <param name="Password">Password.</param>
public sealed record Dhis2Credentials(string Username, string Password)
{
    /// <summary>Value of the `authorization` metadata.</summary>
    internal string Authorization { get; } =
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{Password}"));

    /// <summary>The user name only: a password must not end up in a log.</summary>
    public override string ToString() => Username;
}
