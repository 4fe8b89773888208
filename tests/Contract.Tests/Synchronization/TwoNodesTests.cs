using Contract.Tests.Crash;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;

namespace Contract.Tests.Synchronization;

/// <summary>Two of our own nodes, each the other's remote server.</summary>
public sealed class TwoNodesTests
{
    private const string Export = $"/api/dataValueSets?dataElement={DataNode.Count}&dataElement={DataNode.Note}&orgUnit={DataNode.Country}&children=true&startDate=1900-01-01&endDate=2300-01-01&includeDeleted=true";

    private const string Nothing = "No new or updated data values to push.";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_nodes_hold_the_same_after_one_round_and_fall_silent()
    {
        await using var central = await SyncNode.StartWithMetadataAsync(new Uri("http://127.0.0.1:9"));
        await using var local = await SyncNode.StartWithMetadataAsync(central.RestUrl);
        await SyncNode.ConnectAsync(local, central.RestUrl, "admin", "district");
        await SyncNode.ConnectAsync(central, local.RestUrl, "admin", "district");
        await SyncNode.EnterAsync(local.Http, 1500);
        await SyncNode.EnterAsync(central.Http, 1000, DataNode.South, value: "2");
        await SyncNode.ImportAsync(local.Http, Enumerable.Range(0, 100).Select(i =>
            $$"""{"dataElement":"{{DataNode.Count}}","period":"{{SyncNode.Month(i)}}","orgUnit":"{{DataNode.North}}","value":"1{{i}}","deleted":true}"""));
        await RegisterAsync(local, "202401", true);
        await RegisterAsync(central, "202402", false);
        var up = await SyncNode.CreateJobAsync(local.Channel, 400);
        var down = await SyncNode.CreateJobAsync(central.Channel, 400);

        JobRun[] first = [await SyncNode.RunAsync(local.Channel, up), await SyncNode.RunAsync(central.Channel, down)];
        JobRun[] silent = [await SyncNode.RunAsync(local.Channel, up), await SyncNode.RunAsync(central.Channel, down)];

        Assert.All(first.Concat(silent), r => Assert.Equal(JobRunState.Completed, r.State));
        Assert.Equal(await SortedAsync(central, Export), await SortedAsync(local, Export));
        Assert.Equal(2500, (await SortedAsync(local, Export)).Length);
        var registrations = $"/api/completeDataSetRegistrations?dataSet={DataNode.DataSet}&orgUnit={DataNode.Country}&children=true&startDate=1900-01-01&endDate=2300-01-01";
        Assert.Equal(2, (await SortedAsync(local, registrations)).Length);
        Assert.Equal((await SortedAsync(central, registrations)).Select(Completed), (await SortedAsync(local, registrations)).Select(Completed));
        Assert.All(silent, r => Assert.Equal(
            ["No new or updated data values to push.", "No new or updated completeness registrations to push."], r.Sequence.Select(p => p.Summary)));

        // A change on either side goes over once, and that is all.
        await SyncNode.EnterAsync(central.Http, 10, first: 200, value: "3");
        await SyncNode.EnterAsync(local.Http, 10, DataNode.South, value: "4");
        Assert.Equal(["10 sent in 1 pages, 0 rejected", "10 sent in 1 pages, 0 rejected", Nothing, Nothing], await RoundsAsync());

        // All once more, deletions of values that the other never had as such among them: it knows everything.
        await local.Http.DeleteAsync("/api/systemSettings/keyLastSuccessfulDataSynch", Ct);
        var all = await SyncNode.RunAsync(local.Channel, up);
        Assert.Equal("2500 sent in 7 pages, 0 rejected", all.Sequence[0].Summary);
        Assert.All(all.Sequence[0].Stages.Single(s => s.Description == "Push changed data values").Items, i => Assert.Contains("imported 0, updated 0, deleted 0", i.Summary, StringComparison.Ordinal));
        Assert.Equal([Nothing, Nothing], (await RoundsAsync())[..2]);
        Assert.Equal(await SortedAsync(central, Export), await SortedAsync(local, Export));

        async Task<string[]> RoundsAsync()
        {
            var summaries = new List<string>();
            for (var round = 0; round < 2; round++)
            {
                summaries.Add((await SyncNode.RunAsync(local.Channel, up)).Sequence[0].Summary);
                summaries.Add((await SyncNode.RunAsync(central.Channel, down)).Sequence[0].Summary);
            }
            return [.. summaries];
        }

        static string Completed(string registration) => registration[..registration.IndexOf("\"date\"", StringComparison.Ordinal)] + registration[^16..];
    }

