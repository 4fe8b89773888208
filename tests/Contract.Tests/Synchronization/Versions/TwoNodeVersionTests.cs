using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Synchronization.Versions;

/// <summary>META_DATA_SYNC between two real nodes: the central one makes versions, the local one follows.</summary>
public sealed class TwoNodeVersionTests
{
    private static readonly string[] Changes =
    [
        """{"organisationUnits":[{"id":"uuuuuuuuuu1","name":"Root ✓","shortName":"Root","openingDate":"2020-01-01"}],"constants":[{"id":"cccccccccc1","name":"Pi","value":3.1}]}""",
        """{"constants":[{"id":"cccccccccc1","name":"Pi","value":3.14,"lastUpdated":"2001-01-01T00:00:00.000"}]}""",
        """{"organisationUnits":[{"id":"uuuuuuuuuu2","name":"Leaf","shortName":"Leaf","openingDate":"2020-01-01","parent":{"id":"uuuuuuuuuu1"}}]}""",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_local_node_follows_the_versions_of_a_central_one_and_can_hand_them_on()
    {
        await using var central = await TestNode.StartAsync();
        await central.Services.GetRequiredService<SystemSettings>().SetAsync(SettingKeys.VersionEnabled, "true", Ct);
        await using var local = await SyncNode.StartAsync(central.RestUrl, "Dhis2:Synchronization:MetadataRetryDelay=00:00:00.001");
        await SyncNode.ConnectAsync(local, central.RestUrl, "admin", "district");
        var job = await SyncJob.CreateAsync(local.Channel);

        await MakeAsync(central, Changes[0]);
        Assert.Equal(JobRunState.Completed, (await SyncNode.RunAsync(local.Channel, job)).State);
        Assert.Equal("Version_1", await SyncJob.NamesAsync(local));
        Assert.Equal(await AllAsync(central), await AllAsync(local));

        // Nothing is new, which is an empty answer.
        Assert.Equal(JobRunState.Completed, (await SyncNode.RunAsync(local.Channel, job)).State);
        Assert.Equal("Version_1", await SyncJob.NamesAsync(local));

        await MakeAsync(central, Changes[1]);
        await MakeAsync(central, Changes[2]);
        Assert.Equal(JobRunState.Completed, (await SyncNode.RunAsync(local.Channel, job)).State);
        Assert.Equal("Version_1 Version_2 Version_3", await SyncJob.NamesAsync(local));
        Assert.Equal(await AllAsync(central), await AllAsync(local));

        // The local node is central to others: it serves what it took over, byte for byte.
        foreach (var name in new[] { "Version_1", "Version_2", "Version_3" })
        {
            var path = $"/api/metadata/version/{name}/data";
            Assert.Equal(await central.Http.GetByteArrayAsync(path, Ct), await local.Http.GetByteArrayAsync(path, Ct));
            Assert.Equal(await VersionAsync(central, name), await VersionAsync(local, name));
        }
    }

    private static async Task MakeAsync(TestNode node, string change)
    {
        using var content = new StringContent(change, Encoding.UTF8, "application/json");
        (await node.Http.PostAsync("/api/metadata", content, Ct)).EnsureSuccessStatusCode();
        (await node.Http.PostAsync("/api/metadata/version/create?type=ATOMIC", null, Ct)).EnsureSuccessStatusCode();
    }

    private static async Task<string> VersionAsync(TestNode node, string name)
    {
        var version = await node.Http.GetFromJsonAsync<JsonElement>($"/api/metadata/version?versionName={name}", Ct);
        return string.Join(' ', version.EnumerateObject().Where(p => p.Name != "importDate").Select(p => p.ToString()).Order(StringComparer.Ordinal));
    }

    private static async Task<string> AllAsync(TestNode node)
    {
        using var all = JsonDocument.Parse(await node.Http.GetByteArrayAsync("/api/metadata", Ct));
        return string.Join('\n', all.RootElement.EnumerateObject().Where(p => p.Name != "system").Select(p => p.ToString()));
    }
}
