using System.Collections.Frozen;
using System.Data.Common;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Reads <see cref="AnalyticsKeys"/> from the snapshot that the connection's transaction sees.</summary>
internal sealed class AnalyticsKeyReader(DbConnection connection, CancellationToken cancellationToken)
{
    /// <summary>Reads all keys; the fact tables exist.</summary>
    public async Task<AnalyticsKeys> ReadAsync(long? generation, IReadOnlyList<int> years)
    {
        var elements = await ElementsAsync();
        var units = await ListAsync(
            "select organisationunitid, uid, code, name, hierarchylevel, path from organisationunit where hierarchylevel is not null and path is not null",
            r => new UnitKey(r.GetInt64(0), r.GetString(1), r.Text(2), r.GetString(3)) { Level = r.GetInt32(4), Path = r.GetString(5) });
        var combos = await ListAsync(
            "select categoryoptioncomboid, uid, code, coalesce(categoryoptioncomboname, uid) from categoryoptioncombo left join _categorystructure using (categoryoptioncomboid)",
            Named);
        return new AnalyticsKeys
        {
            Generation = generation,
            Years = years,
            Levels = await OrgUnitLevels.CountAsync(connection, cancellationToken),
            Elements = elements.ToFrozenDictionary(e => e.Uid),
            ElementGroups = await GroupsAsync("dataelementgroup", "dataelementgroupid", "dataelementid", elements),
            Units = units.ToFrozenDictionary(u => u.Uid),
            UnitGroups = await GroupsAsync("orgunitgroup", "orgunitgroupid", "organisationunitid", units),
            LevelsByUid = (await ListAsync("select uid, level from orgunitlevel", r => (Uid: r.GetString(0), Level: r.GetInt32(1))))
                .ToFrozenDictionary(l => l.Uid, l => l.Level),
            OptionCombos = combos.ToFrozenDictionary(c => c.Uid),
            OptionCombosById = combos.ToFrozenDictionary(c => c.Id),
            Dimensions = await DimensionsAsync(),
            Periods = await PeriodsAsync(),
        };
    }

    private static NamedKey Named(DbDataReader r) => new(r.GetInt64(0), r.GetString(1), r.Text(2), r.GetString(3));

    private Task<List<ElementKey>> ElementsAsync() => ListAsync(
        """
        select e.dataelementid, e.uid, e.code, e.name, e.valuetype, e.aggregationtype, s.periodtypename
        from dataelement e left join _dataelementstructure s using (dataelementid)
        where e.domaintype = 'AGGREGATE'
        """,
        r => new ElementKey(r.GetInt64(0), r.GetString(1), r.Text(2), r.GetString(3))
        {
            ValueType = r.GetString(4),
            AggregationType = r.GetString(5),
            PeriodType = r.Text(6) is { } name && PeriodType.TryGet(name, out var type) ? type : null,
        });

    private async Task<FrozenDictionary<string, GroupKey<T>>> GroupsAsync<T>(string table, string id, string member, List<T> objects)
        where T : NamedKey
    {
        var byId = objects.ToDictionary(o => o.Id);
        var members = (await ListAsync($"select {id}, {member} from {table}members order by all", r => (Group: r.GetInt64(0), Member: r.GetInt64(1))))
            .ToLookup(m => m.Group, m => m.Member);
        var groups = await ListAsync($"select {id}, uid, code, name from {table}", Named);
        return groups.ToFrozenDictionary(g => g.Uid, g => new GroupKey<T>(
            g.Id, g.Uid, g.Code, g.Name, [.. members[g.Id].Where(byId.ContainsKey).Select(m => byId[m])]));
    }

    private async Task<FrozenDictionary<string, DimensionKey>> DimensionsAsync()
    {
        var items = (await ListAsync(
            """
            select s.uid, g.dataelementgroupid, g.uid, g.code, g.name, m.sort_order
            from dataelementgroupset s join dataelementgroupsetmembers m using (dataelementgroupsetid) join dataelementgroup g using (dataelementgroupid)
            union all
            select s.uid, g.orgunitgroupid, g.uid, g.code, g.name, 0
            from orgunitgroupset s join orgunitgroupsetmembers m using (orgunitgroupsetid) join orgunitgroup g using (orgunitgroupid)
            union all
            select s.uid, g.categoryoptiongroupid, g.uid, g.code, g.name, m.sort_order
            from categoryoptiongroupset s join categoryoptiongroupsetmembers m using (categoryoptiongroupsetid)
            join categoryoptiongroup g using (categoryoptiongroupid)
            union all
            select c.uid, o.categoryoptionid, o.uid, o.code, o.name, m.sort_order
            from dataelementcategory c join categories_categoryoptions m using (categoryid) join dataelementcategoryoption o using (categoryoptionid)
            order by 1, 6, 5, 3
            """,
            r => (Dimension: r.GetString(0), Item: new NamedKey(r.GetInt64(1), r.GetString(2), r.Text(3), r.GetString(4)))))
            .ToLookup(x => x.Dimension, x => x.Item);
        var dimensions = await AnalyticsDimension.ReadAsync(connection, cancellationToken);
        return dimensions.ToFrozenDictionary(d => d.Uid, d => new DimensionKey(d, [.. items[d.Uid]]));
    }

    private async Task<IReadOnlyList<StoredPeriod>> PeriodsAsync()
    {
        var stored = await ListAsync("select periodid, iso, year from _periodstructure", r => (Id: r.GetInt64(0), Iso: r.GetString(1), Year: r.GetInt32(2)));
        return
        [
            .. stored
                .Select(s => (s.Id, s.Year, Known: Period.TryParse(s.Iso, out var period), Period: period))
                .Where(s => s.Known)
                .OrderBy(s => s.Period.End).ThenBy(s => s.Period.Start).ThenBy(s => s.Id)
                .Select((s, order) => new StoredPeriod(s.Id, s.Period, s.Year, order)),
        ];
    }

    private Task<List<T>> ListAsync<T>(string sql, Func<DbDataReader, T> row) => connection.ListAsync(sql, row, cancellationToken);
}
