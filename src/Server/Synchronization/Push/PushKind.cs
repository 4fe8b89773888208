using Dhis2Grpc.Server.Settings;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>What can be pushed: where its rows are, how they are keyed, and how they are written.</summary>
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
        Table = "datavalue",
        Keys = ["d.dataelementid", "d.periodid", "d.sourceid", "d.categoryoptioncomboid", "d.attributeoptioncomboid"],
        Updated = "d.lastupdated",
        Columns = "d.value, d.storedby, d.created, d.lastupdated, d.comment, coalesce(d.followup, false), d.deleted",
        Write = PushRows.WriteValue,
        // The data set that takes the data element from the unit in such periods; failing that, any that has the data element.
        DataSet = "coalesce(fit.uid, other.uid)",
        DataSetFrom = """
            join period p on p.periodid = d.periodid
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
        Table = "completedatasetregistration",
        Keys = ["d.datasetid", "d.periodid", "d.sourceid", "0::bigint", "d.attributeoptioncomboid"],
        Updated = "coalesce(d.lastupdated, d.date, timestamp '1970-01-01')",
        Columns = "d.date, d.storedby, d.lastupdatedby, d.lastupdated, d.completed",
        Write = PushRows.WriteRegistration,
    };

    /// <summary>Member of the document that holds them; also their name in the store.</summary>
    public required string Array { get; init; }

    /// <summary>Where they are sent to, below the base URL.</summary>
    public required string Path { get; init; }

    /// <summary>What people call them.</summary>
    public required string Plural { get; init; }

    /// <summary>Setting with the start of the last push of which everything is accounted for.</summary>
    public required string LastSuccess { get; init; }

    /// <summary>Their table; d in all other SQL.</summary>
    public required string Table { get; init; }

    /// <summary>SQL of the key's columns.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>SQL of the time of the last change.</summary>
    public required string Updated { get; init; }

    /// <summary>SQL of what a row tells beside its key.</summary>
    public required string Columns { get; init; }

    /// <summary>Writes a row, whose columns follow the key, as DHIS2's JSON; false when something that it names is gone.</summary>
    public required PushRowWriter Write { get; init; }

    /// <summary>SQL of the data set that a row is sent for; null when the receiver does not ask.</summary>
    public string? DataSet { get; init; }

    /// <summary>SQL of what <see cref="DataSet"/> needs beside the table.</summary>
    public string DataSetFrom { get; init; } = "";
}
