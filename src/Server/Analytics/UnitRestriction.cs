using System.Data.Common;
using System.Globalization;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Restricts facts to units and what lies below them. A value hidden from a level by its data element's
/// aggregation level does not count to units there.</summary>
internal static class UnitRestriction
{
    private const string Structure = " join _orgunitstructure ous on ous.organisationunitid = f.sourceid";

    /// <summary>Adds the units as a key.</summary>
    public static Func<DbDataReader, int> AddDimension(FactQuery fact, UnitAxis axis, AnalyticsKeys keys)
    {
        var byId = axis.Units.Select((u, i) => (u.Id, i)).ToDictionary(x => x.Id, x => x.i);
        var levels = axis.Units.Where(u => u.Level <= keys.Levels).GroupBy(u => u.Level).ToList();
        int column;
        if (levels.Count == 0)
        {
            fact.Where("false");
            column = fact.Key("f.sourceid");
        }
        else if (levels is [var deepest] && deepest.Key == keys.Levels)
        {
            // Nothing lies below the deepest level, and a value is never hidden from its own unit.
            fact.Where($"f.sourceid in ({Ids(deepest)})");
            column = fact.Key("f.sourceid");
        }
        else if (levels is [var only])
        {
            fact.Join(Structure);
            fact.Where(AtLevel(only));
            column = fact.Key(string.Create(CultureInfo.InvariantCulture, $"ous.idlevel{only.Key}"));
        }
        else
        {
            // A value counts once to each level that is asked for.
            var parts = levels.Select(g => string.Create(
                CultureInfo.InvariantCulture,
                $"select organisationunitid, idlevel{g.Key} as item, {g.Key} as level from _orgunitstructure where idlevel{g.Key} in ({Ids(g)})"));
            fact.Join($" join ({string.Join(" union all ", parts)}) o on o.organisationunitid = f.sourceid and f.hiddenlevels < o.level");
            column = fact.Key("o.item");
        }

        return r => byId[r.GetInt64(column)];
    }

    /// <summary>Adds the units as a restriction; a value within several of them counts once.</summary>
    public static void AddFilter(FactQuery fact, UnitAxis axis, AnalyticsKeys keys)
    {
        var levels = axis.Units.Where(u => u.Level <= keys.Levels).GroupBy(u => u.Level).ToList();
        fact.Join(Structure);
        fact.Where(levels.Count == 0 ? "false" : $"({string.Join(" or ", levels.Select(AtLevel))})");
    }

    private static string AtLevel(IGrouping<int, UnitKey> units) => string.Create(
        CultureInfo.InvariantCulture, $"(ous.idlevel{units.Key} in ({Ids(units)}) and f.hiddenlevels < {units.Key})");

    private static string Ids(IEnumerable<UnitKey> units) => FactQuery.Numbers(units.Select(u => u.Id));
}
