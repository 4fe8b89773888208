using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Contract.Tests.Hosting;

/// <summary>A node that cannot start says why in words, and ends with exit code 1.</summary>
public sealed class StartFailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Dhis2__TimeZone", "Mars/Olympus", "Dhis2:TimeZone: 'Mars/Olympus' is no time zone that this machine knows")]
    [InlineData("Dhis2__Rest__Url", "ftp://127.0.0.1:1", "Dhis2:Rest:Url: 'ftp://127.0.0.1:1' must start with http://")]
    [InlineData("Dhis2__Grpc__Url", "nowhere", "Dhis2:Grpc:Url: 'nowhere' is not a URL")]
    [InlineData("Dhis2__Grpc__Compression", "zip", "Dhis2:Grpc:Compression must be gzip or empty")]
    [InlineData("Dhis2__Rest__Url", "http://*:0", "default password of the user admin")]
    [InlineData("Dhis2__Grpc__MaxReceiveMessageSize", "lots", "Dhis2:Grpc:MaxReceiveMessageSize")]
    [InlineData("Dhis2__Synchronization__AllowedServers__0", "https://play.dhis2.org/demo", "Dhis2:Synchronization:AllowedServers:0 must be an origin")]
    [InlineData("Dhis2__DataDirectory", "/proc/nowhere", "/proc/nowhere")]
    public async Task Settings_that_make_no_sense_are_named(string setting, string value, string message)
    {
        using var directory = new TemporaryDirectory();

        var (exitCode, output) = await RunAsync(directory.Path, (setting, value));

        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains("cannot start", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var directory = new TemporaryDirectory();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var (exitCode, output) = await RunAsync(directory.Path, ("Dhis2__Rest__Url", url));

        Assert.Equal(1, exitCode);
        Assert.Contains($"{url}: address already in use. Set Dhis2__Rest__Url", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_in_use_is_named()
    {
        await using var node = await TestNode.StartAsync();

        var (exitCode, output) = await RunAsync(node.DataDirectory);

        Assert.Equal(1, exitCode);
        Assert.Contains($"The data directory {node.DataDirectory} is in use by another process", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string directory, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Dhis2Grpc.Server.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["Dhis2__DataDirectory"] = directory,
                ["Dhis2__Rest__Url"] = "http://127.0.0.1:0",
                ["Dhis2__Grpc__Url"] = "http://127.0.0.1:0",
            },
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("dhis2-start-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
