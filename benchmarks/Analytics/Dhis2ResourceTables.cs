using Dhis2Grpc.Benchmarks.Sample;

namespace Dhis2Grpc.Benchmarks.Analytics;

/// <summary>A resource table as DHIS2 2.39 builds it: by one statement, or by rows that its code computes.</summary>
internal sealed record Dhis2ResourceTable(string Name, string Columns)
{
    /// <summary>Statement that fills it.</summary>
    public string? Select { get; init; }

    /// <summary>Rows that fill it, inserted in batches.</summary>
    public IEnumerable<object?[]>? Rows { get; init; }

    /// <summary>Columns of its indexes.</summary>
    public IReadOnlyList<string> Indexes { get; init; } = [];
}

/// <summary>The resource tables that the DATA_VALUE build joins, rebuilt from the logic of DHIS2 2.39.</summary>
internal static class Dhis2ResourceTables
{
    /// <summary>All of them, in the order in which DHIS2 builds them.</summary>
    public static IEnumerable<Dhis2ResourceTable> Of(Country country)
    {
        yield return OrgUnitStructure(country);
        yield return DataElementStructure(country);
        yield return GroupSets("_dataelementgroupsetstructure", "dataelement", "dataelementid", "name", country.DataElementGroups, "dataelement o", "");
        yield return GroupSets("_organisationunitgroupsetstructure", "orgunit", "organisationunitid", "name", country.OrgUnitGroups, "organisationunit o", ", startdate date");
        yield return CategoryStructure(country);
        yield return new("_categoryoptioncomboname", "categoryoptioncomboid bigint primary key, categoryoptioncomboname varchar(255), approvallevel integer, startdate date, enddate date")
        {
            Rows = country.CategoryOptionCombos.Select(c => new object?[] { (long)c.Id, c.Name, null, null, null }),
        };
        var types = Dhis2Periods.Columns.Select(c => $"\"{c}\" varchar(15)");
        yield return new("_periodstructure", "periodid bigint primary key, iso varchar(15) not null, daysno integer not null, startdate date not null, enddate date not null, year integer not null, " + string.Join(", ", types))
        {
            Rows = country.Months.Select(m => (object?[])
            [
                m.Id, m.Iso, m.End.DayNumber - m.Start.DayNumber + 1, m.Start, m.End, m.Start.Year,
                .. Dhis2Periods.OfMonth(m.Start),
            ]),
            Indexes = ["!(iso)"],
        };
        yield return new("_dateperiodstructure", "dateperiod date primary key, year integer not null, " + string.Join(", ", types))
        {
            Rows = Days(new DateOnly(1975, 1, 1), new DateOnly(2050, 1, 1))
                .Select(d => (object?[])[d, d.Year, .. Dhis2Periods.OfDay(d)]),
            Indexes = [.. Dhis2Periods.Columns.Select(c => $"(\"{c}\")")],
        };
    }

    private static Dhis2ResourceTable OrgUnitStructure(Country country)
    {
        static IEnumerable<OrgUnit?> Line(OrgUnit unit)
        {
            var line = new OrgUnit?[4];
            for (OrgUnit? u = unit; u is not null; u = u.Parent)
                line[u.Level - 1] = u;
            return line;
        }

        var levels = Enumerable.Range(1, 4).Select(l => $"idlevel{l} bigint, uidlevel{l} character(11), namelevel{l} text");
        return new("_orgunitstructure", "organisationunitid bigint primary key, organisationunituid character(11), level integer, " + string.Join(", ", levels))
        {
            Rows = country.OrgUnits.Select(o => (object?[])
            [
                o.Id, o.Uid, o.Level, .. Line(o).SelectMany(u => new object?[] { u?.Id, u?.Uid, u?.Name }),
            ]),
        };
    }

    private static Dhis2ResourceTable DataElementStructure(Country country) =>
        new("_dataelementstructure", "dataelementid bigint primary key, dataelementuid character(11), dataelementname varchar(230), datasetid bigint, datasetuid character(11), datasetname varchar(230), datasetapprovallevel integer, workflowid bigint, periodtypeid integer, periodtypename varchar(230)")
        {
            Rows = country.DataElements.Select(d => new object?[]
                { d.Id, d.Uid, d.Name, 1L, "dataset0001", "Data set", 1, null, 4, "Monthly" }),
            Indexes = ["!(dataelementuid)", "(datasetid)", "(datasetuid)", "(periodtypeid)", "(workflowid)"],
        };

    private static Dhis2ResourceTable GroupSets(
        string name, string kind, string id, string label, List<Group> groups, string from, string extra)
    {
        var sets = groups.DistinctBy(g => g.Set).ToArray();
        string Pick(Group set, string column) =>
            $"(select g.{column} from {kind}group g inner join {kind}groupmembers m on m.{kind}groupid = g.{kind}groupid "
            + $"inner join {kind}groupsetmembers s on s.{kind}groupid = m.{kind}groupid and s.{kind}groupsetid = {set.Set} "
            + $"where m.{id} = o.{id} limit 1)";
        var columns = sets.Select(s => $", \"{s.SetUid}name\" varchar(230), \"{s.SetUid}\" character(11)");
        var picks = sets.Select(s => $", {Pick(s, "name")}, {Pick(s, "uid")}");
        var hasStart = extra.Length > 0;
        return new(name, $"{id} bigint not null, {kind}{label} varchar(230){extra}{string.Concat(columns)}")
        {
            Select = $"select o.{id}, o.name{(hasStart ? ", null" : "")}{string.Concat(picks)} from {from}",
            Indexes = [hasStart ? $"({id}, startdate)" : $"!({id})"],
        };
    }

    private static Dhis2ResourceTable CategoryStructure(Country country)
    {
        var categories = country.Categories.Skip(1).ToArray();
        string Pick(Category category, string column) =>
            $"(select co.{column} from categoryoptioncombos_categoryoptions x "
            + "inner join dataelementcategoryoption co on x.categoryoptionid = co.categoryoptionid "
            + "inner join categories_categoryoptions y on co.categoryoptionid = y.categoryoptionid "
            + $"where coc.categoryoptioncomboid = x.categoryoptioncomboid and y.categoryid = {category.Id} limit 1)";
        var columns = categories.Select(c => $", \"{c.Uid}name\" varchar(230), \"{c.Uid}\" character(11)");
        var picks = categories.Select(c => $", {Pick(c, "name")}, {Pick(c, "uid")}");
        return new("_categorystructure", $"categoryoptioncomboid bigint primary key, categoryoptioncomboname varchar(255){string.Concat(columns)}")
        {
            Select = $"select coc.categoryoptioncomboid, coc.name{string.Concat(picks)} from categoryoptioncombo coc",
        };
    }

    private static IEnumerable<DateOnly> Days(DateOnly from, DateOnly before)
    {
        for (var day = from; day < before; day = day.AddDays(1))
            yield return day;
    }
}
