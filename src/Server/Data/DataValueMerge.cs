using System.Data.Common;
using System.Globalization;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Brings staged values into <c>datavalue</c> with two statements, however many they are: one counts what
/// becomes of each, the other does it. The last entry of a key wins; those before it count as ignored.</summary>
/// <param name="connection">The transaction.</param>
/// <param name="strategy">Which values to write.</param>
/// <param name="skipExistingCheck">Write without comparing with what is there.</param>
/// <param name="sender">The node whose changes these are; null when anybody else imports.</param>
internal sealed class DataValueMerge(DbConnection connection, ImportStrategy strategy, bool skipExistingCheck, DataSender? sender = null)
{
    /// <summary>Name of the staging table.</summary>
    public const string Stage = "datavaluestage";

    private const string Keys = "dataelementid, periodid, sourceid, categoryoptioncomboid, attributeoptioncomboid";

    /// <summary>SQL: row d of <c>datavalue</c> and staged row s have one key.</summary>
    public const string SameKey =
        """
        d.dataelementid = s.dataelementid and d.periodid = s.periodid and d.sourceid = s.sourceid
        and d.categoryoptioncomboid = s.categoryoptioncomboid and d.attributeoptioncomboid = s.attributeoptioncomboid
        """;

    /// <summary>Creates the staging table, empty. Columns are in the order in which <see cref="DataValueStage"/> loads.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken) =>
        await connection.ExecuteAsync($"""
            create or replace temp table {Stage} (
                dataelementid bigint not null, periodid bigint not null, sourceid bigint not null,
                categoryoptioncomboid bigint not null, attributeoptioncomboid bigint not null,
                value varchar, storedby varchar, created timestamp, lastupdated timestamp, comment varchar,
                followup boolean not null, want integer not null, position integer not null)
            """, cancellationToken);

    /// <summary>Takes out entries that would delete a file where there is none, each as a conflict (E7645).</summary>
    public async Task RejectMissingFilesAsync(ImportConflicts conflicts, CancellationToken cancellationToken)
    {
        if (strategy != ImportStrategy.Delete)
            return;
        var missing = await connection.ListAsync(
            $"""
            select s.position, e.uid from {Stage} s join dataelement e using (dataelementid) left join datavalue d on {SameKey} and not d.deleted
            where e.valuetype in ('FILE_RESOURCE', 'IMAGE') and d.dataelementid is null order by 1
            """,
            row => (Position: row.GetInt32(0), Element: row.GetString(1)), cancellationToken);
        foreach (var (position, element) in missing)
        {
            conflicts.Add(position, "E7645", "dataElement",
                $"No data value for file resource exist for the given combination for data element: `{element}`", ("dataElement", element));
        }

        foreach (var some in missing.Chunk(1000))
        {
            await connection.ExecuteAsync(
                $"delete from {Stage} where position in ({string.Join(',', some.Select(m => m.Position.ToString(CultureInfo.InvariantCulture)))})", cancellationToken);
        }
    }

    /// <summary>Counts what the staged values do, and does it unless told not to. What the strategy leaves out is rejected.</summary>
    public async Task<ImportCount> RunAsync(string user, DateTime now, bool dryRun, ImportConflicts conflicts, CancellationToken cancellationToken)
    {
        var count = new ImportCount { Ignored = await DropSupersededAsync(cancellationToken) };
        var changed = await connection.ScalarAsync<long>("select nextval('changesequence')", cancellationToken);
        var received = sender is null || dryRun || strategy != ImportStrategy.CreateAndUpdate ? null : new ReceivedRows(connection, ReceivedKind.DataValues, sender);
        if (received is not null)
            count.Ignored += await received.DropKnownAsync(changed, cancellationToken);
        if (sender is not null)
            await connection.ExecuteAsync($"update {Stage} set lastupdated = $now where lastupdated is null", cancellationToken, ("now", now));
        var outcomes = await connection.ListAsync(
            $"select {Outcome}, count(*) from {Stage} s left join datavalue d on {SameKey} group by 1",
            row => (Outcome: row.GetString(0), Rows: (int)row.GetInt64(1)), cancellationToken);
        foreach (var (outcome, rows) in outcomes)
        {
            switch (outcome)
            {
                case "imported": count.Imported += rows; break;
                case "updated": count.Updated += rows; break;
                case "deleted": count.Deleted += rows; break;
                case "rejected":
                    count.Ignored += rows;
                    await RejectAsync(conflicts, cancellationToken);
                    break;
                default: count.Ignored += rows; break;
            }
        }
        if (!dryRun && outcomes.Any(o => o.Outcome is not ("ignored" or "rejected")))
            await MergeAsync(user, now, changed, cancellationToken);
        if (received is not null)
            await received.RecordAsync(changed, cancellationToken);
        await connection.ExecuteAsync($"drop table {Stage}", cancellationToken);
        return count;
    }

    /// <summary>What becomes of staged row s with stored row d. Of what several nodes entered the latest stays, whichever comes last.</summary>
    private string Outcome => sender is null ? Imported : $"case when {IsNotLater} then 'ignored' else {Imported} end";

