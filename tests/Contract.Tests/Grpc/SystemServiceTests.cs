using Contract.Tests.Hosting;
using Dhis2.System.V1;

namespace Contract.Tests.Grpc;

public sealed class SystemServiceTests
{
    [Fact]
    public async Task Ping_answers_pong()
    {
        await using var node = await TestNode.StartAsync();
        var client = new SystemService.SystemServiceClient(node.Channel);

        var answer = await client.PingAsync(new PingRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("pong", answer.Message);
    }

    [Fact]
    public async Task Info_names_version_and_zone()
    {
        await using var node = await TestNode.StartAsync(settings: "Dhis2:TimeZone=Africa/Kampala");
        var client = new SystemService.SystemServiceClient(node.Channel);

        var info = await client.GetSystemInfoAsync(new GetSystemInfoRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("2.40.0", info.Version);
        Assert.Equal("Africa/Kampala", info.ServerTimeZoneId);
    }
}
