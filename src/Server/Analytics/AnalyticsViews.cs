using System.Data.Common;
using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>The views analytics and analytics_2024, with the columns that DHIS2's tables of these names have.</summary>
internal static class AnalyticsViews
{
    /// <summary>What the name of a year's view starts with.</summary>
    public const string Prefix = "analytics_";

    /// <summary>Defines the views anew over the fact tables and resource tables as they are in this transaction.</summary>
    public static async Task RecreateAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var years = await AnalyticsCatalog.YearsAsync(connection, cancellationToken);
        var script = new StringBuilder();
        foreach (var year in await AnalyticsCatalog.ViewYearsAsync(connection, cancellationToken))
            script.Append(CultureInfo.InvariantCulture, $"drop view {Prefix}{year};");
        script.Append("drop view if exists analytics;");
        if (years.Count > 0)
        {
            var (columns, joins) = await WideAsync(connection, cancellationToken);
            foreach (var year in years)
                script.Append(CultureInfo.InvariantCulture, $"create view {Prefix}{year} as select {columns} from {AnalyticsCatalog.FactTable(year)} f{joins};");
            script.Append(CultureInfo.InvariantCulture, $"create view analytics as select {columns} from ({Union(years)}) f{joins};");
        }

        await connection.ExecuteAsync(script.ToString(), cancellationToken);
    }

    /// <summary>All facts of some years.</summary>
    public static string Union(IEnumerable<int> years) =>
        string.Join(" union all ", years.Select(y => $"select * from {AnalyticsCatalog.FactTable(y)}"));

    private static async Task<(string Columns, string Joins)> WideAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var dimensions = await AnalyticsDimension.ReadAsync(connection, cancellationToken);
        var levels = await OrgUnitLevels.CountAsync(connection, cancellationToken);
        var columns = new List<string>
        {
            "des.dataelementuid || '-' || ps.iso || '-' || ous.organisationunituid || '-' || co.uid || '-' || ao.uid as id",
        };
        columns.AddRange(dimensions.Select(d => $"{d.Kind.Alias()}.{WarehouseSql.Quote(d.Uid)}"));
        for (var k = 1; k <= levels; k++)
            columns.Add(string.Create(CultureInfo.InvariantCulture, $"case when f.hiddenlevels < {k} then ous.uidlevel{k} end as uidlevel{k}"));
        columns.AddRange(PeriodType.All.Select(t => $"ps.{t.Column}"));
        columns.AddRange(
        [
            "0 as approvallevel", "des.dataelementuid as dx", "co.uid as co", "ao.uid as ao", "ps.startdate::timestamp as pestartdate",
            "ps.enddate::timestamp as peenddate", "ps.year", "ps.iso as pe", "ous.organisationunituid as ou", "ous.level as oulevel",
            "f.value * ps.daysno as daysxvalue", "ps.daysno", "f.value", "f.textvalue",
        ]);
        var joins = " join _periodstructure ps on ps.periodid = f.periodid"
            + " join _dataelementstructure des on des.dataelementid = f.dataelementid"
            + " join _orgunitstructure ous on ous.organisationunitid = f.sourceid"
            + " join categoryoptioncombo co on co.categoryoptioncomboid = f.categoryoptioncomboid"
            + " join categoryoptioncombo ao on ao.categoryoptioncomboid = f.attributeoptioncomboid"
            + string.Concat(dimensions.Select(d => d.Kind.Join()).Distinct());
        return (string.Join(", ", columns), joins);
    }
}
