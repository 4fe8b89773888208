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
}
