using System.Data.Common;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Checks that an import makes when asked to: whether values agree with the data sets of their data elements.</summary>
[Flags]
internal enum StrictChecks
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The period is of the type of a data set of the data element (E7632).</summary>
    Periods = 1,

    /// <summary>The data element is of the data set in the header, or of any when the header names none (E7633).</summary>
    DataElements = 2,

    /// <summary>The category option combo is of the data element's category combo (E7634).</summary>
    CategoryOptionCombos = 4,

    /// <summary>The attribute option combo is of the category combo of a data set of the data element (E7635).</summary>
    AttributeOptionCombos = 8,

    /// <summary>The organisation unit is assigned to a data set of the data element (E7636).</summary>
    OrganisationUnits = 16,

    /// <summary>Every value names a category option combo (E7630).</summary>
    RequireCategoryOptionCombo = 32,

    /// <summary>Every value names an attribute option combo, or the header does (E7631).</summary>
    RequireAttributeOptionCombo = 64,

    /// <summary>No data set that a value may be for is past its expiry (E7640); otherwise one that is not is enough.</summary>
    DataSetLocking = 128,

    /// <summary>All data sets that a value may be for take it now (E7643); otherwise one that does is enough.</summary>
    DataSetInputPeriods = 256,
}

/// <summary>What belongs together by the data sets, as pairs of keys.</summary>
internal sealed class StrictRules
{
    private readonly Dictionary<StrictChecks, HashSet<(long, long)>> _pairs = [];
    private readonly Dictionary<int, PeriodType> _types = [];
    private HashSet<long> _ofDataSet = [];

    /// <summary>The checks that were asked for.</summary>
    public StrictChecks Checks { get; private init; }

    /// <summary>Reads what the checks need, and no more.</summary>
    public static async Task<StrictRules> LoadAsync(DbConnection connection, StrictChecks checks, long? dataSet, CancellationToken cancellationToken)
    {
        var rules = new StrictRules { Checks = checks };
        await PairsAsync(StrictChecks.Periods, "select e.dataelementid, s.periodtypeid::bigint from datasetelement e join dataset s using (datasetid)");
        await PairsAsync(StrictChecks.CategoryOptionCombos, """
            select d.dataelementid, c.categoryoptioncomboid from dataelement d join categorycombos_optioncombos c using (categorycomboid)
            union select e.dataelementid, c.categoryoptioncomboid from datasetelement e join categorycombos_optioncombos c using (categorycomboid)
            """);
        await PairsAsync(StrictChecks.AttributeOptionCombos, """
            select e.dataelementid, c.categoryoptioncomboid from datasetelement e join dataset s using (datasetid)
            join categorycombos_optioncombos c on c.categorycomboid = s.categorycomboid
            """);
        await PairsAsync(StrictChecks.OrganisationUnits, "select e.dataelementid, s.sourceid from datasetelement e join datasetsource s using (datasetid)");
        if (rules.Checks.HasFlag(StrictChecks.DataElements))
        {
            rules._ofDataSet = [.. await connection.ListAsync("select distinct dataelementid from datasetelement where $set is null or datasetid = $set",
                row => row.GetInt64(0), cancellationToken, ("set", dataSet))];
        }
        if (rules.Checks.HasFlag(StrictChecks.Periods))
        {
            foreach (var (id, name) in await connection.ListAsync("select periodtypeid, name from periodtype",
                row => (row.GetInt32(0), row.GetString(1)), cancellationToken))
            {
                if (PeriodType.TryGet(name, out var type))
                    rules._types[id] = type;
            }
        }
        return rules;

        async Task PairsAsync(StrictChecks check, string sql)
        {
            if (rules.Checks.HasFlag(check))
                rules._pairs[check] = [.. await connection.ListAsync(sql, row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken)];
        }
    }

    /// <summary>Whether the check was not asked for, or data element and key belong together.</summary>
    public bool Agree(StrictChecks check, long dataElement, long key) => !_pairs.TryGetValue(check, out var pairs) || pairs.Contains((dataElement, key));

    /// <summary>Whether the check was not asked for, or the period is of a type of the data element.</summary>
    public bool Agree(long dataElement, Period period) =>
        !_pairs.TryGetValue(StrictChecks.Periods, out var pairs) || _types.Any(t => t.Value == period.Type && pairs.Contains((dataElement, t.Key)));

    /// <summary>Whether the check was not asked for, or the data element is of the header's data set.</summary>
    public bool IsOfDataSet(long dataElement) => !Checks.HasFlag(StrictChecks.DataElements) || _ofDataSet.Contains(dataElement);
}
