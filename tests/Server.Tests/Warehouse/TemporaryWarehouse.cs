using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;
using Dhis2Grpc.Server.Warehouse.DuckDb;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Tests.Warehouse;

/// <summary>A warehouse in a folder of its own, deleted with it.</summary>
internal sealed class TemporaryWarehouse : IAsyncDisposable
{
    private readonly string? _owned;

    public TemporaryWarehouse(string? directory = null, long memoryLimit = 512L << 20)
    {
        if (directory is null) _owned = directory = Directory.CreateTempSubdirectory("warehouse-").FullName;
        DataDirectory = directory;
        Warehouse = new DuckDbWarehouse(
            Options.Create(new StorageOptions { DataDirectory = directory }),
            Options.Create(new WarehouseOptions { MemoryLimit = memoryLimit, Threads = 2 }),
            NullLogger<DuckDbWarehouse>.Instance);
    }

    public string DataDirectory { get; }

    public string File => Path.Combine(DataDirectory, "warehouse.duckdb");

    public DuckDbWarehouse Warehouse { get; }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = await Warehouse.OpenReadAsync(TestContext.Current.CancellationToken);
        return await connection.ScalarAsync<T>(sql, TestContext.Current.CancellationToken);
    }

    public async Task<List<string>> TextsAsync(string sql)
    {
        await using var connection = await Warehouse.OpenReadAsync(TestContext.Current.CancellationToken);
        return await connection.ListAsync(sql, r => string.Join('|', Enumerable.Range(0, r.FieldCount).Select(i => r.IsDBNull(i) ? "" : Convert.ToString(r.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Warehouse.DisposeAsync();
        if (_owned is not null) Directory.Delete(_owned, recursive: true);
    }
}
