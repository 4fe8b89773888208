using System.Collections.Concurrent;
using System.Globalization;
using Dhis2Grpc.Benchmarks.Postgres;
using Dhis2Grpc.Benchmarks.Sample;
using Npgsql;

namespace Dhis2Grpc.Benchmarks.Analytics;

/// <summary>The baseline: DHIS2 2.39's analytics build on PostgreSQL. Java and JDBC cost nothing here, so that it is
/// faster than the real one.</summary>
internal sealed class Dhis2OnPostgres(PostgresServer server, Country country) : IAsyncDisposable
{
    // 2.39 uses as many as there are processors, on machines with up to two.
    private const int Parallelism = 2;

    private readonly Dhis2AnalyticsTable _table = new(country);
    private NpgsqlConnection? _connection;

    /// <summary>Creates the schema and loads metadata and data values.</summary>
    public async Task LoadAsync(double share, CancellationToken cancellationToken)
    {
        _connection = await server.OpenAsync(cancellationToken);
        foreach (var table in Dhis2Schema.Tables)
            await RunAsync("create table " + table, cancellationToken);
        foreach (var (table, rows) in Dhis2Schema.Metadata(country))
            await InsertAsync(table, rows, cancellationToken);
        await using (var copy = await _connection.BeginTextImportAsync("copy datavalue from stdin with (format csv)", cancellationToken))
        {
            foreach (var v in DataValues.Of(country, share))
            {
                var time = v.LastUpdated.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
                await copy.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{v.DataElement.Id},{v.Month.Id},{v.OrgUnit.Id},{v.Combo.Id},{v.AttributeCombo.Id},{v.Value},admin,{time},{time},,f,{(v.Deleted ? 't' : 'f')}\n"));
            }
        }

        foreach (var index in Dhis2Schema.DataValueIndexes)
            await RunAsync(index, cancellationToken);
        await RunAsync("vacuum analyze", cancellationToken);
    }

    /// <summary>Builds resource tables and the analytics table.</summary>
    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        foreach (var table in Dhis2ResourceTables.Of(country))
            await BuildAsync(table, cancellationToken);
        var years = Enumerable.Range(Country.FirstYear, Country.Years).ToArray();
        await RunAsync("drop table if exists analytics_temp cascade", cancellationToken);
        await RunAsync($"create unlogged table analytics_temp ({_table.Definition}) with (autovacuum_enabled = false)", cancellationToken);
        foreach (var year in years)
        {
            await RunAsync(
                $"create unlogged table analytics_temp_{year} (check (year = {year}), check (pestartdate < '{year + 1}-01-01')) inherits (analytics_temp) with (autovacuum_enabled = false)",
                cancellationToken);
        }

        await ParallelAsync(years.Select(year => _table.Populate(year)), cancellationToken);
        await ParallelAsync(
            years.SelectMany(year => _table.Dimensions.Select(d => (string[])[$"create index on analytics_temp_{year} using btree ({d.Index})"])),
            cancellationToken);
        foreach (var year in years)
            await RunAsync($"analyze analytics_temp_{year}", cancellationToken);
        foreach (var year in years)
            await RunAsync($"drop table if exists analytics_{year} cascade; alter table analytics_temp_{year} rename to analytics_{year}", cancellationToken);
        await RunAsync("drop table if exists analytics cascade; alter table analytics_temp rename to analytics", cancellationToken);
    }

    /// <summary>Bytes of the analytics table and its indexes.</summary>
    public async Task<long> SizeAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select sum(pg_total_relation_size(oid))::bigint from pg_class where relname ~ '^analytics(_[0-9]+)?$' and relkind = 'r'",
            _connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What the result holds, to compare with another build.</summary>
    public Task<IReadOnlyList<string>> FingerprintAsync(CancellationToken cancellationToken) =>
        Fingerprint.OfAsync(_connection!, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private async Task BuildAsync(Dhis2ResourceTable table, CancellationToken cancellationToken)
    {
        var name = table.Name;
        await RunAsync($"drop table if exists {name}_temp", cancellationToken);
        await RunAsync($"create unlogged table {name}_temp ({table.Columns})", cancellationToken);
        if (table.Select is not null)
            await RunAsync($"insert into {name}_temp {table.Select}", cancellationToken);
        else
            await InsertAsync(name + "_temp", table.Rows!, cancellationToken);
        foreach (var index in table.Indexes)
            await RunAsync($"create {(index[0] == '!' ? "unique " : "")}index on {name}_temp {index.TrimStart('!')}", cancellationToken);
        await RunAsync($"drop table if exists {name} cascade; alter table {name}_temp rename to {name}; analyze {name}", cancellationToken);
    }

    // Row by row in batches, as JDBC's batchUpdate does.
    private async Task InsertAsync(string table, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Chunk(500))
        {
            await using var batch = new NpgsqlBatch(_connection);
            foreach (var row in chunk)
            {
                var given = row.Where(v => v is not null).ToList();
                var places = row.Select(v => v is null ? "null" : $"${given.IndexOf(v) + 1}");
                var command = new NpgsqlBatchCommand($"insert into {table} values ({string.Join(", ", places)})");
                given.ForEach(v => command.Parameters.Add(new NpgsqlParameter { Value = v }));
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task ParallelAsync(IEnumerable<IEnumerable<string>> work, CancellationToken cancellationToken)
    {
        var queue = new ConcurrentQueue<IEnumerable<string>>(work);
        await Task.WhenAll(Enumerable.Range(0, Parallelism).Select(async _ =>
        {
            await using var connection = await server.OpenAsync(cancellationToken);
            while (queue.TryDequeue(out var statements))
            {
                foreach (var sql in statements)
                {
                    await using var command = new NpgsqlCommand(sql, connection);
                    await command.ExecuteNonQueryAsync(cancellationToken);
                }
            }
        }));
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
