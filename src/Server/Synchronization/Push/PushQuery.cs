using System.Globalization;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>Which rows to send, as SQL.</summary>
internal sealed class PushQuery
{
    private readonly PushKind _kind;
    private readonly string _where;
    private readonly (string, object?)[] _parameters;

    private PushQuery(PushKind kind, string where, params (string, object?)[] parameters) => (_kind, _where, _parameters) = (kind, where, parameters);

    /// <summary>The rows of a window. What imports wrote is told by the number of the write, whatever time came with it; what others
    /// wrote, and what an administrator wants sent again, by its time.</summary>
    /// <param name="kind">What is pushed.</param>
    /// <param name="window">Which of it.</param>
    /// <param name="receiver">System id of the receiver. It is not offered what it has sent itself and what has not changed since.</param>
    public static PushQuery Of(PushKind kind, PushWindow window, string? receiver)
    {
        var known = receiver is null || window.Again ? "" : $"""
            and not exists (select 1 from receivedrow x where x.kind = '{kind.Array}' and x.systemid = $receiver and x.changed = d.changed and {SameKey(kind)})
            """;
        // A time that is to come, from a clock that is ahead, would be later than each push.
        var past = window.Again ? "" : $"and (d.changed is null or {kind.Updated} <= $started)";
        List<(string, object?)> parameters =
        [
            ("after", window.After), ("upto", window.UpTo),
            ("lower", (window.Since ?? window.LastSuccess).UtcDateTime), ("skip", window.SkipBefore.UtcDateTime),
        ];
        if (known.Length > 0)
            parameters.Add(("receiver", receiver));
        if (past.Length > 0)
            parameters.Add(("started", window.Started.UtcDateTime));
        return new(
            kind,
            $"""
            ((d.changed > $after and d.changed <= $upto) or ({kind.Updated} >= $lower and coalesce(d.changed, 0) <= $upto {past}))
                and {kind.Updated} >= $skip {known}
            """,
            [.. parameters]);
    }

    /// <summary>The rows that were refused, and not since the time.</summary>
    public static PushQuery Refused(PushKind kind, DateTimeOffset before) => new(
        kind, $"exists (select 1 from pushconflict x where x.kind = '{kind.Array}' and {SameKey(kind)} and x.lastrejected < $before)", ("before", before.UtcDateTime));

    /// <summary>SQL that compares the key of a row d with that of a conflict x.</summary>
    public static string SameKey(PushKind kind) => string.Join(
        " and ", PushConflicts.KeyColumns.Select((column, i) => $"x.{column} = {kind.Keys[i]}"));

    /// <summary>Counts the rows of a range.</summary>
    public (string Sql, (string, object?)[] Parameters) Count(KeyRange range) =>
        ($"select count(*) from {_kind.Table} d where {_where} {Range(range)}", _parameters);

    /// <summary>Counts the rows of a range by the first column of their key, in its order.</summary>
    public (string Sql, (string, object?)[] Parameters) CountByObject(KeyRange range) =>
        ($"select {_kind.Keys[0]}, count(*) from {_kind.Table} d where {_where} {Range(range)} group by 1 order by 1", _parameters);

    /// <summary>The rows of a range: key, columns, and the data set if asked for.</summary>
    public (string Sql, (string, object?)[] Parameters) Rows(KeyRange range, bool withDataSet)
    {
        var grouped = withDataSet && _kind.DataSet is not null;
        return ($"""
            select {string.Join(", ", _kind.Keys)}, {_kind.Columns}{(grouped ? ", " + _kind.DataSet : "")}
            from {_kind.Table} d {(grouped ? _kind.DataSetFrom : "")}
            where {_where} {Range(range)}
            order by {string.Join(", ", Enumerable.Range(1, PushKind.KeyLength))}
            """, _parameters);
    }

    // The first column once more by itself: by it the store knows which blocks need not be read.
    private string Range(KeyRange range) =>
        (range.After is null ? "" : string.Create(CultureInfo.InvariantCulture, $" and {_kind.Keys[0]} >= {range.After[0]} and {Beyond(range.After, 0, ">")}"))
        + (range.UpTo is null ? "" : string.Create(CultureInfo.InvariantCulture, $" and {_kind.Keys[0]} <= {range.UpTo[0]} and {Beyond(range.UpTo, 0, "<")}"));

    // Numbers of ours, so they need not be parameters. The upper end belongs to the range.
    private string Beyond(long[] key, int at, string comparison)
    {
        var (column, number) = (_kind.Keys[at], key[at].ToString(CultureInfo.InvariantCulture));
        if (at == PushKind.KeyLength - 1)
            return comparison == "<" ? $"{column} <= {number}" : $"{column} > {number}";
        return $"({column} {comparison} {number} or ({column} = {number} and {Beyond(key, at + 1, comparison)}))";
    }
}