    [Fact]
    public async Task A_node_that_is_killed_in_the_middle_goes_on_without_what_was_acknowledged()
    {
        await using var peer = await Peer.StartAsync();
        using var directory = new TemporaryDirectory();
        string[] settings = ["Dhis2__Synchronization__AllowPrivateNetworks=true", "Dhis2__Synchronization__RetryDelay=00:00:00.001"];
        string job;
        await using (var server = await ServerProcess.StartAsync(directory.Path, settings))
        {
            await SyncNode.FillAsync(server.Http);
            foreach (var (key, value) in new[] { ("keyRemoteInstanceUrl", peer.Url.ToString()), ("keyRemoteInstanceUsername", "a"), ("keyRemoteInstancePassword", "b") })
                Assert.True((await server.Http.PostAsync($"/api/systemSettings/{key}?value={value}", null, Ct)).IsSuccessStatusCode);
            await SyncNode.EnterAsync(server.Http, 400);
            job = await SyncNode.CreateJobAsync(server.Channel, 50);
        }

        // Three kills in three runs, each with a page under way.
        var reachedBefore = 0;
        for (var kill = 1; kill <= 3; kill++)
        {
            await using var server = await ServerProcess.StartAsync(directory.Path, settings);
            var reached = new TaskCompletionSource();
            var until = peer.Posts("/api/dataValueSets").Count + 3;
            peer.Answer = r =>
            {
                if (r.Path != "/api/dataValueSets" || peer.Posts(r.Path).Count < until)
                    return null;
                reached.TrySetResult();
                return new(200) { Hang = true };
            };
            await server.Http.PostAsync($"/api/jobConfigurations/{job}/execute", null, Ct);
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);
            await server.KillAsync();
            Assert.Equal(until, reachedBefore = peer.Posts("/api/dataValueSets").Count);
        }
        peer.Answer = _ => null;
        await using var last = await ServerProcess.StartAsync(directory.Path, settings);
        var run = await SyncNode.RunAsync(last.Channel, job);

        Assert.Equal(JobRunState.Completed, run.State);
        var sent = peer.Posts("/api/dataValueSets").SelectMany(SyncNode.Values).Select(v => v.GetProperty("period").GetString()!).CountBy(p => p).ToList();
        Assert.Equal(400, sent.Count);
        // Only the page that was under way at each kill goes out again.
        Assert.Equal(150, sent.Sum(p => p.Value - 1));
        Assert.Equal(3 * 3, reachedBefore);
    }

    private static async Task RegisterAsync(TestNode node, string period, bool completed)
    {
        var answer = await node.Http.PostAsync("/api/completeDataSetRegistrations", DataNode.Json(
            $$"""{"completeDataSetRegistrations":[{"dataSet":"{{DataNode.DataSet}}","period":"{{period}}","organisationUnit":"{{DataNode.North}}","completed":{{(completed ? "true" : "false")}}}]}"""), Ct);
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static async Task<string[]> SortedAsync(TestNode node, string path)
    {
        var text = await node.Http.GetStringAsync(path, Ct);
        using var document = System.Text.Json.JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateObject().Single().Value.EnumerateArray().Select(v => v.GetRawText()).Order(StringComparer.Ordinal)];
    }
}
