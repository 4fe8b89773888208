using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>The metadata that imports look their entries up in. It does not change; <see cref="ImportLookupCache"/> keeps it
/// for the next import.</summary>
internal sealed class ImportLookups
{
    /// <summary>UID of the option combo that stands for none.</summary>
    public const string DefaultOptionCombo = "HllvX50cXC0";

    private ImportLookups(Dictionary<long, long> parents) => Parents = parents;

    /// <summary>Data elements.</summary>
    public required LookupTable<DataElementEntry> DataElements { get; init; }

    /// <summary>Keys of organisation units.</summary>
    public required LookupTable<long> OrgUnits { get; init; }

    /// <summary>Category option combos, attribute option combos among them.</summary>
    public required LookupTable<OptionComboEntry> OptionCombos { get; init; }

    /// <summary>Data sets.</summary>
    public required LookupTable<DataSetEntry> DataSets { get; init; }

    /// <summary>Codes that data elements with an option set take.</summary>
    public required OptionSets OptionSets { get; init; }

    /// <summary>The option combo that stands for none.</summary>
    public required OptionComboEntry DefaultCombo { get; init; }

    private Dictionary<long, long> Parents { get; }

    /// <summary>Reads what imports need.</summary>
    public static async Task<ImportLookups> LoadAsync(DbConnection connection, IdSchemes schemes, CancellationToken cancellationToken)
    {
        var optionSets = await OptionSets.LoadAsync(connection, cancellationToken);
        var dataSets = new LookupTable<DataSetEntry>();
        var byKey = new Dictionary<long, DataSetEntry>();
        foreach (var (identifier, entry) in await DataSetEntry.LoadAsync(connection, schemes.Of(schemes.DataSet), cancellationToken))
        {
            dataSets.Add(identifier, entry);
            byKey[entry.Id] = entry;
        }

        var sets = (await connection.ListAsync("select dataelementid, datasetid from datasetelement", row => (Element: row.GetInt64(0), Set: row.GetInt64(1)), cancellationToken))
            .Where(p => byKey.ContainsKey(p.Set)).GroupBy(p => p.Element).ToDictionary(g => g.Key, g => g.Select(p => byKey[p.Set]).Distinct().ToArray());
        var dataElements = await LookupTable<DataElementEntry>.LoadAsync(connection,
            $"""
            select {schemes.Of(schemes.DataElement).Sql("dataElements", "e")}, e.dataelementid, e.valuetype, e.aggregationtype, e.zeroissignificant, e.uid
            from dataelement e
            """,
            row => new DataElementEntry(row.GetInt64(1), ValueTypes.Parse(row.GetString(2)),
                !row.GetBoolean(4) && row.GetString(3) is not ("AVERAGE" or "AVERAGE_SUM_ORG_UNIT"), optionSets.Of(row.GetString(5)),
                sets.GetValueOrDefault(row.GetInt64(1)) ?? []),
            cancellationToken);
        var parents = new Dictionary<long, long>();
        var orgUnits = await LookupTable<long>.LoadAsync(connection,
            $"select {schemes.Of(schemes.OrgUnit).Sql("organisationUnits", "u")}, u.organisationunitid, u.parentid from organisationunit u",
            row =>
            {
                if (!row.IsDBNull(2))
                    parents[row.GetInt64(1)] = row.GetInt64(2);
                return row.GetInt64(1);
            },
            cancellationToken);
        var combos = await OptionComboEntry.LoadAsync(connection, schemes.Of(schemes.CategoryOptionCombo), cancellationToken);
        var defaultCombo = (await connection.ListAsync(
            "select c.categoryoptioncomboid, coalesce(l.categorycomboid, 0) from categoryoptioncombo c left join categorycombos_optioncombos l using (categoryoptioncomboid) where c.uid = $uid",
            row => new OptionComboEntry(row.GetInt64(0), row.GetInt64(1)), cancellationToken, ("uid", DefaultOptionCombo)))[0];
        return new ImportLookups(parents)
        {
            DataElements = dataElements,
            OrgUnits = orgUnits,
            OptionCombos = combos,
            DataSets = dataSets,
            OptionSets = optionSets,
            DefaultCombo = defaultCombo,
        };
    }

    /// <summary>Whether the unit is one of the others or lies below one.</summary>
    public bool IsBelow(long unit, IReadOnlySet<long> others)
    {
        // No hierarchy is deeper; a damaged one must not keep us here.
        for (var depth = 0; depth < 64; depth++)
        {
            if (others.Contains(unit))
                return true;
            if (!Parents.TryGetValue(unit, out unit))
                return false;
        }

        return false;
    }
}

/// <summary>What an import must know of a data element.</summary>
/// <param name="Id">Key.</param>
/// <param name="Type">Values it takes.</param>
/// <param name="ZeroMeansNothing">A zero is not worth storing.</param>
/// <param name="OptionSet">Its option set, or -1.</param>
/// <param name="DataSets">The data sets that it is of.</param>
internal readonly record struct DataElementEntry(long Id, ValueType Type, bool ZeroMeansNothing, int OptionSet, DataSetEntry[] DataSets)
{
    /// <summary>Whether a zero of it is not stored.</summary>
    public bool SkipsZeros => ZeroMeansNothing && Type.IsNumeric();
}
