using System.Globalization;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every organisation unit with its group in each group set that is a data dimension. Sets that include the
/// sub-hierarchy look at the unit, then its parent, and so on; the first in some group decides.</summary>
internal sealed class OrgUnitGroupSetStructure : IResourceTable
{
    /// <inheritdoc/>
    public string Name => "_organisationunitgroupsetstructure";

    /// <inheritdoc/>
    public async Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        var sets = await SetColumns.ReadAsync(
            connection,
            "select orgunitgroupsetid, uid, coalesce(shortname, name) from orgunitgroupset where datadimension order by name, uid",
            new ColumnNames("organisationunitid", "organisationunitname", "startdate"),
            cancellationToken);
        var levels = await connection.ScalarAsync<int>("select coalesce(max(level), 0) from _orgunitstructure", cancellationToken);
        var ancestors = string.Join(" union all ", Enumerable.Range(1, Math.Max(levels, 1)).Select(k => k > levels
            ? "select null::bigint as organisationunitid, null::bigint as ancestorid, 0 as level"
            : string.Create(CultureInfo.InvariantCulture, $"select organisationunitid, idlevel{k} as ancestorid, {k} as level from _orgunitstructure where level >= {k}")));
        await connection.ExecuteAsync(
            $"""
            create table {target} as
            with ancestor as ({ancestors}), member as (
                select m.organisationunitid, s.orgunitgroupsetid as setid, coalesce(gs.includesubhierarchyinanalytics, false) as inherited,
                    arg_min(g.name, (g.name, g.uid)) as name, arg_min(g.uid, (g.name, g.uid)) as uid
                from orgunitgroupsetmembers s
                join orgunitgroupset gs using (orgunitgroupsetid)
                join orgunitgroup g using (orgunitgroupid)
                join orgunitgroupmembers m using (orgunitgroupid)
                group by all
            ), f as (
                select a.organisationunitid, m.setid, arg_max(m.name, a.level) as name, arg_max(m.uid, a.level) as uid
                from ancestor a
                join member m on m.organisationunitid = a.ancestorid and (m.inherited or a.ancestorid = a.organisationunitid)
                group by a.organisationunitid, m.setid
            )
            select o.organisationunitid, any_value(o.name) as organisationunitname, null::date as startdate{string.Concat(sets.Select(s => s.Select()))}
            from organisationunit o left join f using (organisationunitid)
            group by o.organisationunitid
            """,
            cancellationToken);
    }
}
