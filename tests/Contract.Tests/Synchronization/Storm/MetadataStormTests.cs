using System.Text.Json;
using Contract.Tests.Synchronization.Versions;
using Dhis2.Scheduling.V1;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>A local node that keeps its metadata in step with the versions of a central one, over a bad line.</summary>
public sealed class MetadataStormTests(ITestOutputHelper output)
{
    private const int MaxAttempts = 30;

    // Who made and changed an object is a matter of each node, and so is when an import stored it there.
    private static readonly HashSet<string> _own = ["created", "lastUpdated", "lastUpdatedBy", "createdBy", "user"];

    // Nor do users, their roles and jobs travel.
    private static readonly HashSet<string> _stays = ["system", "users", "userRoles", "userGroups", "jobConfigurations"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => StormTests.Given.Count > 0 ? [.. StormTests.Given] : [1];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_local_node_has_the_versions_of_the_central_one_and_what_is_in_them_when_the_storm_is_over(int seed)
    {
        output.WriteLine($"seed {seed}");
        await using var ring = await Ring.StartAsync(seed, "A", "B");
        var (central, local) = (ring.Sites[0], ring.Sites[1]);
        await central.PostAsync("/api/systemSettings/keyVersionEnabled?value=true", "");
        var job = await SyncJob.CreateAsync(local.Channel);
        try
        {
            await CreateAsync(central, "BEST_EFFORT");
            ring.Rise();
            await SyncAsync(local, job, "Version_1");
            await central.PostAsync("/api/metadata", Country.LocalMetadata);
            await CreateAsync(central, "ATOMIC");
            await central.PostAsync("/api/metadata", Country.Metadata().Replace("\"Region B\"", "\"Region of B\"", StringComparison.Ordinal));
            await CreateAsync(central, "BEST_EFFORT");
            await SyncAsync(local, job, "Version_1 Version_2 Version_3");
            await ring.CalmAsync();
            Assert.Equal(JobRunState.Completed, (await SyncNode.RunAsync(local.Channel, job)).State);

            Assert.Equal(await VersionsAsync(central), await VersionsAsync(local));
            foreach (var name in new[] { "Version_1", "Version_2", "Version_3" })
            {
                Assert.Equal(
                    await central.Http.GetByteArrayAsync($"/api/metadata/version/{name}/data", Ct), await local.Http.GetByteArrayAsync($"/api/metadata/version/{name}/data", Ct));
            }
            Assert.Equal(await MetadataAsync(central), await MetadataAsync(local));
        }
        finally
        {
            output.WriteLine(ring.Story);
        }
    }

    private static async Task CreateAsync(Site central, string type)
    {
        using var answer = await central.Http.PostAsync($"/api/metadata/version/create?type={type}", null, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    // Runs the job until the versions are there. Whatever the line did, no version is there without those before it.
    private static async Task SyncAsync(Site local, string job, string names)
    {
        for (var attempt = 1; ; attempt++)
        {
            var run = await SyncNode.RunAsync(local.Channel, job);
            var there = string.Join(' ', (await VersionsAsync(local)).Select(v => v.Split(' ')[0]));
            Assert.StartsWith(there, names, StringComparison.Ordinal);
            if (there == names)
                return;
            Assert.True(attempt < MaxAttempts, $"After {MaxAttempts} runs there is only {there}: {run.Error}");
        }
    }

    // Name, identity, date, type and hash, but not when it was imported.
    private static async Task<List<string>> VersionsAsync(Site site)
    {
        using var document = JsonDocument.Parse(await site.Http.GetStringAsync("/api/metadata/versions", Ct));
        return [.. document.RootElement.GetProperty("metadataversions").EnumerateArray()
            .Select(v => string.Join(' ', new[] { "name", "id", "created", "type", "hashCode" }.Select(m => v.GetProperty(m).GetString()))).Order(StringComparer.Ordinal)];
    }

    // Objects by type and identifier, each as the bytes that were sent but for the node's own members.
    private static async Task<List<string>> MetadataAsync(Site site)
    {
        using var document = JsonDocument.Parse(await site.Http.GetStringAsync("/api/metadata", Ct));
        return
        [
            .. from type in document.RootElement.EnumerateObject().Where(t => !_stays.Contains(t.Name))
               from item in type.Value.EnumerateArray()
               select $"{type.Name} {string.Join(',', item.EnumerateObject().Where(m => !_own.Contains(m.Name)).Select(m => $"{m.Name}:{m.Value.GetRawText()}"))}" into text
               orderby text
               select text,
        ];
    }
}
