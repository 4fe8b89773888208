using System.Buffers;
using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Members that DHIS2 takes in and never gives out, such as the password of an exchange's target.</summary>
internal static class SecretMembers
{
    private static readonly string[] All = ["password", "accessToken", "secret", "clientSecret", "apiToken"];
    private static readonly FrozenSet<string> Names = All.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    private static readonly SearchValues<string> Written = SearchValues.Create([.. All.Select(n => $"\"{n}\"")], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a member of that name is one.</summary>
    public static bool IsSecret(string name) => Names.Contains(name);

    /// <summary>Whether one may be in the JSON; false is sure.</summary>
    // An escaped letter would hide a name.
    public static bool MayBeIn(string json) => json.AsSpan().ContainsAny(Written) || json.Contains("\\u", StringComparison.Ordinal);
}
