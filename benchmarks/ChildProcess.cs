using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Dhis2Grpc.Benchmarks;

/// <summary>This program again, as a server of its own: what it costs is counted apart from what its load costs.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string? _folder;

    private ChildProcess(Process process, string? folder)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Processor time used so far.</summary>
    public TimeSpan Cpu => Figures.Cpu(Id);

    /// <summary>Starts a node; its data directory is deleted with it.</summary>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <param name="folder">Its data directory; an empty one when null.</param>
    public static async Task<(ChildProcess Process, Uri RestUrl, Uri GrpcUrl)> StartNodeAsync(
        CancellationToken cancellationToken, string? folder = null)
    {
        folder ??= Directory.CreateTempSubdirectory("dhis2-benchmark-node").FullName;
        var (rest, grpc) = (FreeUrl(), FreeUrl());
        var child = Start(["node", $"--Dhis2:DataDirectory={folder}", $"--Dhis2:Rest:Url={rest}", $"--Dhis2:Grpc:Url={grpc}"], folder);
        await child.UntilListeningAsync(grpc, cancellationToken);
        return (child, rest, grpc);
    }

    /// <summary>Starts the hand-written endpoints that answer with the files' content.</summary>
    public static async Task<(ChildProcess Process, Uri Url)> StartMinimalApiAsync(
        string file, CancellationToken cancellationToken)
    {
        var url = FreeUrl();
        var child = Start(["minimal-api", url.ToString(), file], null);
        await child.UntilListeningAsync(url, cancellationToken);
        return (child, url);
    }

    /// <summary>Starts a receiver that takes everything.</summary>
    public static async Task<(ChildProcess Process, Uri Url)> StartSinkAsync(CancellationToken cancellationToken)
    {
        var url = FreeUrl();
        var child = Start(["sink", url.ToString()], null);
        await child.UntilListeningAsync(url, cancellationToken);
        return (child, url);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>How to start this program again.</summary>
    public static ProcessStartInfo Self(string[] arguments)
    {
        var program = Environment.ProcessPath!;
        // Under `dotnet program.dll` the process is dotnet itself.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            arguments = [typeof(ChildProcess).Assembly.Location, .. arguments];
        return new ProcessStartInfo(program, arguments);
    }

    private static ChildProcess Start(string[] arguments, string? folder) => new(Process.Start(Self(arguments))!, folder);

    private async Task UntilListeningAsync(Uri url, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(url.Host, url.Port, limit.Token);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    private static Uri FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
