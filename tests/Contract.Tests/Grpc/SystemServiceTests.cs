using Contract.Tests.Hosting;
using Dhis2.System.V1;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Contract.Tests.Grpc;

public sealed class SystemServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ping_answers_pong()
    {
        await using var node = await TestNode.StartAsync();

        Assert.Equal("pong", (await Client(node).PingAsync(new(), cancellationToken: Token)).Message);
    }

    [Fact]
    public async Task Info_names_version_zone_and_an_identifier_that_survives_restarts()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-info-").FullName;
        try
        {
            string id;
            await using (var node = await TestNode.StartAsync(dataDirectory: directory, settings: "Dhis2:TimeZone=Africa/Kampala"))
            {
                var info = await Client(node).GetSystemInfoAsync(new(), cancellationToken: Token);
                id = info.SystemId;
                Assert.Equal(("2.40.0", "Africa/Kampala", "iso8601", "yyyy-mm-dd"), (info.Version, info.ServerTimeZoneId, info.Calendar, info.DateFormat));
                Assert.Equal(node.RestUrl, new Uri(info.ContextPath));
                Assert.Null(info.LastAnalyticsTableSuccess);
                Assert.False(info.HasIntervalSinceLastAnalyticsTableSuccess);
                Assert.NotEmpty(info.Revision);
            }

            await using var again = await TestNode.StartAsync(dataDirectory: directory, settings: "Dhis2:Version=2.42.1");
            var after = await Client(again).GetSystemInfoAsync(new(), cancellationToken: Token);
            Assert.Equal((id, "2.42.1"), (after.SystemId, after.Version));
            Assert.True(Guid.TryParse(id, out _));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Info_tells_of_the_last_analytics_run()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2024, 3, 1, 5, 0, 7, TimeSpan.Zero));
        await using var node = await TestNode.StartAsync(time: time);
        var settings = node.Services.GetRequiredService<ISettingStore>();
        await settings.SetAsync("keyLastSuccessfulAnalyticsTablesUpdate", "2024-02-28T03:00:00.000Z", Token);
        await settings.SetAsync("keyLastSuccessfulAnalyticsTablesRuntime", "00:01:02.003", Token);

        var info = await Client(node).GetSystemInfoAsync(new(), cancellationToken: Token);

        Assert.Equal(new DateTimeOffset(2024, 2, 28, 3, 0, 0, TimeSpan.Zero), info.LastAnalyticsTableSuccess.ToDateTimeOffset());
        Assert.Equal(("2 d, 2 h, 0 m, 7 s", "00:01:02.003"), (info.IntervalSinceLastAnalyticsTableSuccess, info.LastAnalyticsTableRuntime));
        Assert.Equal(time.GetUtcNow(), info.ServerDate.ToDateTimeOffset());
    }

    [Fact]
    public async Task Me_is_the_caller()
    {
        await using var node = await TestNode.StartAsync();

        var me = (await Client(node).GetMeAsync(new(), cancellationToken: Token)).User;

        Assert.Equal(("admin", "admin admin"), (me.Username, me.DisplayName));
        Assert.Equal(["ALL"], me.Authorities);
        Assert.Equal("en", me.Settings["keyUiLocale"]);
    }

    private static SystemService.SystemServiceClient Client(TestNode node) => new(node.Channel);
}
