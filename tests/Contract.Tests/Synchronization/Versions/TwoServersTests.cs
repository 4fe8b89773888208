using System.Text.Json;
using System.Text.Json.Nodes;
using Contract.Tests.Crash;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;

namespace Contract.Tests.Synchronization.Versions;

/// <summary>Two of our own servers: one makes metadata versions, the other takes them over.</summary>
public sealed class TwoServersTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metadata_is_the_same_on_both_after_each_version()
    {
        await using var central = await StartCentralAsync();
        await using var local = await StartLocalAsync(central);
        // Both are of one DHIS2 version, and what the central one makes says so.
        Assert.True((await local.Http.PostAsync("/api/systemSettings/keyStopMetadataSync?value=true", null, Ct)).IsSuccessStatusCode);
        var job = await SyncJob.CreateAsync(local.Channel);
        await CreateAsync(central, "BEST_EFFORT");

        var first = await SyncNode.RunAsync(local.Channel, job);

        Assert.Equal((JobRunState.Completed, "Imported Version_1 (BEST_EFFORT)"), (first.State, first.Sequence.Single().Summary));
        Assert.Equal(await ExportAsync(central), await ExportAsync(local));

        await ImportAsync(central, $$"""{"dataElements":[{{Central.Element("deSecondVr1")}}],"constants":[{"id":"constPi0001","name":"Pi","shortName":"Pi","value":3.14,"sharing":{"public":"rw------"} }]}""");
        await CreateAsync(central, "ATOMIC");
        await ImportAsync(central, """{"organisationUnits":[{"id":"ouClinicN01","name":"North renamed","shortName":"North","openingDate":"2000-01-01","parent":{"id":"ouCountry01"}}]}""");
        await CreateAsync(central, "BEST_EFFORT");

        var second = await SyncNode.RunAsync(local.Channel, job);
        var third = await SyncNode.RunAsync(local.Channel, job);

        Assert.Equal("Imported Version_2 (ATOMIC), Version_3 (BEST_EFFORT)", second.Sequence.Single().Summary);
        Assert.Equal("The remote server has no newer metadata version", third.Sequence.Single().Summary);
        Assert.Equal(await ExportAsync(central), await ExportAsync(local));
        Assert.Contains("North renamed", await local.Http.GetStringAsync("/api/organisationUnits/ouClinicN01?fields=name", Ct), StringComparison.Ordinal);
        Assert.Equal(
            (await SyncJob.VersionsAsync(central)).Select(v => (v.Name, v.Uid, v.Created, v.HashCode, v.Type)),
            (await SyncJob.VersionsAsync(local)).Select(v => (v.Name, v.Uid, v.Created, v.HashCode, v.Type)));
    }

    [Fact]
    public async Task An_atomic_version_that_needs_what_was_deleted_here_leaves_all_as_it_was()
    {
        await using var central = await StartCentralAsync();
        await using var local = await StartLocalAsync(central);
        var job = await SyncJob.CreateAsync(local.Channel);
        await ImportAsync(central, $$"""{"dataElements":[{{Central.Element("deExtra0001")}}]}""");
        await CreateAsync(central, "ATOMIC");
        Assert.Equal("Imported Version_1 (ATOMIC)", (await SyncNode.RunAsync(local.Channel, job)).Sequence.Single().Summary);
        await ImportAsync(local, """{"dataElements":[{"id":"deExtra0001"}]}""", "?importStrategy=DELETE");
        await ImportAsync(central, $$"""
            {"dataElementGroups":[{"id":"degWithExt1","name":"G","shortName":"G","dataElements":[{"id":"deExtra0001"},{"id":"{{DataNode.Count}}"}]}],
             "dataElements":[{{Central.Element("deSecondVr1")}}]}
            """);
        await CreateAsync(central, "ATOMIC");
        var before = await ExportAsync(local);

        var run = await SyncNode.RunAsync(local.Channel, job);

        Assert.Equal(JobRunState.Completed, run.State);
        Assert.StartsWith("Stopped at Version_2 (ATOMIC), 0 of 1 versions imported: ERROR", run.Sequence.Single().Summary, StringComparison.Ordinal);
        Assert.Equal(before, await ExportAsync(local));
        Assert.Equal("Version_1", await SyncJob.NamesAsync(local));

        // Once what it needs is back, the copy that is here already is enough.
        await ImportAsync(local, $$"""{"dataElements":[{{Central.Element("deExtra0001")}}]}""");
        Assert.Equal("Imported Version_2 (ATOMIC)", (await SyncNode.RunAsync(local.Channel, job)).Sequence.Single().Summary);
        Assert.Equal(await IdsAsync(central), await IdsAsync(local));
    }

    [Fact]
    public async Task Data_goes_up_and_metadata_comes_down_in_one_run()
    {
        await using var central = await StartCentralAsync();
        await using var local = await StartLocalAsync(central);
        await SyncNode.FillAsync(local.Http);
        await SyncNode.EnterAsync(local.Http, 250);
        await ImportAsync(central, $$"""{"dataElements":[{{Central.Element("deSecondVr1")}}]}""");
        await CreateAsync(central, "BEST_EFFORT");

        var run = await SyncJob.RunAsync(local);

        Assert.Equal((JobRunState.Completed, "Imported Version_1 (BEST_EFFORT)"), (run.State, run.Sequence.Single().Summary));
        const string Values = $"/api/dataValueSets?dataElement={DataNode.Count}&orgUnit={DataNode.Country}&children=true&startDate=1900-01-01&endDate=2300-01-01";
        Assert.Equal(250, JsonNode.Parse(await central.Http.GetStringAsync(Values, Ct))!["dataValues"]!.AsArray().Count);
        Assert.True(await SyncJob.HasAsync(local, "deSecondVr1"));
    }

    [Theory]
    [InlineData("download")]
    [InlineData("wait")]
    public async Task A_server_that_is_killed_in_the_middle_goes_on_with_what_it_has(string when)
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        central.Publish(Central.Elements("deSecondVr1"));
        using var directory = new TemporaryDirectory();
        string[] settings = ["Dhis2__Synchronization__AllowPrivateNetworks=true", "Dhis2__Synchronization__MetadataRetryDelay=01:00:00"];
        var reached = new TaskCompletionSource();
        central.Script = r =>
        {
            if (!r.Path.EndsWith("Version_2/data.gz", StringComparison.Ordinal))
                return null;
            reached.TrySetResult();
            return when == "download" ? new(200) { Hang = true } : new(500);
        };
        string job;
        await using (var server = await ServerProcess.StartAsync(directory.Path, settings))
        {
            foreach (var (key, value) in new[] { ("keyRemoteInstanceUrl", central.Peer.Url.ToString()), ("keyRemoteInstanceUsername", "a"), ("keyRemoteInstancePassword", "b") })
                Assert.True((await server.Http.PostAsync($"/api/systemSettings/{key}?value={value}", null, Ct)).IsSuccessStatusCode);
            job = await SyncJob.CreateAsync(server.Channel);
            await server.Http.PostAsync($"/api/jobConfigurations/{job}/execute", null, Ct);
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);
            await server.KillAsync();
        }

        central.Script = _ => null;
        await using var last = await ServerProcess.StartAsync(directory.Path, settings);
        var run = await SyncNode.RunAsync(last.Channel, job);

        Assert.Equal((JobRunState.Completed, "Imported Version_2 (BEST_EFFORT)"), (run.State, run.Sequence.Single().Summary));
        Assert.Equal(1, central.Count("Version_1/data.gz"));
        using var versions = JsonDocument.Parse(await last.Http.GetStringAsync("/api/metadata/versions", Ct));
        Assert.Equal(["Version_1", "Version_2"], versions.RootElement.GetProperty("metadataversions").EnumerateArray().Select(v => v.GetProperty("name").GetString()));
        foreach (var uid in new[] { "deFirstVrs1", "deSecondVr1" })
            Assert.True((await last.Http.GetAsync($"/api/dataElements/{uid}", Ct)).IsSuccessStatusCode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_server_that_is_killed_at_any_time_has_all_versions_in_the_end(int seed)
    {
        const int Versions = 4, Objects = 600;
        var random = new Random(seed);
        await using var central = await Central.StartAsync();
        for (var version = 1; version <= Versions; version++)
            central.Publish(Central.Elements([.. Enumerable.Range(0, Objects).Select(i => $"de{version}Numbr{i:000}")]), version % 2 == 0 ? "ATOMIC" : "BEST_EFFORT");
        using var directory = new TemporaryDirectory();
        string[] settings = ["Dhis2__Synchronization__AllowPrivateNetworks=true"];
        string? job = null;
        for (var kill = 0; kill < 3; kill++)
        {
            await using var server = await ServerProcess.StartAsync(directory.Path, settings);
            if (job is null)
            {
                foreach (var (key, value) in new[] { ("keyRemoteInstanceUrl", central.Peer.Url.ToString()), ("keyRemoteInstanceUsername", "a"), ("keyRemoteInstancePassword", "b") })
                    Assert.True((await server.Http.PostAsync($"/api/systemSettings/{key}?value={value}", null, Ct)).IsSuccessStatusCode);
                job = await SyncJob.CreateAsync(server.Channel);
            }

            var asked = new TaskCompletionSource();
            central.Script = r =>
            {
                if (r.Path.EndsWith("/history", StringComparison.Ordinal))
                    asked.TrySetResult();
                return null;
            };
            await server.Http.PostAsync($"/api/jobConfigurations/{job}/execute", null, Ct);
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1500)), TimeProvider.System, Ct);
            await server.KillAsync();
        }

        await using var last = await ServerProcess.StartAsync(directory.Path, settings);
        var run = await SyncNode.RunAsync(last.Channel, job!);

        Assert.Equal((JobRunState.Completed, ProgressStatus.Success), (run.State, run.Sequence.Single().Status));
        Assert.DoesNotContain("Stopped", run.Sequence.Single().Summary, StringComparison.Ordinal);
        using var versions = JsonDocument.Parse(await last.Http.GetStringAsync("/api/metadata/versions", Ct));
        Assert.Equal(
            central.Versions.Select(v => (v.Name, v.Id, v.HashCode)),
            versions.RootElement.GetProperty("metadataversions").EnumerateArray().Select(v =>
                (v.GetProperty("name").GetString()!, v.GetProperty("id").GetString()!, v.GetProperty("hashCode").GetString()!)));
        using var elements = JsonDocument.Parse(await last.Http.GetStringAsync("/api/dataElements?pageSize=1", Ct));
        Assert.Equal(Versions * Objects, elements.RootElement.GetProperty("pager").GetProperty("total").GetInt32());
    }

    private static async Task<TestNode> StartCentralAsync()
    {
        var central = await TestNode.StartAsync();
        await SyncNode.FillAsync(central.Http);
        Assert.True((await central.Http.PostAsync("/api/systemSettings/keyVersionEnabled?value=true", null, Ct)).IsSuccessStatusCode);
        return central;
    }

    private static async Task<TestNode> StartLocalAsync(TestNode central)
    {
        var local = await SyncNode.StartAsync(central.RestUrl, "Dhis2:Synchronization:MetadataRetryDelay=00:00:00.001");
        await SyncNode.ConnectAsync(local, central.RestUrl, "admin", "district");
        return local;
    }

    private static async Task CreateAsync(TestNode node, string type)
    {
        var answer = await node.Http.PostAsync($"/api/metadata/version/create?type={type}", null, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private static async Task ImportAsync(TestNode node, string document, string query = "")
    {
        var answer = await node.Http.PostAsync("/api/metadata" + query, DataNode.Json(document), Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    // All but when and where it was written.
    private static async Task<string> ExportAsync(TestNode node)
    {
        var document = JsonNode.Parse(await node.Http.GetStringAsync("/api/metadata", Ct))!.AsObject();
        document.Remove("system");
        return document.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static async Task<List<string>> IdsAsync(TestNode node) =>
    [
        .. JsonNode.Parse(await node.Http.GetStringAsync("/api/metadata", Ct))!.AsObject().Where(c => c.Key != "system")
            .SelectMany(c => c.Value!.AsArray().Select(o => $"{c.Key} {o!["id"]}")),
    ];
}
