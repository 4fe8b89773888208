using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>All types that the node knows, by collection.</summary>
internal static class MetadataTypes
{
    // After the known ones, before dashboards, which refer to anything.
    private const int UnknownRank = 3000;

    private static readonly FrozenDictionary<string, MetadataType> Known = new[]
        {
            HierarchyTypes.All, DataSetTypes.All, IndicatorTypes.All, RuleTypes.All, ProgramTypes.All, UserTypes.All, DashboardTypes.All, SystemTypes.All, VerbatimTypes.All,
        }
        .SelectMany(t => t).ToFrozenDictionary(t => t.Collection, StringComparer.Ordinal);

    /// <summary>The known types in the order of imports and exports.</summary>
    public static IReadOnlyList<MetadataType> InOrder { get; } = [.. Known.Values.OrderBy(t => t.Rank)];

    /// <summary>The types with tables, in the same order.</summary>
    public static IReadOnlyList<MetadataType> Projected { get; } = [.. InOrder.Where(t => t.Table is not null)];

    /// <summary>Members of a document that are no collections of objects to keep.</summary>
    public static FrozenSet<string> Ignored { get; } =
        new[] { "system", "date", "package", "metadataVersions" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the collection is a known type.</summary>
    public static bool IsKnown(string collection) => Known.ContainsKey(collection);

    /// <summary>The type of a collection; one that is not known is named by its collection.</summary>
    public static MetadataType Of(string collection) =>
        Known.TryGetValue(collection, out var type) ? type : new MetadataType(collection, collection, UnknownRank);
}
