using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>The rows that the remote server refused and has not taken since.</summary>
internal sealed class PushConflicts(IWarehouse warehouse, TimeProvider time)
{
    private const string Stage = "pushedstage";

    /// <summary>Columns of the key, in the order of <see cref="PushKind.Keys"/>.</summary>
    public static IReadOnlyList<string> KeyColumns { get; } =
        ["objectid", "periodid", "sourceid", "categoryoptioncomboid", "attributeoptioncomboid"];

    private static string SameKey => string.Join(" and ", KeyColumns.Select(c => $"x.{c} = s.{c}"));

    /// <summary>How many there are of a kind.</summary>
    public async Task<long> CountAsync(PushKind kind, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return await connection.ScalarAsync<long>("select count(*) from pushconflict where kind = $kind", cancellationToken, ("kind", kind.Array));
    }

    /// <summary>Records what became of a page: refused rows are conflicts, and those that were taken are none any more.</summary>
    /// <returns>How many conflicts of the kind are open now.</returns>
    public async Task<long> RecordAsync(PushKind kind, PushPage page, PageOutcome outcome, CancellationToken cancellationToken)
    {
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        await write.Connection.ExecuteAsync(
            $"create or replace temp table {Stage} ({string.Join(" bigint, ", KeyColumns)} bigint, errorcode varchar, message varchar)", cancellationToken);
        using (var load = write.Load(Stage))
        {
            for (var row = 0; row < page.Count; row++)
            {
                var refusal = outcome.Refused.GetValueOrDefault(row);
                foreach (var key in page.Key(row))
                    load.Add((long?)key);
                load.Add(refusal?.Code).Add(refusal?.Message).EndRow();
            }
        }
        var open = await SettleAsync(write.Connection, kind, time.GetUtcNow().UtcDateTime, cancellationToken);
        await write.CommitAsync(cancellationToken);
        return open;
    }

    /// <summary>Forgets conflicts of rows that are gone.</summary>
    public async Task ForgetGoneAsync(PushKind kind, CancellationToken cancellationToken)
    {
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        await write.Connection.ExecuteAsync(
            $"delete from pushconflict x where x.kind = $kind and not exists (select 1 from {kind.Table} d where {PushQuery.SameKey(kind)})",
            cancellationToken, ("kind", kind.Array));
        await write.CommitAsync(cancellationToken);
    }

    /// <summary>The open conflicts, latest first, as names and values.</summary>
    public async Task<IReadOnlyList<PushConflict>> ListAsync(int skip, int take, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return await connection.ListAsync($"""
            select x.kind, coalesce(e.uid, t.uid, ''), coalesce(p.iso, ''), coalesce(o.uid, ''), c.uid, coalesce(a.uid, ''), d.value, d.lastupdated,
                x.errorcode, x.message, x.firstrejected, x.lastrejected, x.attempts
            from pushconflict x
            left join dataelement e on x.kind = '{PushKind.DataValues.Array}' and e.dataelementid = x.objectid
            left join dataset t on x.kind = '{PushKind.Registrations.Array}' and t.datasetid = x.objectid
            left join period p on p.periodid = x.periodid
            left join organisationunit o on o.organisationunitid = x.sourceid
            left join categoryoptioncombo c on c.categoryoptioncomboid = x.categoryoptioncomboid
            left join categoryoptioncombo a on a.categoryoptioncomboid = x.attributeoptioncomboid
            left join datavalue d on x.kind = '{PushKind.DataValues.Array}' and {PushQuery.SameKey(PushKind.DataValues)}
            order by x.lastrejected desc, x.kind, 2, 3, 4, 5, 6
            limit $take offset $skip
            """, Read, cancellationToken, ("take", take), ("skip", skip));
    }

    /// <summary>How many conflicts are open in all.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return await connection.ScalarAsync<long>("select count(*) from pushconflict", cancellationToken);
    }

    private static async Task<long> SettleAsync(DbConnection connection, PushKind kind, DateTime now, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            $"delete from pushconflict x using {Stage} s where x.kind = $kind and {SameKey} and s.message is null", cancellationToken, ("kind", kind.Array));
        await connection.ExecuteAsync($"""
            merge into pushconflict x using (select * from {Stage} where message is not null) s on x.kind = $kind and {SameKey}
            when matched then update set errorcode = s.errorcode, message = s.message, lastrejected = $now, attempts = x.attempts + 1
            when not matched then insert values ($kind, {string.Join(", ", KeyColumns.Select(c => $"s.{c}"))}, s.errorcode, s.message, $now, $now, 1)
            """, cancellationToken, ("kind", kind.Array), ("now", now));
        await connection.ExecuteAsync($"drop table {Stage}", cancellationToken);
        return await connection.ScalarAsync<long>("select count(*) from pushconflict where kind = $kind", cancellationToken, ("kind", kind.Array));
    }

    private static PushConflict Read(DbDataReader row) => new()
    {
        Kind = row.GetString(0),
        Object = row.GetString(1),
        Period = row.GetString(2),
        OrgUnit = row.GetString(3),
        CategoryOptionCombo = row.Text(4),
        AttributeOptionCombo = row.GetString(5),
        Value = row.Text(6),
        LastUpdated = row.IsDBNull(7) ? null : row.GetDateTime(7),
        Code = row.Text(8),
        Message = row.GetString(9),
        FirstRejected = row.GetDateTime(10),
        LastRejected = row.GetDateTime(11),
        Attempts = row.GetInt32(12),
    };
}

/// <summary>A row that the remote server refused and has not taken since.</summary>
internal sealed record PushConflict
{
    /// <summary>What it is: member of the document it is sent in.</summary>
    public required string Kind { get; init; }

    /// <summary>UID of the data element or data set.</summary>
    public required string Object { get; init; }

    /// <summary>Period.</summary>
    public required string Period { get; init; }

    /// <summary>UID of the organisation unit.</summary>
    public required string OrgUnit { get; init; }

    /// <summary>UID of the category option combo; null for registrations.</summary>
    public string? CategoryOptionCombo { get; init; }

    /// <summary>UID of the attribute option combo.</summary>
    public required string AttributeOptionCombo { get; init; }

    /// <summary>The value as it is now; null for registrations.</summary>
    public string? Value { get; init; }

    /// <summary>When the value changed last, UTC; null for registrations.</summary>
    public DateTime? LastUpdated { get; init; }

    /// <summary>DHIS2's error code.</summary>
    public string? Code { get; init; }

    /// <summary>The reason in words.</summary>
    public required string Message { get; init; }

    /// <summary>When it was refused first, UTC.</summary>
    public required DateTime FirstRejected { get; init; }

    /// <summary>When it was refused last, UTC.</summary>
    public required DateTime LastRejected { get; init; }

    /// <summary>How often it was refused.</summary>
    public required int Attempts { get; init; }
}
