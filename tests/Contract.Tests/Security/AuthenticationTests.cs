using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.System.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Security;

public sealed class AuthenticationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rest_asks_for_a_login_with_DHIS2s_envelope()
    {
        await using var node = await TestNode.StartAsync();
        using var anonymous = node.ConnectHttp(null, null);
        using var wrong = node.ConnectHttp("admin", "wrong");
        foreach (var client in new[] { anonymous, wrong })
        {
            foreach (var path in new[] { "/api/system/ping", "/api/me", "/api/33/jobConfigurations", "/api/no/such/path" })
            {
                var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);

                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Equal("Basic realm=\"DHIS2\"", answer.Headers.WwwAuthenticate.ToString());
                var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
                Assert.Equal("Unauthorized", body.GetProperty("message").GetString());
                Assert.Equal(401, body.GetProperty("httpStatusCode").GetInt32());
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await anonymous.GetAsync(new Uri("/api/ping", UriKind.Relative), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync(new Uri("/api/system/ping", UriKind.Relative), Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_locked_and_a_disabled_account_are_named()
    {
        await using var node = await TestNode.StartAsync();
        var users = node.Services.GetRequiredService<IUserStore>();
        var admin = await users.FindByUsernameAsync("admin", Cancel);
        await users.SaveAsync(admin! with { Disabled = true }, Cancel);
        Assert.Contains("Account disabled", await BodyAsync(node.Http), StringComparison.Ordinal);

        using var guess = node.ConnectHttp("somebody", "wrong");
        for (var i = 0; i < LoginThrottle.MaxFailures; i++)
            Assert.Contains("Unauthorized", await BodyAsync(guess), StringComparison.Ordinal);
        Assert.Contains("Account locked", await BodyAsync(guess), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grpc_asks_for_a_login_with_its_own_status()
    {
        await using var node = await TestNode.StartAsync();
        using var anonymous = node.Connect(null, null);
        using var wrong = node.Connect("admin", "wrong");
        foreach (var channel in new[] { anonymous, wrong })
        {
            var failure = await Assert.ThrowsAsync<RpcException>(
                () => new SystemService.SystemServiceClient(channel).PingAsync(new(), cancellationToken: Cancel).ResponseAsync);

            Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
            Assert.Equal("Unauthorized", failure.Status.Detail);
        }

        var health = await new Health.HealthClient(anonymous).CheckAsync(new(), cancellationToken: Cancel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Equal("pong", (await new SystemService.SystemServiceClient(node.Channel).PingAsync(new(), cancellationToken: Cancel)).Message);
    }

    [Fact]
    public async Task Another_scheme_or_a_broken_header_is_refused()
    {
        await using var node = await TestNode.StartAsync();
        using var client = node.ConnectHttp(null, null);
        foreach (var header in new[] { "Bearer abc", "Basic", "Basic %%%", "ApiToken d2pat_x" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/system/ping");
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", header));

            Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(request, Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task The_default_password_keeps_the_server_from_starting_where_others_can_connect()
    {
        var refusal = await Assert.ThrowsAsync<Dhis2Exception>(() => TestNode.StartAsync(settings: "Dhis2:Rest:Url=http://*:0"));

        Assert.Contains("Dhis2__Security__AdminPassword", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_and_settings_survive_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-restart-").FullName;
        try
        {
            string uid;
            await using (var node = await TestNode.StartAsync(dataDirectory: directory))
                uid = (await node.Services.GetRequiredService<IUserStore>().FindByUsernameAsync("admin", Cancel))!.Uid;
            await using (var node = await TestNode.StartAsync(dataDirectory: directory))
                Assert.Contains(uid, await node.Http.GetStringAsync(new Uri("/api/me", UriKind.Relative), Cancel), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<string> BodyAsync(HttpClient client)
    {
        var answer = await client.GetAsync(new Uri("/api/system/ping", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }
}
