using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Remembers what another node sent of each row last, and whether it has to be told what became of it. So rows do not go back
/// to where they came from, and what is sent twice does not undo what changed here in between.</summary>
/// <param name="connection">The transaction of an import.</param>
/// <param name="kind">What is imported.</param>
/// <param name="sender">Where it comes from.</param>
internal sealed class ReceivedRows(DbConnection connection, ReceivedKind kind, DataSender sender)
{
    private const string Stage = "receivedstage";

    private static readonly string[] _columns = ["objectid", "periodid", "sourceid", "categoryoptioncomboid", "attributeoptioncomboid"];

    private static string SameKey(string one, string other) => string.Join(" and ", _columns.Select(c => $"{one}.{c} = {other}.{c}"));

    private string KeyOf(string rows) => string.Join(" and ", kind.Keys.Select((column, i) => $"{string.Format(null, column, rows)} = x.{_columns[i]}"));

    /// <summary>Takes entries out of the staged ones that are, word for word, what the node sent of the row before. A row that changed
    /// here since is offered to the node.</summary>
    /// <returns>How many were taken out.</returns>
    public async Task<int> DropKnownAsync(long changed, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync($"""
            create or replace temp table {Stage} as
            select x.*, d.{kind.Column} is not null as there, d.changed as was, r.changed as kept,
                r.content is not distinct from x.content {(kind.ToTheDay ? "and not coalesce(d.changed <= p.pushed, false)" : "")} as known
            from (select {string.Join(", ", kind.Keys.Select((column, i) => $"{string.Format(null, column, "s")} as {_columns[i]}"))},
                    hash({kind.Content}) as content from {kind.Stage} s) x
            left join {kind.Table} d on {KeyOf("d")}
            left join receivedrow r on r.kind = $kind and r.systemid = $system and {SameKey("r", "x")}
            left join (select pushed from datapeer where systemid = $system and kind = $kind) p on true
            """, cancellationToken, Parameters());
        await connection.ExecuteAsync(
            $"update {kind.Table} d set changed = $changed from {Stage} x where {KeyOf("d")} and x.known and x.there and x.was is distinct from x.kept",
            cancellationToken, ("changed", changed));
        return await connection.ExecuteAsync($"delete from {kind.Stage} s using {Stage} x where {KeyOf("s")} and x.known and x.there", cancellationToken);
    }

    /// <summary>Notes what the node sent of the rows that were written: it has them, and nothing later.</summary>
    public async Task RecordAsync(long changed, CancellationToken cancellationToken) => await connection.ExecuteAsync(
        $"""
        merge into receivedrow r using (
            select x.* from {Stage} x join {kind.Table} d on {KeyOf("d")} where d.changed = $changed and not (x.known and x.there)) s
        on r.kind = $kind and r.systemid = $system and {SameKey("r", "s")}
        when matched then update set content = s.content, changed = $changed
        when not matched then insert values ($kind, {string.Join(", ", _columns.Select(c => $"s.{c}"))}, $system, s.content, $changed)
        """, cancellationToken, [.. Parameters(), ("changed", changed)]);

    private (string, object?)[] Parameters() => [("system", sender.SystemId), ("kind", kind.Name)];
}

/// <summary>What is imported, as <see cref="ReceivedRows"/> needs it.</summary>
/// <param name="Name">Member of the document that holds it.</param>
/// <param name="Table">Its table; d in SQL.</param>
/// <param name="Column">A column of the table that is never null.</param>
/// <param name="Stage">Table of staged entries; s in SQL.</param>
/// <param name="Keys">SQL of the five columns of a key, with {0} in place of the alias.</param>
/// <param name="Content">SQL of all that an entry tells beside its key.</param>
/// <param name="ToTheDay">Its times are days, so that the same content may be a later change, back to what it was.</param>
internal sealed record ReceivedKind(string Name, string Table, string Column, string Stage, IReadOnlyList<string> Keys, string Content, bool ToTheDay = false)
{
    /// <summary>Data values.</summary>
    public static ReceivedKind DataValues { get; } = new(
        "dataValues", "datavalue", "dataelementid", DataValueMerge.Stage,
        ["{0}.dataelementid", "{0}.periodid", "{0}.sourceid", "{0}.categoryoptioncomboid", "{0}.attributeoptioncomboid"],
        "s.value, s.comment, s.followup, s.want, s.lastupdated");

    /// <summary>Completeness registrations.</summary>
    public static ReceivedKind Registrations { get; } = new(
        "completeDataSetRegistrations", "completedatasetregistration", "datasetid", CompletenessMerge.Stage,
        ["{0}.datasetid", "{0}.periodid", "{0}.sourceid", "0::bigint", "{0}.attributeoptioncomboid"],
        "s.completed, s.date, s.lastupdated", ToTheDay: true);
}
