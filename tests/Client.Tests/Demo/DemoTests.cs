using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Client.Tests.CommandLine;
using Dhis2Grpc.Client.CommandLine;
using Dhis2Grpc.Client.Demo;

namespace Client.Tests.Demo;

/// <summary>The demo as a newcomer starts it.</summary>
public sealed partial class DemoTests
{
    [Fact]
    public async Task The_show_runs_stays_until_interrupted_and_runs_again_on_the_same_data()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        var directory = Directory.CreateTempSubdirectory("dhis2-demo-test-").FullName;
        try
        {
            var text = new List<string>();
            using (var demo = new DemoProcess("--size", "0.02", "--data-directory", directory))
            {
                while (await demo.ReadLineAsync(limit.Token) is { } line)
                {
                    text.Add(line);
                    if (!line.StartsWith("The node goes on", StringComparison.Ordinal))
                        continue;
                    await AssertPromisesAsync(text, limit.Token);
                    await demo.InterruptAsync(limit.Token);
                }

                var (code, _, error) = await demo.EndAsync(limit.Token);
                Assert.Equal((ExitCode.Ok, ""), (code, error));
            }

            await Assert.ThrowsAsync<HttpRequestException>(() => PingAsync(RestOf(text), limit.Token));
            using var second = new DemoProcess("--size", "0.02", "--data-directory", directory, "--exit", "--json");
            var again = await second.EndAsync(limit.Token);
            Assert.Equal((ExitCode.Ok, ""), (again.Code, again.Error));
            var result = JsonDocument.Parse(again.Output).RootElement;
            Assert.False(result.TryGetProperty("dataValues", out _), "The values were loaded again.");
            Assert.Equal(["COMPLETED", "COMPLETED"], result.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("state").GetString()));
            Assert.True(result.GetProperty("analyticsRows").GetInt32() > 10);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_port_that_was_asked_for_and_is_taken_is_said_so()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var run = await CliRun.RunAsync(["demo", "--rest-url", $"http://127.0.0.1:{port}", "--grpc-url", "http://127.0.0.1:0"]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains($"Port {port} is taken", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_port_that_is_taken_is_replaced_and_port_0_means_any()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Assert.NotEqual(port, ListenAddress.Choose(null, $"http://127.0.0.1:{port}").Port);
        Assert.NotEqual(0, ListenAddress.Choose("http://127.0.0.1:0", DemoShow.DefaultRest).Port);
        Assert.Throws<CommandException>(() => ListenAddress.Choose("127.0.0.1", DemoShow.DefaultRest));
        Assert.Equal("http://127.0.0.1:5/", ListenAddress.Reachable(new Uri("http://0.0.0.0:5")).ToString());
    }

    // What the demo prints must be true while it stands there.
    private static async Task AssertPromisesAsync(List<string> text, CancellationToken cancellationToken)
    {
        Assert.Contains(text, l => l.Contains("Nightly analytics (ANALYTICS_TABLE) COMPLETED", StringComparison.Ordinal));
        Assert.Contains(text, l => l.StartsWith("Malaria cases confirmed", StringComparison.Ordinal));
        Assert.Contains(text, l => l.Contains('█', StringComparison.Ordinal));
        Assert.Equal("pong", await PingAsync(RestOf(text), cancellationToken));
        var server = GrpcAddress().Match(string.Join('\n', text)).Groups[1].Value;
        const string Prefix = "dotnet run --project src/Client -- ";
        var lines = text.Where(l => l.StartsWith(Prefix, StringComparison.Ordinal) && !l.Contains("--watch", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, lines.Count);
        foreach (var line in lines)
        {
            Assert.Contains($"--server {server}", line, StringComparison.Ordinal);
            var run = await CliRun.RunAsync([.. line[Prefix.Length..].Split(' ')]);
            Assert.Equal((ExitCode.Ok, line), (run.Code, line));
        }

        using var http = new HttpClient();
        foreach (var url in text.Where(l => l.StartsWith("curl", StringComparison.Ordinal) && !l.Contains("-X", StringComparison.Ordinal) && !l.Contains("-N", StringComparison.Ordinal)))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url[url.IndexOf("http", StringComparison.Ordinal)..].TrimEnd('\''));
            request.Headers.Authorization = new("Basic", Convert.ToBase64String("admin:district"u8));
            using var response = await http.SendAsync(request, cancellationToken);
            Assert.Equal((HttpStatusCode.OK, url), (response.StatusCode, url));
        }
    }

    private static Uri RestOf(List<string> text) => new(RestAddress().Match(string.Join('\n', text)).Groups[1].Value);

    private static async Task<string> PingAsync(Uri rest, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = rest };
        return await http.GetStringAsync(new Uri("/api/ping", UriKind.Relative), cancellationToken);
    }

    [GeneratedRegex("REST at (http://[^,]+),")]
    private static partial Regex RestAddress();

    [GeneratedRegex("gRPC at (http://[^,]+),")]
    private static partial Regex GrpcAddress();
}
