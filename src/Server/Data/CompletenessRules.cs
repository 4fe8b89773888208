using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>What registrations must keep besides being sound: where data sets are reported, when that is asked for, and the fields
/// that a data set must have filled.</summary>
internal sealed class CompletenessRules
{
    private HashSet<(long Set, long Unit)>? _reported;

    /// <summary>The checks that were asked for.</summary>
    public required StrictChecks Strict { get; init; }

    /// <summary>Reads what the checks need, and no more.</summary>
    public static async Task<CompletenessRules> LoadAsync(DbConnection connection, StrictChecks strict, CancellationToken cancellationToken)
    {
        var rules = new CompletenessRules { Strict = strict };
        if (strict.HasFlag(StrictChecks.OrganisationUnits))
            rules._reported = [.. await connection.ListAsync("select datasetid, sourceid from datasetsource", row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken)];
        return rules;
    }

    /// <summary>Whether the unit reports for the data set, or that does not matter.</summary>
    public bool IsReportedAt(long dataSet, long unit) => _reported?.Contains((dataSet, unit)) is not false;

    /// <summary>Tells of compulsory fields without a value, and takes out the registrations of data sets that are complete only
    /// with them.</summary>
    public static async Task RequireFieldsAsync(DbConnection connection, ImportConflicts conflicts, CancellationToken cancellationToken)
    {
        var missing = await connection.ListAsync(
            $"""
            select s.position, e.name || coalesce(' ' || c.name, ''), coalesce(d.compulsoryfieldscompleteonly, false)
            from {CompletenessMerge.Stage} s join dataset d using (datasetid) join datasetoperands f using (datasetid)
            join dataelementoperand o using (dataelementoperandid) join dataelement e on e.dataelementid = o.dataelementid
            left join categoryoptioncombo c on c.categoryoptioncomboid = o.categoryoptioncomboid and c.name <> 'default'
            where s.completed and not exists (
                select 1 from datavalue v where v.dataelementid = o.dataelementid and v.periodid = s.periodid and v.sourceid = s.sourceid
                    and (o.categoryoptioncomboid is null or v.categoryoptioncomboid = o.categoryoptioncomboid)
                    and v.attributeoptioncomboid = s.attributeoptioncomboid and not v.deleted)
            order by 1, 2
            """,
            row => (Position: row.GetInt32(0), Field: row.GetString(1), Refused: row.GetBoolean(2)), cancellationToken);
        foreach (var (position, field, refused) in missing)
            conflicts.AddPlain(refused ? position : null, "dataElementOperand", $"{field} needs to be filled. It is compulsory.");
        foreach (var some in missing.Where(m => m.Refused).Select(m => m.Position).Distinct().Chunk(1000))
            await connection.ExecuteAsync($"delete from {CompletenessMerge.Stage} where position in ({ExportScope.List(some.Select(p => (long)p))})", cancellationToken);
    }
}
