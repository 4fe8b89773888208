using System.Collections.Frozen;
using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>An object that queries name, and its key in the fact tables.</summary>
/// <param name="Id">Key.</param>
/// <param name="Uid">UID.</param>
/// <param name="Code">Code.</param>
/// <param name="Name">Name.</param>
internal record NamedKey(long Id, string Uid, string? Code, string Name);

/// <summary>A data element.</summary>
internal sealed record ElementKey(long Id, string Uid, string? Code, string Name) : NamedKey(Id, Uid, Code, Name)
{
    /// <summary>Value type, such as NUMBER.</summary>
    public required string ValueType { get; init; }

    /// <summary>Aggregation type, such as SUM.</summary>
    public required string AggregationType { get; init; }

    /// <summary>Shortest period type of its data sets; null without data set.</summary>
    public PeriodType? PeriodType { get; init; }

    /// <summary>What its values are in the fact tables.</summary>
    public FactKind Kind => ValueType switch
    {
        "NUMBER" or "UNIT_INTERVAL" or "PERCENTAGE" or "INTEGER" or "INTEGER_POSITIVE" or "INTEGER_NEGATIVE"
            or "INTEGER_ZERO_OR_POSITIVE" => FactKind.Number,
        "BOOLEAN" or "TRUE_ONLY" => FactKind.Boolean,
        _ => FactKind.Text,
    };
}

/// <summary>What values are in the fact tables.</summary>
internal enum FactKind
{
    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Numbers 1 and 0.</summary>
    Boolean,

    /// <summary>Texts.</summary>
    Text,
}

/// <summary>An organisation unit.</summary>
internal sealed record UnitKey(long Id, string Uid, string? Code, string Name) : NamedKey(Id, Uid, Code, Name)
{
    /// <summary>Level; the root's is 1.</summary>
    public required int Level { get; init; }

    /// <summary>UIDs from the root down to the unit, each after a slash.</summary>
    public required string Path { get; init; }

    /// <summary>Whether this is the unit, or below it.</summary>
    public bool IsWithin(UnitKey unit) =>
        Path.StartsWith(unit.Path, StringComparison.Ordinal) && (Path.Length == unit.Path.Length || Path[unit.Path.Length] == '/');
}

/// <summary>A group and its members.</summary>
internal sealed record GroupKey<T>(long Id, string Uid, string? Code, string Name, IReadOnlyList<T> Members) : NamedKey(Id, Uid, Code, Name);

/// <summary>A dimension and its items, in order.</summary>
internal sealed record DimensionKey(AnalyticsDimension Dimension, IReadOnlyList<NamedKey> Items);

/// <summary>A stored period.</summary>
/// <param name="Id">Key.</param>
/// <param name="Period">The period.</param>
/// <param name="Year">Year of the partition that its values are in.</param>
/// <param name="Order">Position by end, then start.</param>
internal readonly record struct StoredPeriod(long Id, Period Period, int Year, int Order);

/// <summary>All that queries name, with the keys that stand for it in the fact tables. Read once per generation of the
/// tables, so that a query plans in memory and joins only what it needs.</summary>
internal sealed class AnalyticsKeys
{
    private readonly Dictionary<PeriodType, Dictionary<Period, List<StoredPeriod>>> _byType = [];

    /// <summary>Generation that this was read from; null when there was none.</summary>
    public required long? Generation { get; init; }

    /// <summary>Years that have a fact table.</summary>
    public required IReadOnlyList<int> Years { get; init; }

    /// <summary>Levels in the resource tables.</summary>
    public required int Levels { get; init; }

    /// <summary>Aggregate data elements by UID.</summary>
    public required FrozenDictionary<string, ElementKey> Elements { get; init; }

    /// <summary>Data element groups by UID.</summary>
    public required FrozenDictionary<string, GroupKey<ElementKey>> ElementGroups { get; init; }

    /// <summary>Organisation units by UID.</summary>
    public required FrozenDictionary<string, UnitKey> Units { get; init; }

    /// <summary>Organisation unit groups by UID.</summary>
    public required FrozenDictionary<string, GroupKey<UnitKey>> UnitGroups { get; init; }

    /// <summary>Levels by UID.</summary>
    public required FrozenDictionary<string, int> LevelsByUid { get; init; }

    /// <summary>Category option combos by UID.</summary>
    public required FrozenDictionary<string, NamedKey> OptionCombos { get; init; }

    /// <summary>Category option combos by key.</summary>
    public required FrozenDictionary<long, NamedKey> OptionCombosById { get; init; }

    /// <summary>Group sets and categories by UID.</summary>
    public required FrozenDictionary<string, DimensionKey> Dimensions { get; init; }

    /// <summary>Stored periods by end, then start.</summary>
    public required IReadOnlyList<StoredPeriod> Periods { get; init; }

    /// <summary>Stored periods that count to the period: those of its type and shorter ones whose day of reference it
    /// contains.</summary>
    public IReadOnlyList<StoredPeriod> PeriodsIn(Period period)
    {
        Dictionary<Period, List<StoredPeriod>>? index;
        lock (_byType)
        {
            if (!_byType.TryGetValue(period.Type, out index))
                _byType[period.Type] = index = Index(period.Type);
        }

        return index.TryGetValue(period, out var stored) ? stored : [];
    }

    private Dictionary<Period, List<StoredPeriod>> Index(PeriodType type)
    {
        var index = new Dictionary<Period, List<StoredPeriod>>();
        foreach (var stored in Periods)
        {
            var own = stored.Period.Type;
            if (own != type && own.FrequencyOrder >= type.FrequencyOrder)
                continue;
            var target = own == type ? stored.Period : type.Containing(stored.Period.ReferenceDay);
            if (!index.TryGetValue(target, out var list))
                index[target] = list = [];
            list.Add(stored);
        }

        return index;
    }
}
