using System.Net;
using Dhis2.Scheduling.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;

namespace Contract.Tests.Hosting;

/// <summary>The node as others find it: health, reflection, login, its two ports.</summary>
public sealed class NodeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_needs_no_login_and_ends_with_the_node()
    {
        await using var node = await TestNode.StartAsync();
        using var nobody = node.Connect(null, null);
        var health = new Health.HealthClient(nobody);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new(), cancellationToken: Token)).Status);
        using var watch = health.Watch(new(), cancellationToken: Token);
        do
            Assert.True(await watch.ResponseStream.MoveNext(Token));
        while (watch.ResponseStream.Current.Status != HealthCheckResponse.Types.ServingStatus.Serving);

        var stop = node.StopAsync();
        var last = HealthCheckResponse.Types.ServingStatus.Serving;
        try
        {
            while (await watch.ResponseStream.MoveNext(Token))
                last = watch.ResponseStream.Current.Status;
        }
        catch (RpcException)
        {
        }

        await stop.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, last);
    }

    [Fact]
    public async Task Reflection_lists_the_services_without_a_login()
    {
        await using var node = await TestNode.StartAsync();
        using var nobody = node.Connect(null, null);
        using var call = new ServerReflection.ServerReflectionClient(nobody).ServerReflectionInfo(cancellationToken: Token);

        await call.RequestStream.WriteAsync(new() { ListServices = "" }, Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));
        await call.RequestStream.CompleteAsync();

        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name).ToList();
        Assert.Contains("dhis2.scheduling.v1.JobConfigurationService", services);
        Assert.Contains("dhis2.scheduling.v1.SchedulingService", services);
        Assert.Contains("dhis2.synchronization.v1.SynchronizationService", services);
        Assert.Contains("grpc.health.v1.Health", services);
    }

    [Fact]
    public async Task Everything_else_needs_a_login()
    {
        await using var node = await TestNode.StartAsync();
        using var nobody = node.Connect(null, null);
        using var wrong = node.Connect("admin", "wrong");
        using var http = node.ConnectHttp(null, null);

        foreach (var channel in new[] { nobody, wrong })
        {
            var e = await Assert.ThrowsAsync<RpcException>(async () =>
                await new JobConfigurationService.JobConfigurationServiceClient(channel).ListJobConfigurationsAsync(new(), cancellationToken: Token));
            Assert.Equal(StatusCode.Unauthenticated, e.StatusCode);
        }

        using var answer = await http.GetAsync("/api/jobConfigurations", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme);
        using var systemPing = await http.GetAsync("/api/system/ping", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, systemPing.StatusCode);
        Assert.Equal("pong", await http.GetStringAsync("/api/ping", Token));
    }

    [Fact]
    public async Task Rest_on_the_grpc_port_is_told_where_to_go()
    {
        await using var node = await TestNode.StartAsync();
        using var http = new HttpClient { BaseAddress = node.GrpcUrl, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await http.GetAsync("/api/ping", Token);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("REST is served on the other one", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }
}
