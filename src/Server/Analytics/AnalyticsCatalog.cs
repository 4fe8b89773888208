using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Which analytics tables exist. Facts lie in one narrow table per year of data: keys, value and text; wide
/// views over them carry DHIS2's table names and columns.</summary>
internal static class AnalyticsCatalog
{
    /// <summary>Year of the partition with the values changed since the last full update.</summary>
    public const int LatestYear = 0;

    /// <summary>Columns of a fact table. <c>hiddenlevels</c>: the value counts below this organisation unit level only,
    /// because an aggregation level of its data element says so; 0 for most.</summary>
    public const string FactColumns =
        "dataelementid bigint, periodid bigint, sourceid bigint, categoryoptioncomboid bigint, attributeoptioncomboid bigint, "
        + "hiddenlevels utinyint, value double, textvalue varchar";

    private const string FactPrefix = "analytics_fact_";

    /// <summary>Name of the fact table of a year.</summary>
    public static string FactTable(int year) => string.Create(CultureInfo.InvariantCulture, $"{FactPrefix}{year}");

    /// <summary>Name of the fact table of a year while it is built.</summary>
    public static string TemporaryFactTable(int year) => string.Create(CultureInfo.InvariantCulture, $"analytics_temp_fact_{year}");

    /// <summary>Years that have a fact table, in order, <see cref="LatestYear"/> among them.</summary>
    public static async Task<IReadOnlyList<int>> YearsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(connection, "BASE TABLE", FactPrefix, cancellationToken);
        return [.. Years(names, FactPrefix)];
    }

    /// <summary>Years that have a view, such as analytics_2024.</summary>
    public static async Task<IReadOnlyList<int>> ViewYearsAsync(DbConnection connection, CancellationToken cancellationToken) =>
        [.. Years(await NamesAsync(connection, "VIEW", AnalyticsViews.Prefix, cancellationToken), AnalyticsViews.Prefix)];

    /// <summary>Names of tables left over in the middle of a build.</summary>
    public static Task<List<string>> LeftoversAsync(DbConnection connection, CancellationToken cancellationToken) =>
        NamesAsync(connection, "BASE TABLE", "analytics_temp_fact_", cancellationToken);

    /// <summary>Tells readers, from the commit on, that what they remember of the tables is out of date.</summary>
    public static Task AdvanceAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            """
            create table if not exists analyticsgeneration (generation bigint);
            insert into analyticsgeneration select coalesce(max(generation), 0) + 1 from analyticsgeneration;
            delete from analyticsgeneration where generation < (select max(generation) from analyticsgeneration);
            """,
            cancellationToken);

    /// <summary>The number that changes with every change of the tables; null before the first.</summary>
    public static async Task<long?> GenerationAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ScalarAsync<long?>("select generation from analyticsgeneration", cancellationToken);
        }
        catch (DbException) when (!cancellationToken.IsCancellationRequested)
        {
            if ((await NamesAsync(connection, "BASE TABLE", "analyticsgeneration", cancellationToken)).Count > 0)
                throw;
            return null;
        }
    }

    private static Task<List<string>> NamesAsync(
        DbConnection connection, string type, string prefix, CancellationToken cancellationToken) =>
        connection.ListAsync(
            "select table_name from information_schema.tables where table_type = $type and starts_with(table_name, $prefix) order by 1",
            r => r.GetString(0),
            cancellationToken,
            ("type", type),
            ("prefix", prefix));

    private static IEnumerable<int> Years(List<string> names, string prefix) => names
        .Select(n => int.TryParse(n.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var year) ? year : -1)
        .Where(y => y >= 0)
        .Order();
}
