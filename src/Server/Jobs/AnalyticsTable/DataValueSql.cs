using Dhis2Grpc.Server.Analytics;

namespace Dhis2Grpc.Server.Jobs.AnalyticsTable;

/// <summary>The statements of the DATA_VALUE tables. Parameters: <c>$started</c>, <c>$since</c>, <c>$year</c>.</summary>
internal static class DataValueSql
{
    private const string Numbers =
        "'NUMBER', 'UNIT_INTERVAL', 'PERCENTAGE', 'INTEGER', 'INTEGER_POSITIVE', 'INTEGER_NEGATIVE', 'INTEGER_ZERO_OR_POSITIVE'";

    private const string Texts =
        "'TEXT', 'LONG_TEXT', 'LETTER', 'TIME', 'USERNAME', 'EMAIL', 'PHONE_NUMBER', 'URL', 'DATE', 'DATETIME', 'AGE'";

    // A longer number does not fit a double.
    private const string PlainNumber = @"regexp_full_match(dv.value, '-?[0-9]+(\.[0-9]+)?') and strlen(dv.value) <= 300";

    private const string ConvertibleNumber = "coalesce(isfinite(try_cast(dv.value as double)), false)";

    /// <summary>Values that a run may see: not deleted, changed before it started.</summary>
    public const string Visible = "not dv.deleted and dv.value is not null and dv.lastupdated < $started";

    /// <summary>Years with values.</summary>
    public const string Years =
        $"""
        select distinct ps.year
        from (select distinct periodid from datavalue dv where {Visible}) p
        join _periodstructure ps using (periodid)
        order by 1
        """;

    /// <summary>Whether values changed, or were deleted, from $since on.</summary>
    public const string Changed =
        "select count(*) > 0 from (select 1 from datavalue where lastupdated >= $since and lastupdated < $started limit 1)";

    /// <summary>Fills a fact table with the values of one year, or with all that changed from $since on.</summary>
    public static string Populate(string table, int year, AnalyticsUpdate update)
    {
        var zeros = "aggregationtype in ('AVERAGE', 'AVERAGE_SUM_ORG_UNIT')" + (update.IncludeZeros ? " or zeroissignificant" : "");
        var number = update.SkipTypeValidation ? ConvertibleNumber : PlainNumber;
        var part = year == AnalyticsCatalog.LatestYear
            ? "dv.lastupdated >= $since and dv.periodid in (select periodid from _periodstructure)"
            : "dv.periodid in (select periodid from _periodstructure where year = $year)";
        // One pass: what a value may be is decided once per data element, not once per family of value types.
        return $"""
            insert into {table}
            select dataelementid, periodid, sourceid, categoryoptioncomboid, attributeoptioncomboid, 0,
                case kind when 1 then try_cast(value as double) when 4 then null else (value = 'true')::double end,
                case when kind = 4 then value end
            from (
                select dv.dataelementid, dv.periodid, dv.sourceid, dv.categoryoptioncomboid, dv.attributeoptioncomboid, dv.value, de.kind
                from datavalue dv
                join (
                    select dataelementid, {zeros} as zeros,
                        case when valuetype in ({Numbers}) then 1 when valuetype = 'BOOLEAN' then 2
                            when valuetype = 'TRUE_ONLY' then 3 when valuetype in ({Texts}) then 4 end as kind
                    from dataelement
                    where domaintype = 'AGGREGATE'
                ) de on de.dataelementid = dv.dataelementid
                where {Visible} and {part} and de.kind is not null
                    and case de.kind
                        when 1 then (de.zeros or dv.value <> '0') and {number}
                        when 2 then dv.value in ('true', 'false')
                        when 3 then dv.value = 'true'
                        else true
                    end{(update.RespectDates ? Valid("categoryoptioncomboid") + Valid("attributeoptioncomboid") : "")}
            )
            """;
    }

    /// <summary>Lets values entered below a level count below it only, where their data element asks for that.</summary>
    public static string ApplyLevel(string table, int level) =>
        $"""
        update {table} set hiddenlevels = {level}
        where hiddenlevels < {level}
            and dataelementid in (select dataelementid from dataelementaggregationlevels where aggregationlevel = {level})
            and sourceid in (select organisationunitid from _orgunitstructure where level > {level})
        """;

    /// <summary>Removes facts whose value changed, or was deleted, from $since on.</summary>
    public static string RemoveChanged(string table) =>
        $"""
        delete from {table} where (dataelementid, periodid, sourceid, categoryoptioncomboid, attributeoptioncomboid) in (
            select dataelementid, periodid, sourceid, categoryoptioncomboid, attributeoptioncomboid
            from datavalue where lastupdated >= $since and lastupdated < $started)
        """;

    /// <summary>Moves facts of one year from the latest partition to the year's own.</summary>
    public static string MoveFromLatest(int year) =>
        $"""
        create table if not exists {AnalyticsCatalog.FactTable(year)} ({AnalyticsCatalog.FactColumns});
        insert into {AnalyticsCatalog.FactTable(year)}
        select * from {AnalyticsCatalog.FactTable(AnalyticsCatalog.LatestYear)}
        where periodid in (select periodid from _periodstructure where year = {year})
        """;

    private static string Valid(string column) =>
        $"""
         and exists (
            select 1 from _categoryoptioncomboname n, _periodstructure ps
            where n.categoryoptioncomboid = dv.{column} and ps.periodid = dv.periodid
                and (n.startdate is null or n.startdate <= ps.startdate) and (n.enddate is null or n.enddate >= ps.enddate))
        """;
}
