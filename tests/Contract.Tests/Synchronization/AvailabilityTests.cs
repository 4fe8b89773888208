using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.Synchronization.V1;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Synchronization;

public sealed class AvailabilityTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, 200, true, "Authentication was successful", 200, "OK")]
    [InlineData(302, 200, false, "No authentication was provided", 302, "Found")]
    [InlineData(401, 200, false, "Authentication failed", 401, "Unauthorized")]
    [InlineData(500, 200, false, "Remote server experienced an internal error", 500, "Internal Server Error")]
    [InlineData(201, 200, false, "Server is not available: Created", 201, "Created")]
    [InlineData(204, 200, false, "Server is not available: No Content", 204, "No Content")]
    [InlineData(301, 200, false, "Server is not available: Moved Permanently", 301, "Moved Permanently")]
    [InlineData(403, 200, false, "Server is not available: Forbidden", 403, "Forbidden")]
    [InlineData(404, 200, false, "Server is not available: Not Found", 404, "Not Found")]
    [InlineData(503, 200, false, "Server is not available: Service Unavailable", 503, "Service Unavailable")]
    [InlineData(200, 401, false, "Authentication failed", 401, "Unauthorized")]
    [InlineData(200, 302, false, "No authentication was provided", 302, "Found")]
    [InlineData(200, 404, false, "Server is not available: Not Found", 404, "Not Found")]
    public async Task The_remote_servers_status_decides(int ping, int me, bool available, string message, int status, string phrase)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartAsync(peer.Url);
        peer.Answer = r => r.Path switch
        {
            "/api/system/ping" when ping != 200 => new(ping, ping == 204 ? "" : "<html>", "text/html") { Headers = { ["Location"] = $"{peer.Url}elsewhere" } },
            "/api/me" when me != 200 => new(me, "<html>", "text/html") { Headers = { ["Location"] = $"{peer.Url}elsewhere" } },
            _ => null,
        };

        foreach (var path in new[] { "/api/33/synchronization/availability", "/api/synchronization/availability" })
        {
            using var answer = JsonDocument.Parse(await node.Http.GetStringAsync(path, Ct));
            Assert.Equal((available, message, status, phrase), (answer.RootElement.GetProperty("available").GetBoolean(),
                answer.RootElement.GetProperty("message").GetString(), answer.RootElement.GetProperty("statusCode").GetInt32(),
                answer.RootElement.GetProperty("statusPhrase").GetString()));
        }
        var grpc = await Client(node).CheckAvailabilityAsync(new(), cancellationToken: Ct);
        Assert.Equal((available, message, status, phrase), (grpc.Available, grpc.Message, grpc.StatusCode, grpc.StatusPhrase));

        Assert.DoesNotContain(peer.Requests, r => r.Path == "/elsewhere");
        Assert.All(peer.Requests, r => Assert.Equal(SyncNode.Basic, r.Authorization));
    }

    [Fact]
    public async Task A_web_page_that_answers_everything_is_no_dhis2_server()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartAsync(peer.Url);
        peer.Answer = _ => new(200, "<html>Welcome to the hotel</html>", "text/html");

        var answer = await Client(node).CheckAvailabilityAsync(new(), cancellationToken: Ct);

        Assert.Equal((false, 502, "Server is not available: it does not answer as a DHIS2 server"), (answer.Available, answer.StatusCode, answer.Message));
    }

    [Theory]
    [InlineData("keyRemoteInstanceUrl")]
    [InlineData("keyRemoteInstanceUsername")]
    [InlineData("keyRemoteInstancePassword")]
    public async Task Without_url_user_or_password_nobody_is_called(string missing)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartAsync(peer.Url);
        await node.Http.DeleteAsync($"/api/systemSettings/{missing}", Ct);

        var answer = await Client(node).CheckAvailabilityAsync(new(), cancellationToken: Ct);

        Assert.Equal((false, 502, "Bad Gateway", "Remote server is not configured"), (answer.Available, answer.StatusCode, answer.StatusPhrase, answer.Message));
        Assert.Empty(peer.Requests);
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("silent")]
    [InlineData("cut")]
    [InlineData("unknown name")]
    [InlineData("half a body")]
    public async Task No_answer_is_an_unreachable_network_and_never_takes_long(string how)
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}";
        if (how == "refused")
            socket.Stop();
        else
            _ = ServeAsync(socket, how);
        if (how == "unknown name")
            url = "https://no-such-host.invalid";
        await using var node = await SyncNode.StartAsync(new Uri(url), "Dhis2:Synchronization:PingTimeout=00:00:01");

        var answer = await Client(node).CheckAvailabilityAsync(new(), cancellationToken: Ct).ResponseAsync.WaitAsync(TimeSpan.FromSeconds(20), Ct);

        Assert.Equal((false, 502, "Bad Gateway", "Network is unreachable"), (answer.Available, answer.StatusCode, answer.StatusPhrase, answer.Message));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9", "AllowPrivateNetworks")]
    [InlineData("https://[::ffff:10.1.2.3]", "AllowPrivateNetworks")]
    [InlineData("https://[::10.1.2.3]", "AllowPrivateNetworks")]
    [InlineData("https://[64:ff9b:1::a01:203]", "AllowPrivateNetworks")]
    [InlineData("https://[2001:0:1::1]", "AllowPrivateNetworks")]
    [InlineData("https://192.168.1.1/dhis", "AllowPrivateNetworks")]
    [InlineData("https://169.254.169.254", "AllowPrivateNetworks")]
    [InlineData("https://2130706433", "AllowPrivateNetworks")]
    [InlineData("https://localhost:9", "AllowPrivateNetworks")]
    [InlineData("http://central.example", "AllowInsecureRemote")]
    public async Task Private_addresses_and_plain_http_must_be_allowed_first(string url, string option)
    {
        await using var node = await SyncNode.StartAsync(new Uri(url), "Dhis2:Synchronization:AllowPrivateNetworks=false");

        var answer = await Client(node).CheckAvailabilityAsync(new(), cancellationToken: Ct);

        Assert.False(answer.Available);
        Assert.Contains(option, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "/api/system/ping")]
    [InlineData("/", "/api/system/ping")]
    [InlineData("/api", "/api/system/ping")]
    [InlineData("/api/", "/api/system/ping")]
    [InlineData("/dhis", "/dhis/api/system/ping")]
    [InlineData("/dhis/", "/dhis/api/system/ping")]
    public async Task Base_urls_in_all_spellings_lead_to_the_same_path(string suffix, string path)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartAsync(new Uri(peer.Url.GetLeftPart(UriPartial.Authority) + suffix));

        await Client(node).CheckAvailabilityAsync(new(), cancellationToken: Ct);

        Assert.Equal(path, peer.Requests.First().Path);
    }

    [Fact]
    public async Task A_url_that_is_none_is_a_bad_request()
    {
        await using var node = await SyncNode.StartAsync(new Uri("https://central.example"));
        // Settings refuse it; an older or restored database may hold it.
        await node.Services.GetRequiredService<ISettingStore>().SetAsync("keyRemoteInstanceUrl", "central, please", Ct);

        var answer = await node.Http.GetAsync("/api/synchronization/availability", Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("keyRemoteInstanceUrl", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static SynchronizationService.SynchronizationServiceClient Client(TestNode node) => new(node.Channel);

    private static async Task ServeAsync(TcpListener listener, string how)
    {
        try
        {
            while (true)
            {
                var connection = await listener.AcceptTcpClientAsync(Ct);
                if (how == "cut")
                    connection.Dispose();
                else if (how == "half a body")
                    await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), Ct);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
        }
    }
}
