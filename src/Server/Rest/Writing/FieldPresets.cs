using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Members that the presets of the <c>fields</c> parameter name.</summary>
internal static class FieldPresets
{
    /// <summary>Members of <c>:identifiable</c>.</summary>
    public static FrozenSet<string> Identifiable { get; } =
        new[] { "id", "code", "name", "created", "lastUpdated", "lastUpdatedBy" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Members of <c>:nameable</c>.</summary>
    public static FrozenSet<string> Nameable { get; } =
        Identifiable.Concat(["shortName", "description"]).ToFrozenSet(StringComparer.Ordinal);
}
