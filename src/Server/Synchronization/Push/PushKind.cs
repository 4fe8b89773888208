using Dhis2Grpc.Server.Settings;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>What can be pushed: how its rows are found, keyed and written.</summary>
internal sealed record PushKind
{
    /// <summary>Columns of every key, in the order of pages; those of <c>pushconflict</c> have the same meaning.</summary>
    public const int KeyLength = 5;

    /// <summary>Data values.</summary>
    public static PushKind DataValues { get; } = new()
    {
        Array = "dataValues",
        Path = "api/dataValueSets",
        Plural = "data values",
        LastSuccess = SettingKeys.LastDataPush,
        Keys = ["d.dataelementid", "d.periodid", "d.sourceid", "d.categoryoptioncomboid", "d.attributeoptioncomboid"],
        Updated = "d.lastupdated",
        From = """
            datavalue d
            join dataelement e on e.dataelementid = d.dataelementid
            join period p on p.periodid = d.periodid
            join organisationunit o on o.organisationunitid = d.sourceid
            join categoryoptioncombo c on c.categoryoptioncomboid = d.categoryoptioncomboid
            join categoryoptioncombo a on a.categoryoptioncomboid = d.attributeoptioncomboid
            """,
        // ≤2.42 reads followup, later ones followUp.
        Json = $$"""
            '{"dataElement":"' || e.uid || '","period":"' || p.iso || '","orgUnit":"' || o.uid || '","categoryOptionCombo":"' || c.uid
            || '","attributeOptionCombo":"' || a.uid || '"' || {{Text("value", "d.value")}} || {{Text("storedBy", "d.storedby")}}
            || ',"created":"' || {{Time("d.created")}} || '","lastUpdated":"' || {{Time("d.lastupdated")}} || '"' || {{Text("comment", "d.comment")}}
            || case when d.followup then ',"followup":true,"followUp":true' else ',"followup":false' end
            || case when d.deleted then ',"deleted":true}' else '}' end
            """,
        // The data set that takes the data element from the unit in such periods; failing that, any that has the data element.
        DataSet = "coalesce(fit.uid, other.uid)",
        DataSetFrom = """
            left join (
                select m.dataelementid, u.sourceid, s.periodtypeid, min(s.uid) as uid
                from dataset s join datasetelement m on m.datasetid = s.datasetid join datasetsource u on u.datasetid = s.datasetid
                group by all) fit on fit.dataelementid = d.dataelementid and fit.sourceid = d.sourceid and fit.periodtypeid = p.periodtypeid
            left join (
                select m.dataelementid, min(s.uid) as uid from dataset s join datasetelement m on m.datasetid = s.datasetid
                group by all) other on other.dataelementid = d.dataelementid
            """,
    };

    /// <summary>Completeness registrations.</summary>
    public static PushKind Registrations { get; } = new()
    {
        Array = "completeDataSetRegistrations",
        Path = "api/completeDataSetRegistrations",
        Plural = "completeness registrations",
        LastSuccess = SettingKeys.LastCompletenessPush,
        Keys = ["d.datasetid", "d.periodid", "d.sourceid", "0::bigint", "d.attributeoptioncomboid"],
        Updated = "coalesce(d.lastupdated, d.date, timestamp '1970-01-01')",
        From = """
            completedatasetregistration d
            join dataset e on e.datasetid = d.datasetid
            join period p on p.periodid = d.periodid
            join organisationunit o on o.organisationunitid = d.sourceid
            join categoryoptioncombo a on a.categoryoptioncomboid = d.attributeoptioncomboid
            """,
        Json = $$"""
            '{"dataSet":"' || e.uid || '","period":"' || p.iso || '","organisationUnit":"' || o.uid || '","attributeOptionCombo":"' || a.uid || '"'
            || {{Day("date", "d.date")}} || {{Text("storedBy", "d.storedby")}} || {{Text("lastUpdatedBy", "d.lastupdatedby")}}
            || {{Day("lastUpdated", "d.lastupdated")}} || case when d.completed then ',"completed":true}' else ',"completed":false}' end
            """,
    };

    /// <summary>All kinds, in the order in which they are pushed.</summary>
    public static IReadOnlyList<PushKind> All { get; } = [DataValues, Registrations];

    /// <summary>Member of the document that holds them; also their name in the store.</summary>
    public required string Array { get; init; }

    /// <summary>Where they are sent to, below the base URL.</summary>
    public required string Path { get; init; }

    /// <summary>What people call them.</summary>
    public required string Plural { get; init; }

    /// <summary>Setting with the start of the last push of which everything is accounted for.</summary>
    public required string LastSuccess { get; init; }

    /// <summary>SQL of the key's columns.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>SQL of the time of the last change.</summary>
    public required string Updated { get; init; }

    /// <summary>SQL of the table, as d, and what names its rows.</summary>
    public required string From { get; init; }

    /// <summary>SQL of a row as DHIS2's JSON: made where the row is, so that a page costs one text a row.</summary>
    public required string Json { get; init; }

    /// <summary>SQL of the data set that a row is sent for; null when the receiver does not ask.</summary>
    public string? DataSet { get; init; }

    /// <summary>SQL of what <see cref="DataSet"/> needs beside <see cref="From"/>.</summary>
    public string DataSetFrom { get; init; } = "";

    private static string Text(string member, string column) =>
        $"""
        coalesce(',"{member}":' || case when regexp_matches({column}, '["\\\x00-\x1f]') then cast(to_json({column}) as varchar)
            else '"' || {column} || '"' end, '')
        """;

    private static string Time(string column) => $"strftime({column}, '%Y-%m-%dT%H:%M:%S.%g+0000')";

    private static string Day(string member, string column) => $"""coalesce(',"{member}":"' || strftime({column}, '%Y-%m-%d') || '"', '')""";
}
