using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Tests.Warehouse;

public sealed class DuckDbWarehouseTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_warehouse_holds_the_default_category_objects_and_all_period_types()
    {
        await using var w = new TemporaryWarehouse();
        Assert.Equal(["bjDvmb4bfuf|HllvX50cXC0|GLevLNI9wkl|xYerKDKCefk"], await w.TextsAsync("""
            select cc.uid, coc.uid, c.uid, co.uid
            from categorycombo cc
            join categorycombos_optioncombos using (categorycomboid) join categoryoptioncombo coc using (categoryoptioncomboid)
            join categorycombos_categories using (categorycomboid) join dataelementcategory c using (categoryid)
            join categories_categoryoptions using (categoryid) join dataelementcategoryoption co using (categoryoptionid)
            """));
        Assert.Equal(23, await w.ScalarAsync<long>("select count(*) from periodtype"));
    }

    [Fact]
    public async Task Loaded_rows_keep_every_type_and_null()
    {
        await using var w = new TemporaryWarehouse();
        await using (var write = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct))
        {
            await write.Connection.ExecuteAsync("create table t (a bigint, b integer, c varchar, d double, e boolean, f timestamp, g date, h blob)", Ct);
            using (var load = write.Load("t"))
            {
                load.Add(1L).Add(2).Add("three").Add(4.5).Add(true).Add(new DateTime(2024, 2, 29, 1, 2, 3)).Add(new DateOnly(2024, 2, 29)).Add("\0\u00ff"u8.ToArray()).EndRow();
                load.Add((long?)null).Add((int?)null).Add((string?)null).Add((double?)null).Add((bool?)null).Add((DateTime?)null).Add((DateOnly?)null).Add((byte[]?)null).EndRow();
            }
            await write.CommitAsync(Ct);
        }
        Assert.Equal(["1|2|three|4.5|true|2024-02-29 01:02:03|2024-02-29|00C3BF", "|||||||"],
            await w.TextsAsync("select a::varchar, b::varchar, c, d::varchar, e::varchar, f::varchar, g::varchar, hex(h) from t order by a"));
    }

    [Fact]
    public async Task A_load_reaches_temporary_tables()
    {
        await using var w = new TemporaryWarehouse();
        await using var write = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct);
        await write.Connection.ExecuteAsync("create temp table staged (a bigint)", Ct);
        using (var load = write.Load("staged"))
        {
            for (var i = 0L; i < 5000; i++) load.Add(i).EndRow();
        }
        Assert.Equal(5000, await write.Connection.ScalarAsync<long>("select count(*) from staged", Ct));
    }

    [Fact]
    public async Task Without_commit_nothing_remains()
    {
        await using var w = new TemporaryWarehouse();
        await using (var write = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct))
        {
            await write.Connection.ExecuteAsync("create table gone (a bigint)", Ct);
            using var load = write.Load("orgunitlevel");
            load.Add(1L).Add("uid").Add((string?)null).Add((DateTime?)null).Add((DateTime?)null).Add("n").Add(1).Add((int?)null).EndRow();
        }
        Assert.Equal(0, await w.ScalarAsync<long>("select count(*) from orgunitlevel"));
        Assert.Equal(0, await w.ScalarAsync<long>("select count(*) from information_schema.tables where table_name = 'gone'"));
    }

    [Fact]
    public async Task A_failed_statement_leaves_the_turn_free()
    {
        await using var w = new TemporaryWarehouse();
        await using (var write = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct))
        {
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => write.Connection.ExecuteAsync("select error('no')", Ct));
        }
        await using var next = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct);
    }

    [Fact]
    public async Task Writers_of_one_turn_wait_and_of_the_other_do_not()
    {
        await using var w = new TemporaryWarehouse();
        var first = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct);
        var second = w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct).AsTask();
        await using (await w.Warehouse.BeginWriteAsync(WriteTurn.Analytics, Ct)) Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await (await second.WaitAsync(TimeSpan.FromSeconds(10), Ct)).DisposeAsync();
    }

    [Fact]
    public async Task A_reader_keeps_its_snapshot_while_a_writer_commits()
    {
        await using var w = new TemporaryWarehouse();
        await using var reader = await w.Warehouse.OpenReadAsync(Ct);
        await using var transaction = await reader.BeginTransactionAsync(Ct);
        Assert.Equal(0, await reader.ScalarAsync<long>("select count(*) from datavalue", Ct));
        await using (var write = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct))
        {
            await write.Connection.ExecuteAsync("insert into datavalue values (1, 2, 3, 4, 5, '1', null, now()::timestamp, now()::timestamp, null, null, false, null)", Ct);
            await write.CommitAsync(Ct);
        }
        Assert.Equal(0, await reader.ScalarAsync<long>("select count(*) from datavalue", Ct));
        await transaction.RollbackAsync(Ct);
        Assert.Equal(1, await reader.ScalarAsync<long>("select count(*) from datavalue", Ct));
    }

    [Fact]
    public async Task A_long_statement_stops_when_cancelled()
    {
        await using var w = new TemporaryWarehouse();
        await using var reader = await w.Warehouse.OpenReadAsync(Ct);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            reader.ScalarAsync<double>("select sum(sqrt(a.range * b.range)) from range(10000000) a, range(1000000) b", cancel.Token).WaitAsync(TimeSpan.FromSeconds(20), Ct));
        Assert.Equal(1, await reader.ScalarAsync<int>("select 1", Ct));
    }

    [Fact]
    public async Task Rows_stream_and_parameters_bind_by_name()
    {
        await using var w = new TemporaryWarehouse();
        await using var reader = await w.Warehouse.OpenReadAsync(Ct);
        var sum = 0L;
        await foreach (var value in reader.StreamAsync("select range from range($to) where $text = 'x'", r => r.GetInt64(0), Ct, ("text", "x"), ("to", 100_000L)))
            sum += value;
        Assert.Equal(4_999_950_000, sum);
    }

    [Fact]
    public async Task Committed_rows_survive_reopening()
    {
        var directory = Directory.CreateTempSubdirectory("warehouse-").FullName;
        await using (var w = new TemporaryWarehouse(directory))
        {
            await using var write = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct);
            await write.Connection.ExecuteAsync("insert into orgunitlevel (orgunitlevelid, uid, name, level) values (nextval('hibernate_sequence'), 'a', 'b', 1)", Ct);
            await write.CommitAsync(Ct);
        }
        await using (var w = new TemporaryWarehouse(directory))
        {
            Assert.Equal(1, await w.ScalarAsync<long>("select count(*) from orgunitlevel"));
            Assert.Equal(1, await w.ScalarAsync<long>("select count(*) from categorycombo"));
            Assert.True(await w.ScalarAsync<long>("select nextval('hibernate_sequence')") > await w.ScalarAsync<long>("select max(orgunitlevelid) from orgunitlevel"));
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task What_a_killed_process_had_spilled_is_cleared()
    {
        await using var w = new TemporaryWarehouse();
        Directory.CreateDirectory($"{w.File}.tmp");
        await File.WriteAllTextAsync(Path.Combine($"{w.File}.tmp", "duckdb_temp_storage-0.tmp"), "x", Ct);
        w.Warehouse.Open();
        Assert.False(Directory.Exists($"{w.File}.tmp"));
    }

    [Fact]
    public async Task A_damaged_file_is_named_and_left_alone()
    {
        await using var w = new TemporaryWarehouse();
        await File.WriteAllTextAsync(w.File, new string('x', 20_000), Ct);
        var e = Assert.Throws<WarehouseUnusableException>(w.Warehouse.Open);
        Assert.Contains(w.File, e.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
        Assert.Equal(20_000, new FileInfo(w.File).Length);
    }

    [Fact]
    public async Task A_file_of_a_newer_schema_is_refused()
    {
        var directory = Directory.CreateTempSubdirectory("warehouse-").FullName;
        await using (var w = new TemporaryWarehouse(directory))
        {
            await using var write = await w.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct);
            await write.Connection.ExecuteAsync("update schemaversion set version = 999", Ct);
            await write.CommitAsync(Ct);
        }
        await using (var w = new TemporaryWarehouse(directory))
        {
            var e = Assert.Throws<WarehouseUnusableException>(w.Warehouse.Open);
            Assert.Contains("schema version 999", e.Message, StringComparison.Ordinal);
        }
        Directory.Delete(directory, recursive: true);
    }
}
