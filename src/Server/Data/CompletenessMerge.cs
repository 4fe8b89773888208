using System.Data.Common;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Brings staged registrations into <c>completedatasetregistration</c>, however many they are, with a fixed number of
/// statements. The last entry of a key wins; those before it count as ignored.</summary>
internal static class CompletenessMerge
{
    /// <summary>Name of the staging table.</summary>
    public const string Stage = "completenessstage";

    private const string Keys = "datasetid, periodid, sourceid, attributeoptioncomboid";

    private const string SameKey =
        """
        d.datasetid = s.datasetid and d.periodid = s.periodid and d.sourceid = s.sourceid
        and d.attributeoptioncomboid = s.attributeoptioncomboid
        """;

    /// <summary>Creates the staging table, empty: keys, date, storedBy, lastUpdatedBy, lastUpdated, completed, position.</summary>
    public static async Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync($"""
            create or replace temp table {Stage} (
                datasetid bigint not null, periodid bigint not null, sourceid bigint not null,
                attributeoptioncomboid bigint not null, date timestamp, storedby varchar, lastupdatedby varchar,
                lastupdated timestamp, completed boolean not null, position integer not null)
            """, cancellationToken);

    /// <summary>Counts what the staged registrations do, and does it unless told not to.</summary>
    public static async Task<ImportCount> RunAsync(DbConnection connection, ImportStrategy strategy, string user, DateTime now, bool dryRun,
        CancellationToken cancellationToken, DataSender? sender = null)
    {
        var superseded = await connection.ExecuteAsync(
            $"delete from {Stage} where rowid not in (select max(rowid) from {Stage} group by {Keys})", cancellationToken);
        var changed = await connection.ScalarAsync<long>("select nextval('changesequence')", cancellationToken);
        var received = sender is null || dryRun || strategy != ImportStrategy.CreateAndUpdate ? null : new ReceivedRows(connection, ReceivedKind.Registrations, sender);
        var repeated = received is null ? 0 : await received.DropKnownAsync(changed, cancellationToken);
        var (fresh, known) = (await connection.ListAsync(
            $"select count(*) filter (d.datasetid is null), count(d.datasetid) from {Stage} s left join completedatasetregistration d on {SameKey}",
            row => ((int)row.GetInt64(0), (int)row.GetInt64(1)), cancellationToken))[0];
        var create = strategy.HasFlag(ImportStrategy.Create);
        var update = strategy.HasFlag(ImportStrategy.Update);
        var delete = strategy == ImportStrategy.Delete;
        if (!dryRun)
        {
            await connection.ExecuteAsync(delete ? Delete : Merge(create, update, sender is not null), cancellationToken,
                delete ? [] : [("user", user), ("now", now), ("changed", changed)]);
        }
        if (received is not null)
            await received.RecordAsync(changed, cancellationToken);
        await connection.ExecuteAsync($"drop table {Stage}", cancellationToken);
        return new ImportCount
        {
            Imported = create ? fresh : 0,
            Updated = (update ? known : 0) + repeated,
            Deleted = delete ? known : 0,
            Ignored = superseded + (create ? 0 : fresh) + (update || delete ? 0 : known),
        };
    }

    // Documents tell days only. What says nothing new changes nothing: two nodes would hand it to each other for ever.
    private const string Same = "s.completed = d.completed and (s.date is null or cast(s.date as date) = cast(d.date as date))";

    // Times travel as milliseconds. Of one time, any order will do as long as all nodes have the same.
    private const string NotLater =
        """
        (date_trunc('milliseconds', coalesce(s.lastupdated, $now)), s.completed, coalesce(cast(s.date as date), cast(d.date as date)), coalesce(s.storedby, ''))
        <= (date_trunc('milliseconds', coalesce(d.lastupdated, timestamp '1970-01-01')), d.completed, cast(d.date as date), coalesce(d.storedby, ''))
        """;

    // A change is never older than what it changes: nodes that get both could not tell which was last.
    private const string LastUpdated =
        """
        case when d.lastupdated is null or date_trunc('milliseconds', coalesce(s.lastupdated, s.date)) > d.lastupdated then coalesce(s.lastupdated, s.date, $now)
             else greatest($now, date_trunc('milliseconds', d.lastupdated) + interval 1 millisecond) end
        """;

    private static string Delete => $"delete from completedatasetregistration d using {Stage} s where {SameKey}";

    private static string Merge(bool create, bool update, bool byNode) => $"""
        merge into completedatasetregistration d using {Stage} s on {SameKey}
        when matched and {(byNode ? NotLater : Same)} then do nothing
        when matched {(update ? "" : "and false")} then update set
            date = coalesce(s.date, d.date), storedby = coalesce(s.storedby, d.storedby),
            lastupdatedby = coalesce(s.lastupdatedby, $user), lastupdated = {(byNode ? "coalesce(s.lastupdated, $now)" : LastUpdated)}, completed = s.completed,
            changed = $changed
        when not matched {(create ? "" : "and false")} then insert values (
            s.datasetid, s.periodid, s.sourceid, s.attributeoptioncomboid, coalesce(s.date, $now), coalesce(s.storedby, $user),
            coalesce(s.lastupdatedby, $user), coalesce(s.lastupdated, s.date, $now), s.completed, $changed)
        """;
}
