using Dhis2Grpc.Benchmarks.Sample;

namespace Dhis2Grpc.Benchmarks.Analytics;

/// <summary>The DATA_VALUE analytics table as DHIS2 2.39 builds it on PostgreSQL: 41 dimension columns, one partition
/// and four inserts a year over a join of 16 tables, and one index a dimension column.</summary>
internal sealed class Dhis2AnalyticsTable(Country country)
{
    private const string Numeric = "'INTEGER','INTEGER_POSITIVE','INTEGER_NEGATIVE','INTEGER_ZERO_OR_POSITIVE','NUMBER','UNIT_INTERVAL','PERCENTAGE'";
    private const string Textual = "'TEXT','LONG_TEXT','LETTER','TIME','USERNAME','EMAIL','PHONE_NUMBER','URL','DATE','DATETIME','AGE'";

    private const string Joins =
        """
        from datavalue dv
        inner join period pe on dv.periodid = pe.periodid
        inner join _periodstructure ps on dv.periodid = ps.periodid
        inner join dataelement de on dv.dataelementid = de.dataelementid
        inner join _dataelementstructure des on dv.dataelementid = des.dataelementid
        inner join _dataelementgroupsetstructure degs on dv.dataelementid = degs.dataelementid
        inner join organisationunit ou on dv.sourceid = ou.organisationunitid
        left join _orgunitstructure ous on dv.sourceid = ous.organisationunitid
        inner join _organisationunitgroupsetstructure ougs on dv.sourceid = ougs.organisationunitid
          and (cast(date_trunc('month', pe.startdate) as date) = ougs.startdate or ougs.startdate is null)
        inner join categoryoptioncombo co on dv.categoryoptioncomboid = co.categoryoptioncomboid
        inner join categoryoptioncombo ao on dv.attributeoptioncomboid = ao.categoryoptioncomboid
        inner join _categorystructure dcs on dv.categoryoptioncomboid = dcs.categoryoptioncomboid
        inner join _categorystructure acs on dv.attributeoptioncomboid = acs.categoryoptioncomboid
        inner join _categoryoptioncomboname aon on dv.attributeoptioncomboid = aon.categoryoptioncomboid
        inner join _categoryoptioncomboname con on dv.categoryoptioncomboid = con.categoryoptioncomboid
        """;

    /// <summary>Dimension columns: name, type, expression, and the index when it is not on the column alone.</summary>
    public IReadOnlyList<(string Name, string Type, string Expression, string Index)> Dimensions { get; } = [.. Columns(country)];

    /// <summary>All columns with their types.</summary>
    public string Definition =>
        string.Join(", ", Dimensions.Select(d => $"\"{d.Name}\" {d.Type}"))
        + ", daysxvalue double precision, daysno integer not null, value double precision, textvalue text";

    /// <summary>The inserts that fill a year's partition.</summary>
    public IEnumerable<string> Populate(int year)
    {
        const string zero = "(dv.value != '0' or de.aggregationtype in ('AVERAGE','AVERAGE_SUM_ORG_UNIT') or de.zeroissignificant = true)";
        const string number = @"dv.value ~* '^(-?[0-9]+)(\.[0-9]+)?$'";
        yield return Insert(year, "cast(dv.value as double precision)", "null", Numeric, $"{zero} and {number}");
        yield return Insert(year, "1", "null", "'BOOLEAN','TRUE_ONLY'", "dv.value = 'true'");
        yield return Insert(year, "0", "null", "'BOOLEAN'", "dv.value = 'false'");
        yield return Insert(year, "null", "dv.value", Textual, "true");
    }

    private string Insert(int year, string value, string text, string valueTypes, string condition) =>
        $"""
        insert into analytics_temp_{year} ({string.Join(", ", Dimensions.Select(d => $"\"{d.Name}\""))}, daysxvalue, daysno, value, textvalue)
        select {string.Join(", ", Dimensions.Select(d => d.Expression))}, {value} * ps.daysno, ps.daysno, {value}, {text}
        {Joins}
        where de.valuetype in ({valueTypes}) and de.domaintype = 'AGGREGATE' and ps.year = {year}
          and dv.lastupdated < '2100-01-01T00:00:00' and dv.value is not null and dv.deleted is false and {condition}
        """;

    private static IEnumerable<(string Name, string Type, string Expression, string Index)> Columns(Country country)
    {
        static (string, string, string, string) Column(string name, string type, string expression, string? index = null) =>
            (name, type, expression, index ?? $"\"{name}\"");
        const string uid = "character(11)";
        yield return Column("id", "text", "(de.uid || '-' || ps.iso || '-' || ou.uid || '-' || co.uid || '-' || ao.uid)");
        foreach (var set in country.DataElementGroups.DistinctBy(g => g.Set))
            yield return Column(set.SetUid, uid, $"degs.\"{set.SetUid}\"");
        foreach (var set in country.OrgUnitGroups.DistinctBy(g => g.Set))
            yield return Column(set.SetUid, uid, $"ougs.\"{set.SetUid}\"");
        foreach (var category in country.Categories.Skip(1))
            yield return Column(category.Uid, uid, $"{(category.IsAttribute ? "acs" : "dcs")}.\"{category.Uid}\"");
        for (var level = 1; level <= 4; level++)
            yield return Column($"uidlevel{level}", uid, $"ous.uidlevel{level}");
        foreach (var period in Dhis2Periods.Columns)
            yield return Column(period, "text", $"ps.\"{period}\"");
        yield return Column("approvallevel", "integer", "1");
        yield return Column("dx", uid + " not null", "de.uid");
        yield return Column("co", uid + " not null", "co.uid", "\"dx\", \"co\"");
        yield return Column("ao", uid + " not null", "ao.uid", "\"dx\", \"ao\"");
        yield return Column("pestartdate", "timestamp", "pe.startdate");
        yield return Column("peenddate", "timestamp", "pe.enddate");
        yield return Column("year", "integer not null", "ps.year");
        yield return Column("pe", "text not null", "ps.iso");
        yield return Column("ou", uid + " not null", "ou.uid");
        yield return Column("oulevel", "integer", "ous.level");
    }
}
