using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>A query with its objects found: keys in place of identifiers.</summary>
internal sealed record ExportScope
{
    /// <summary>Keys of data sets.</summary>
    public required IReadOnlyList<long> DataSets { get; init; }

    /// <summary>Keys of data elements, those of the data sets and groups included.</summary>
    public required IReadOnlyList<long> DataElements { get; init; }

    /// <summary>Keys of the attribute option combos that are asked for; null: all.</summary>
    public IReadOnlyList<long>? AttributeOptionCombos { get; init; }

    /// <summary>Conditions on p, the period, and o, the organisation unit.</summary>
    public required string Where { get; init; }

    /// <summary>Finds the objects. Unknown ones are passed over, as DHIS2 does; nothing left counts as nothing asked.</summary>
    public static async Task<ExportScope> ResolveAsync(DbConnection connection, ExportQuery query, CancellationToken cancellationToken)
    {
        var dataSets = await KeysAsync("select datasetid from dataset where list_contains($uids, uid)", query.DataSets);
        var elements = await KeysAsync("select dataelementid from dataelement where list_contains($uids, uid)", query.DataElements);
        elements.AddRange(await KeysAsync("""
            select m.dataelementid from dataelementgroupmembers m join dataelementgroup g using (dataelementgroupid) where list_contains($uids, g.uid)
            """, query.DataElementGroups));
        elements.AddRange(await KeysAsync("""
            select e.dataelementid from datasetelement e join dataset s using (datasetid) where list_contains($uids, s.uid)
            """, query.DataSets));
        var units = await KeysAsync("select organisationunitid from organisationunit where list_contains($uids, uid)", query.OrgUnits);
        var members = await KeysAsync("""
            select m.organisationunitid from orgunitgroupmembers m join orgunitgroup g using (orgunitgroupid) where list_contains($uids, g.uid)
            """, query.OrgUnitGroups);
        var periods = query.Periods.Select(iso => Period.TryParse(iso, out var period) ? period.Iso : null).OfType<string>().ToList();
        // What is unknown must not make the question wider than it was.
        (query with
        {
            Periods = periods,
            OrgUnits = units.Count == 0 ? [] : query.OrgUnits,
            OrgUnitGroups = members.Count == 0 ? [] : query.OrgUnitGroups,
        }).Check();
        return new ExportScope
        {
            DataSets = dataSets,
            DataElements = [.. elements.Distinct()],
            AttributeOptionCombos = query.AttributeOptionCombos.Count == 0 ? null
                : await KeysAsync("select categoryoptioncomboid from categoryoptioncombo where list_contains($uids, uid)", query.AttributeOptionCombos),
            Where = $"{When(query, periods)} and {Place(query, units, members)}",
        };

        Task<List<long>> KeysAsync(string sql, IReadOnlyList<string> uids) => uids.Count == 0
            ? Task.FromResult(new List<long>())
            : connection.ListAsync(sql, row => row.GetInt64(0), cancellationToken, ("uids", uids.ToList()));
    }

    /// <summary>Keys as a list in a statement; never empty, so that it can stand in any.</summary>
    public static string List(IEnumerable<long> keys) =>
        string.Join(',', keys.Select(key => key.ToString(CultureInfo.InvariantCulture)).DefaultIfEmpty("null"));

    private static string When(ExportQuery query, List<string> periods)
    {
        // An identifier holds letters and digits only, so it can stand in the statement as it is.
        if (periods.Count > 0)
            return $"p.iso in ({string.Join(',', periods.Select(iso => $"'{iso}'"))})";
        return query is { StartDate: { } start, EndDate: { } end }
            ? string.Create(CultureInfo.InvariantCulture, $"p.startdate >= '{start:yyyy-MM-dd}' and p.enddate <= '{end:yyyy-MM-dd}'")
            : "true";
    }

    private static string Place(ExportQuery query, List<long> units, List<long> members)
    {
        var keys = List(units.Concat(members));
        return query.Children
            ? $"exists (select 1 from organisationunit a where a.organisationunitid in ({keys}) and (o.path = a.path or starts_with(o.path, a.path || '/')))"
            : $"o.organisationunitid in ({keys})";
    }
}
