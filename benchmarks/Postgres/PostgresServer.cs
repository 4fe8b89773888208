using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Dhis2Grpc.Benchmarks.Postgres;

/// <summary>A PostgreSQL server in a temporary folder, tuned as the DHIS2 guide asks for a machine of this size. Needs
/// the server's programs on the path or in Debian's place.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";
    private readonly string _folder;
    private readonly string _programs;

    private PostgresServer(string folder, string programs, int port)
    {
        _folder = folder;
        _programs = programs;
        Port = port;
    }

    /// <summary>Where it listens, on loopback.</summary>
    public int Port { get; }

    /// <summary>How to connect.</summary>
    public string ConnectionString =>
        $"Host=127.0.0.1;Port={Port};Username={User};Database=postgres;Command Timeout=0;Pooling=false";

    /// <summary>Id of its main process.</summary>
    public int ProcessId => int.Parse(
        File.ReadLines(Path.Combine(_folder, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Starts a server with an empty database.</summary>
    public static async Task<PostgresServer> StartAsync(CancellationToken cancellationToken)
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Order().Last()
            : "";
        var folder = Directory.CreateTempSubdirectory("dhis2-benchmark-postgres").FullName;
        var server = new PostgresServer(folder, programs, FreePort());
        if (Environment.UserName == "root")
            await RunAsync("chown", ["-R", User, folder], cancellationToken);
        await server.RunAsUserAsync("initdb", ["-D", folder, "-U", User, "-A", "trust", "-E", "UTF8"], cancellationToken);
        await File.AppendAllTextAsync(
            Path.Combine(folder, "postgresql.conf"),
            $"""
            port = {server.Port}
            listen_addresses = '127.0.0.1'
            unix_socket_directories = ''
            shared_buffers = 4GB
            work_mem = 256MB
            maintenance_work_mem = 1GB
            max_wal_size = 16GB
            max_parallel_workers = 2
            max_parallel_workers_per_gather = 2
            synchronous_commit = off
            """,
            cancellationToken);
        await server.RunAsUserAsync("pg_ctl", ["-D", folder, "-w", "-l", Path.Combine(folder, "log"), "start"], cancellationToken);
        return server;
    }

    /// <summary>An open connection.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RunAsUserAsync("pg_ctl", ["-D", _folder, "-m", "immediate", "stop"], CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    // PostgreSQL refuses to run as root.
    private Task RunAsUserAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_programs, program);
        return Environment.UserName == "root"
            ? RunAsync("runuser", ["-u", User, "--", path, .. arguments], cancellationToken)
            : RunAsync(path, arguments, cancellationToken);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        // Output goes nowhere: a server that inherits a pipe would keep it open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > /dev/null 2>&1", "sh", program, .. arguments])
        {
            WorkingDirectory = "/",
        })!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
