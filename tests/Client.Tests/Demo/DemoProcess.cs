using System.Diagnostics;

namespace Client.Tests.Demo;

/// <summary>`dhis2 demo` as a process of its own, on free ports.</summary>
internal sealed class DemoProcess : IDisposable
{
    private readonly Process _process;

    public DemoProcess(params string[] args)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Dhis2Grpc.sln")))
            root = root.Parent ?? throw new DirectoryNotFoundException("The solution is not above the test.");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var client = Path.Combine(root.FullName, "src", "Client", "bin", configuration, "net10.0", "dhis2.dll");
        _process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [client, "demo", "--rest-url", "http://127.0.0.1:0", "--grpc-url", "http://127.0.0.1:0", .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>The next line of output; null at its end.</summary>
    public ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        _process.StandardOutput.ReadLineAsync(cancellationToken);

    /// <summary>Asks it to end, as Ctrl-C and service managers do.</summary>
    public async Task InterruptAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(provider: null)]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Waits for its end; answers exit code, the rest of the output, and the errors.</summary>
    public async Task<(int Code, string Output, string Error)> EndAsync(CancellationToken cancellationToken)
    {
        var output = _process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = _process.StandardError.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, await output, await error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
