using Dhis2Grpc.Benchmarks.Sample;

namespace Dhis2Grpc.Benchmarks.Analytics;

/// <summary>The part of DHIS2's PostgreSQL schema that its analytics build reads, and the sample's rows of it.</summary>
internal static class Dhis2Schema
{
    /// <summary>Tables and their columns.</summary>
    public static IReadOnlyList<string> Tables { get; } =
    [
        "organisationunit(organisationunitid bigint primary key, uid varchar(11) not null, name varchar(230) not null, parentid bigint, path varchar(255), hierarchylevel integer, openingdate date)",
        "dataelement(dataelementid bigint primary key, uid varchar(11) not null, name varchar(230) not null, valuetype varchar(50) not null, domaintype varchar(255) not null, aggregationtype varchar(50) not null, categorycomboid bigint not null, zeroissignificant boolean not null)",
        "period(periodid bigint primary key, periodtypeid integer, startdate date not null, enddate date not null)",
        "categoryoptioncombo(categoryoptioncomboid bigint primary key, uid varchar(11) not null, name varchar(255))",
        "dataelementcategory(categoryid bigint primary key, uid varchar(11) not null, name varchar(230))",
        "dataelementcategoryoption(categoryoptionid bigint primary key, uid varchar(11) not null, name varchar(230))",
        "categories_categoryoptions(categoryid bigint, categoryoptionid bigint)",
        "categoryoptioncombos_categoryoptions(categoryoptioncomboid bigint, categoryoptionid bigint)",
        "dataelementgroup(dataelementgroupid bigint primary key, uid varchar(11), name varchar(230))",
        "dataelementgroupmembers(dataelementgroupid bigint, dataelementid bigint)",
        "dataelementgroupsetmembers(dataelementgroupsetid bigint, dataelementgroupid bigint)",
        "orgunitgroup(orgunitgroupid bigint primary key, uid varchar(11), name varchar(230))",
        "orgunitgroupmembers(orgunitgroupid bigint, organisationunitid bigint)",
        "orgunitgroupsetmembers(orgunitgroupsetid bigint, orgunitgroupid bigint)",
        "datavalue(dataelementid bigint not null, periodid bigint not null, sourceid bigint not null, categoryoptioncomboid bigint not null, attributeoptioncomboid bigint not null, value varchar(50000), storedby varchar(255), created timestamp not null, lastupdated timestamp not null, comment varchar(50000), followup boolean, deleted boolean not null)",
    ];

    /// <summary>Keys and indexes of the data values, made after loading.</summary>
    public static IReadOnlyList<string> DataValueIndexes { get; } =
    [
        "alter table datavalue add primary key (dataelementid, periodid, sourceid, categoryoptioncomboid, attributeoptioncomboid)",
        "create index in_datavalue_lastupdated on datavalue(lastupdated)",
        "create index in_datavalue_deleted on datavalue(deleted)",
    ];

    /// <summary>Rows of the metadata tables.</summary>
    public static IEnumerable<(string Table, IEnumerable<object?[]> Rows)> Metadata(Country country)
    {
        yield return ("organisationunit", country.OrgUnits.Select(o => new object?[]
            { o.Id, o.Uid, o.Name, o.Parent?.Id, o.Path, o.Level, new DateOnly(2000, 1, 1) }));
        yield return ("dataelement", country.DataElements.Select(d => new object?[]
        {
            d.Id, d.Uid, d.Name, d.ValueType, d.DomainType, d.AggregationType, (long)d.CategoryCombo, d.ZeroIsSignificant,
        }));
        yield return ("period", country.Months.Select(m => new object?[] { m.Id, 4, m.Start, m.End }));
        yield return ("categoryoptioncombo", country.CategoryOptionCombos.Select(c => new object?[] { (long)c.Id, c.Uid, c.Name }));
        yield return ("dataelementcategory", country.Categories.Select(c => new object?[] { (long)c.Id, c.Uid, c.Name }));
        yield return ("dataelementcategoryoption", country.CategoryOptions.Select(o => new object?[] { (long)o.Id, o.Uid, o.Name }));
        yield return ("categories_categoryoptions", country.CategoryOptions.Select(o => new object?[] { (long)o.Category, (long)o.Id }));
        yield return ("categoryoptioncombos_categoryoptions", country.CategoryOptionCombos
            .SelectMany(c => c.Options.Select(o => new object?[] { (long)c.Id, (long)o })));
        foreach (var rows in Groups("dataelement", country.DataElementGroups, country.DataElements.Select(d => d.Id)))
            yield return rows;
        foreach (var rows in Groups("orgunit", country.OrgUnitGroups, country.OrgUnits.Select(o => o.Id)))
            yield return rows;
    }

    private static IEnumerable<(string Table, IEnumerable<object?[]> Rows)> Groups(
        string kind, List<Group> groups, IEnumerable<long> members)
    {
        var sets = groups.Select(g => g.Set).Distinct().ToArray();
        yield return ($"{kind}group", groups.Select(g => new object?[] { (long)g.Id, g.Uid, g.Name }));
        yield return ($"{kind}groupmembers", members.SelectMany(id =>
            sets.Select(set => new object?[] { (long)Country.GroupOf(groups, set, id).Id, id })));
        yield return ($"{kind}groupsetmembers", groups.Select(g => new object?[] { (long)g.Set, (long)g.Id }));
    }
}
