using System.Diagnostics;
using System.Runtime.InteropServices;
using Dhis2Grpc.Client.CommandLine;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Dhis2Grpc.Client.Demo;

/// <summary>A server as a child process. Its output goes to server.log in its data directory.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private const int SigTerm = 15;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Task _logging;
    private readonly TimeProvider _time;

    private DemoServer(Process process, string logFile, TimeProvider time)
    {
        _process = process;
        _time = time;
        LogFile = logFile;
        _log = new StreamWriter(new FileStream(logFile, FileMode.Create, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
        var log = TextWriter.Synchronized(_log);
        _logging = Task.WhenAll(CopyAsync(process.StandardOutput, log), CopyAsync(process.StandardError, log));
    }

    /// <summary>What the server wrote.</summary>
    public string LogFile { get; }

    /// <summary>Starts a server and waits until it serves.</summary>
    public static async Task<DemoServer> StartAsync(
        string dataDirectory, Uri rest, Uri grpc, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = StartInfo(ServerLocation.Find());
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["Dhis2__DataDirectory"] = dataDirectory;
        start.Environment["Dhis2__Rest__Url"] = rest.ToString();
        start.Environment["Dhis2__Grpc__Url"] = grpc.ToString();
        var process = Process.Start(start)
            ?? throw new CommandException($"{start.FileName} could not be started.", ExitCode.Failed);
        var server = new DemoServer(process, Path.Combine(dataDirectory, "server.log"), time);
        try
        {
            await server.WaitUntilServingAsync(ListenAddress.Reachable(grpc), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the server's end, which nobody asked for.</summary>
    public Task ExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Ends the server in order; kills it only when it does not end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited && !OperatingSystem.IsWindows())
            _ = Kill(_process.Id, SigTerm);
        else if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        using var limit = new CancellationTokenSource(StopLimit, _time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        await _logging;
        await _log.DisposeAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string assembly)
    {
        var program = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        // Started by `dotnet run`, the same host runs the server, wherever it is installed.
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH");
        return host is null && File.Exists(program)
            ? new ProcessStartInfo(program)
            : new ProcessStartInfo(host ?? "dotnet", [assembly]);
    }

    private static async Task CopyAsync(StreamReader output, TextWriter log)
    {
        while (await output.ReadLineAsync() is { } line)
            await log.WriteLineAsync(line);
    }

    private async Task WaitUntilServingAsync(Uri grpc, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        var health = new Health.HealthClient(channel);
        var started = _time.GetTimestamp();
        while (_time.GetElapsedTime(started) < StartLimit)
        {
            if (_process.HasExited)
                throw new CommandException($"The server ended with code {_process.ExitCode}: {await LastLinesAsync()}", ExitCode.Failed);
            try
            {
                var answer = await health.CheckAsync(
                    new HealthCheckRequest(), deadline: _time.GetUtcNow().UtcDateTime.AddSeconds(2),
                    cancellationToken: cancellationToken);
                if (answer.Status == HealthCheckResponse.Types.ServingStatus.Serving)
                    return;
            }
            catch (RpcException) when (!cancellationToken.IsCancellationRequested)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
        }

        throw new CommandException($"The server does not serve after {StartLimit.TotalSeconds:0} s; see {LogFile}.", ExitCode.Failed);
    }

    private async Task<string> LastLinesAsync()
    {
        await _logging;
        var lines = await File.ReadAllLinesAsync(LogFile);
        return lines.Length == 0 ? $"see {LogFile}" : string.Join(' ', lines.TakeLast(5).Select(l => l.Trim()));
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int processId, int signal);
}
