using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Members that DHIS2 takes in and never gives out, such as the password of an exchange's target.</summary>
internal static class SecretMembers
{
    private static readonly FrozenSet<string> Names =
        new[] { "password", "accessToken", "secret", "clientSecret", "apiToken" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a member of that name is one.</summary>
    public static bool IsSecret(string name) => Names.Contains(name);
}