    private string Imported
    {
        get
        {
            var there = skipExistingCheck ? "false" : "d.dataelementid is not null and not d.deleted";
            if (strategy == ImportStrategy.Delete)
                return $"case when {there} then 'deleted' else 'rejected' end";
            var update = strategy.HasFlag(ImportStrategy.Update)
                ? $"""
                  case when s.want <> {(int)StagedWant.Value} then 'deleted'
                       when s.value is not distinct from d.value and s.comment is not distinct from d.comment
                            and s.followup = coalesce(d.followup, false) then '{(sender is null ? "ignored" : "same")}'
                       else 'updated' end
                  """
                : "'rejected'";
            var create = strategy.HasFlag(ImportStrategy.Create)
                ? $"case when s.want = {(int)StagedWant.Nothing} then 'ignored' else 'imported' end"
                : "'rejected'";
            return $"case when {there} then {update} else {create} end";
        }
    }

    private async Task RejectAsync(ImportConflicts conflicts, CancellationToken cancellationToken) =>
        conflicts.Reject(await connection.ListAsync(
            $"select s.position from {Stage} s left join datavalue d on {SameKey} where {Outcome} = 'rejected' order by 1 limit {ImportConflicts.MaxRejected}",
            row => row.GetInt32(0), cancellationToken));

    // Times travel as milliseconds. Of one time, any order will do as long as all nodes have the same.
    private const string IsNotLater =
        """
        d.dataelementid is not null and
            (date_trunc('milliseconds', s.lastupdated), s.want <> 0, coalesce(s.value, ''), coalesce(s.comment, ''), s.followup, coalesce(s.storedby, ''),
             date_trunc('milliseconds', coalesce(s.created, d.created)))
            <= (date_trunc('milliseconds', d.lastupdated), d.deleted, coalesce(d.value, ''), coalesce(d.comment, ''), coalesce(d.followup, false), coalesce(d.storedby, ''),
             date_trunc('milliseconds', d.created))
        """;

    // A change is never older than what it changes, whatever clocks and documents say: nodes that get both could not tell which was last.
    private string LastUpdated => sender is not null ? "s.lastupdated" : """
        case when date_trunc('milliseconds', s.lastupdated) > d.lastupdated then s.lastupdated
             else greatest($now, date_trunc('milliseconds', d.lastupdated) + interval 1 millisecond) end
        """;

    // A deletion of what is deleted counts as imported and is no change: two nodes would hand it to each other for ever.
    private static string SameDeletion => $"""
        d.deleted and s.want = {(int)StagedWant.Deleted} and s.value is not distinct from d.value and s.comment is not distinct from d.comment
        and s.followup = coalesce(d.followup, false)
        """;

    // As DHIS2 does: a deletion is an entry like others, so that what its sender has deleted is the same here.
    private const string Deleted =
        "value = coalesce(nullif(s.value, ''), d.value), created = coalesce(s.created, d.created), comment = s.comment, followup = s.followup,";

    private async Task<int> DropSupersededAsync(CancellationToken cancellationToken)
    {
        var repeated = await connection.ScalarAsync<long>(
            $"select count(*) from (select 1 from {Stage} group by {Keys} having count(*) > 1)", cancellationToken);
        return repeated == 0 ? 0 : await connection.ExecuteAsync(
            $"delete from {Stage} where rowid not in (select max(rowid) from {Stage} group by {Keys})", cancellationToken);
    }

    private async Task MergeAsync(string user, DateTime now, long changed, CancellationToken cancellationToken)
    {
        var insert = strategy.HasFlag(ImportStrategy.Create)
            ? $"""
              when not matched and s.want <> {(int)StagedWant.Nothing} then insert values (
                  s.dataelementid, s.periodid, s.sourceid, s.categoryoptioncomboid, s.attributeoptioncomboid, s.value,
                  coalesce(s.storedby, $user), coalesce(s.created, $now), coalesce(s.lastupdated, $now), s.comment, s.followup,
                  s.want = {(int)StagedWant.Deleted}, $changed)
              """
            : "";
        await connection.ExecuteAsync($"""
            merge into datavalue d using {Stage} s on {SameKey}
            when matched and {Outcome} in ('ignored', 'rejected') then do nothing
            {(sender is null ? $"when matched and {SameDeletion} then do nothing" : "")}
            when matched and {Outcome} = 'deleted' then update set
                {(strategy == ImportStrategy.Delete ? "" : Deleted)} storedby = coalesce(s.storedby, $user),
                lastupdated = {LastUpdated}, deleted = true, changed = $changed
            when matched then update set
                value = s.value, storedby = coalesce(s.storedby, $user), lastupdated = {LastUpdated},
                created = coalesce(s.created, case when d.deleted then $now else d.created end),
                comment = s.comment, followup = s.followup, deleted = s.want = {(int)StagedWant.Deleted}, changed = $changed
            {insert}
            """, cancellationToken, ("user", user), ("now", now), ("changed", changed));
    }
}
