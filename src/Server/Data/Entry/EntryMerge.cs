using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data.Entry;

/// <summary>The entries of a document between their reading and <c>datavalue</c>.</summary>
/// <param name="connection">The transaction.</param>
internal sealed class EntryMerge(DbConnection connection)
{
    /// <summary>Name of the staging table.</summary>
    public const string Stage = "dataentrystage";

    /// <summary>Creates the staging table, empty. Columns are in the order in which <see cref="EntryStage"/> loads.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken) =>
        await connection.ExecuteAsync($"""
            create or replace temp table {Stage} (
                datasetid bigint, dataelementid bigint not null, periodid bigint not null, sourceid bigint not null,
                categoryoptioncomboid bigint not null, attributeoptioncomboid bigint not null,
                value varchar, comment varchar, followup boolean not null, deleted boolean not null, position integer not null, faulty boolean not null)
            """, cancellationToken);

    /// <summary>All entries are for the data set.</summary>
    public Task AssignAsync(long set, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"update {Stage} set datasetid = $set", cancellationToken, ("set", set));

    /// <summary>Takes out the entries for a data set, those for none when null.</summary>
    /// <returns>Their positions.</returns>
    public Task<List<int>> RejectSetAsync(long? set, CancellationToken cancellationToken) =>
        RejectAsync(set is { } id ? string.Create(CultureInfo.InvariantCulture, $"datasetid = {id}") : "datasetid is null", cancellationToken);

    /// <summary>Takes out the entries for a data set whose value is wrong.</summary>
    /// <returns>Their positions.</returns>
    public Task<List<int>> RejectFaultyAsync(long set, CancellationToken cancellationToken) =>
        RejectAsync(string.Create(CultureInfo.InvariantCulture, $"datasetid = {set} and faulty"), cancellationToken);

    // Of equal rows none is stamped anew: the later time would win over a change at another node that is one.
    private const string IsEqual =
        "s.deleted = d.deleted and s.value is not distinct from d.value and s.comment is not distinct from d.comment and s.followup = coalesce(d.followup, false)";

    /// <summary>Writes what is left, unless told not to, stamped with the user and the time.</summary>
    /// <returns>How many rows that is, those included that stay as they are.</returns>
    public async Task<int> RunAsync(string user, DateTime now, bool dryRun, CancellationToken cancellationToken)
    {
        var count = (int)await connection.ScalarAsync<long>($"select count(*) from {Stage}", cancellationToken);
        if (!dryRun && count > 0)
        {
            var changed = await connection.ScalarAsync<long>("select nextval('changesequence')", cancellationToken);
            await connection.ExecuteAsync($"""
                merge into datavalue d using {Stage} s on {DataValueMerge.SameKey}
                when matched and {IsEqual} then do nothing
                when matched then update set
                    value = case when s.deleted then coalesce(nullif(s.value, ''), d.value) else s.value end,
                    comment = case when s.deleted and not d.deleted then d.comment else s.comment end,
                    followup = s.followup, deleted = s.deleted, storedby = $user,
                    lastupdated = greatest($now, date_trunc('milliseconds', d.lastupdated) + interval 1 millisecond), changed = $changed
                when not matched then insert values (
                    s.dataelementid, s.periodid, s.sourceid, s.categoryoptioncomboid, s.attributeoptioncomboid, s.value, $user, $now, $now,
                    s.comment, s.followup, s.deleted, $changed)
                """, cancellationToken, ("user", user), ("now", now), ("changed", changed));
        }

        await connection.ExecuteAsync($"drop table {Stage}", cancellationToken);
        return count;
    }

    private async Task<List<int>> RejectAsync(string which, CancellationToken cancellationToken)
    {
        var positions = await connection.ListAsync($"select position from {Stage} where {which} order by 1", row => row.GetInt32(0), cancellationToken);
        if (positions.Count > 0)
            await connection.ExecuteAsync($"delete from {Stage} where {which}", cancellationToken);
        return positions;
    }
}
