using Dhis2Grpc.Benchmarks.Postgres;
using Dhis2Grpc.Benchmarks.Sample;
using Npgsql;
using NpgsqlTypes;

namespace Dhis2Grpc.Benchmarks.Ingest;

/// <summary>The baseline: DHIS2's table of data values with its key and indexes on PostgreSQL.</summary>
internal sealed class PostgresUpsert : IAsyncDisposable
{
    private const string Keys = "dataelementid, periodid, sourceid, categoryoptioncomboid, attributeoptioncomboid";

    private const string Columns =
        "dataelementid bigint not null, periodid bigint not null, sourceid bigint not null, categoryoptioncomboid bigint not null, "
        + "attributeoptioncomboid bigint not null, value varchar, storedby varchar, created timestamp not null, lastupdated timestamp not null, deleted boolean not null";

    private readonly PostgresServer _server;
    private readonly NpgsqlConnection _connection;

    private PostgresUpsert(PostgresServer server, NpgsqlConnection connection)
    {
        _server = server;
        _connection = connection;
    }

    /// <summary>Starts a server.</summary>
    public static async Task<PostgresUpsert> StartAsync(CancellationToken cancellationToken)
    {
        var server = await PostgresServer.StartAsync(cancellationToken);
        return new PostgresUpsert(server, await server.OpenAsync(cancellationToken));
    }

    /// <summary>Loads what is stored before.</summary>
    public async Task PrepareAsync(IEnumerable<DataValue> values, CancellationToken cancellationToken)
    {
        await RunAsync($"drop table if exists datavalue; create table datavalue ({Columns})", cancellationToken);
        await CopyAsync("datavalue", values, cancellationToken);
        await RunAsync($"alter table datavalue add primary key ({Keys})", cancellationToken);
        await RunAsync("create index on datavalue (lastupdated); create index on datavalue (deleted)", cancellationToken);
        await RunAsync("vacuum analyze datavalue", cancellationToken);
    }

    /// <summary>Brings the changes in.</summary>
    public async Task UpsertAsync(IEnumerable<DataValue> changes, CancellationToken cancellationToken)
    {
        await RunAsync($"drop table if exists stage; create unlogged table stage ({Columns})", cancellationToken);
        await CopyAsync("stage", changes, cancellationToken);
        await RunAsync(
            $"insert into datavalue select * from stage on conflict ({Keys}) do update set value = excluded.value, lastupdated = excluded.lastupdated, deleted = excluded.deleted",
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task CopyAsync(string table, IEnumerable<DataValue> values, CancellationToken cancellationToken)
    {
        await using var copy = await _connection.BeginBinaryImportAsync($"copy {table} from stdin (format binary)", cancellationToken);
        foreach (var v in values)
        {
            await copy.StartRowAsync(cancellationToken);
            foreach (var key in (ReadOnlySpan<long>)[v.DataElement.Id, v.Month.Id, v.OrgUnit.Id, v.Combo.Id, v.AttributeCombo.Id])
                copy.Write(key, NpgsqlDbType.Bigint);
            copy.Write(v.Value, NpgsqlDbType.Varchar);
            copy.Write("admin", NpgsqlDbType.Varchar);
            copy.Write(v.LastUpdated, NpgsqlDbType.Timestamp);
            copy.Write(v.LastUpdated, NpgsqlDbType.Timestamp);
            copy.Write(v.Deleted, NpgsqlDbType.Boolean);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
