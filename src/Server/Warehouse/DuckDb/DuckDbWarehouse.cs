using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Storage;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Warehouse.DuckDb;

/// <summary>The warehouse in one DuckDB file of the data directory. The file is opened once, at start or on first use;
/// all connections share it. Results come in no particular order unless a statement asks for one.</summary>
internal sealed class DuckDbWarehouse(
    IOptions<StorageOptions> storage, IOptions<WarehouseOptions> options, ILogger<DuckDbWarehouse> logger)
    : IWarehouse, IHostedLifecycleService, IAsyncDisposable
{
    private readonly SemaphoreSlim[] _turns = [new(1, 1), new(1, 1)];
    private readonly Lock _opening = new();
    private readonly string _path = Path.GetFullPath(Path.Combine(storage.Value.DataDirectory, "warehouse.duckdb"));

    // Keeps the instance open while no other connection is.
    private DuckDBConnection? _anchor;
    private bool _closed;
    private Task _opened = Task.CompletedTask;

    public ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Connect());
    }

    public async ValueTask<IWarehouseWrite> BeginWriteAsync(WriteTurn turn, CancellationToken cancellationToken)
    {
        var semaphore = _turns[(int)turn];
        await semaphore.WaitAsync(cancellationToken);
        try
        {
            return new DuckDbWrite(Connect(), semaphore);
        }
        catch
        {
            semaphore.Release();
            throw;
        }
    }

    /// <summary>Opens the file, and creates or migrates the schema.</summary>
    /// <exception cref="WarehouseUnusableException">The file is damaged, newer, or open in another process.</exception>
    public void Open()
    {
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_anchor is not null) return;
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            // An orderly stop leaves no log.
            if (new FileInfo($"{_path}.wal") is { Exists: true, Length: > 0 } log)
                WarehouseLog.Recovering(logger, _path, log.Length);
            var connection = new DuckDBConnection($"Data Source={_path}");
            try
            {
                connection.Open();
                Configure(connection);
                var (from, to) = WarehouseSchema.Migrate(connection, _path);
                WarehouseLog.Opened(logger, _path, from, to);
            }
            catch (DuckDBException e)
            {
                connection.Dispose();
                throw UnusableFile.Explain(_path, e);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
            _anchor = connection;
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // The node listens meanwhile; whoever comes first waits for the file.
        _opened = Task.Run(Open, cancellationToken);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => _opened.WaitAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        lock (_opening)
        {
            if (_closed) return ValueTask.CompletedTask;
            _closed = true;
            if (_anchor is { } anchor)
            {
                Checkpoint(anchor);
                anchor.Dispose();
            }
        }
        foreach (var turn in _turns) turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private WarehouseConnection Connect()
    {
        Open();
        var connection = new WarehouseConnection($"Data Source={_path}");
        connection.Open();
        return connection;
    }

    private void Configure(DuckDBConnection connection)
    {
        var temp = $"{_path}.tmp";
        // What statements had spilled when the process was killed. Nobody else uses it: the file is locked by now.
        if (Directory.Exists(temp)) Directory.Delete(temp, recursive: true);
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            set global threads = {options.Value.Threads};
            set global memory_limit = '{options.Value.MemoryLimit / 1024 / 1024}MiB';
            set global temp_directory = '{temp.Replace("'", "''", StringComparison.Ordinal)}';
            set global preserve_insertion_order = false;
            set global checkpoint_threshold = '64MiB';
            set global autoinstall_known_extensions = false;
            set global autoload_known_extensions = false;
            set global TimeZone = 'UTC';
            """);
        command.ExecuteNonQuery();
    }

    private void Checkpoint(DuckDBConnection connection)
    {
        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = "checkpoint";
            command.ExecuteNonQuery();
        }
        catch (DuckDBException e)
        {
            // Nothing is lost: the log is replayed when the file is opened next.
            WarehouseLog.CheckpointFailed(logger, e);
        }
    }
}
