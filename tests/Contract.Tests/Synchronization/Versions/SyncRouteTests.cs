using System.Net;
using System.Text.Json;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2.Synchronization.V1;
using Dhis2Grpc.Server.Settings;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Synchronization.Versions;

/// <summary>One version, because somebody asks for it: <c>/api/metadata/sync</c> and its gRPC twin.</summary>
public sealed class SyncRouteTests
{
    private const string Broken = """{"id":"deBrokenRf1","name":"B","shortName":"B","valueType":"INTEGER","domainType":"AGGREGATE","aggregationType":"SUM","categoryCombo":{"id":"ccNowhere01"}}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/metadata/sync")]
    [InlineData("/api/33/metadata/sync")]
    public async Task A_version_is_imported_and_summed_up_bare(string path)
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        central.Publish(Central.Elements("deSecondVr1"), "ATOMIC");
        await using var node = await SyncJob.StartAsync(central);

        var answer = await node.Http.GetAsync($"{path}?versionName=Version_2", Ct);

        using var summary = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var report = summary.RootElement.GetProperty("importReport");
        Assert.Equal(("OK", 1), (report.GetProperty("status").GetString(), report.GetProperty("stats").GetProperty("created").GetInt32()));
        var version = summary.RootElement.GetProperty("metadataVersion");
        Assert.Equal(("Version_2", "ATOMIC", "2024-01-03T10:00:00.123", "vrsnCentr02", central.Versions[1].HashCode),
            (Text("name"), Text("type"), Text("created"), Text("id"), Text("hashCode")));
        Assert.True(version.TryGetProperty("importDate", out _));
        Assert.Equal("Version_2", await SyncJob.NamesAsync(node));
        Assert.Equal(["?versionName=Version_2"], central.Peer.Requests.Where(r => r.Path == "/api/metadata/version").Select(r => r.Query));

        string? Text(string name) => version.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("BEST_EFFORT", "WARNING", "Version_1")]
    [InlineData("ATOMIC", "ERROR", "")]
    public async Task Errors_in_objects_are_a_conflict_that_holds_the_summary(string type, string status, string recorded)
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Snapshot($"\"dataElements\":[{Central.Element("deFirstVrs1")},{Broken}]"), type);
        await using var node = await SyncJob.StartAsync(central);

        var answer = await node.Http.GetAsync("/api/metadata/sync?versionName=Version_1", Ct);

        using var message = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal((HttpStatusCode.Conflict, status), (answer.StatusCode, message.RootElement.GetProperty("status").GetString()));
        var response = message.RootElement.GetProperty("response");
        Assert.Equal("MetadataSyncSummary", response.GetProperty("responseType").GetString());
        Assert.Equal(status, response.GetProperty("importReport").GetProperty("status").GetString());
        Assert.Contains("E5002", response.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(recorded, await SyncJob.NamesAsync(node));
        Assert.Equal(recorded.Length > 0, await SyncJob.HasAsync(node, "deFirstVrs1"));
    }

    [Theory]
    [InlineData("missing", "", 400, "Error in parsing inputParams: versionName is missing")]
    [InlineData("blank", "?versionName=%20", 400, "Error in parsing inputParams: versionName is missing")]
    [InlineData("unknown", "?versionName=Version_9", 400, "Error in parsing inputParams: The remote server answered 500")]
    [InlineData("other name", "?versionName=Version_9", 400, "Error in parsing inputParams: The remote server answered with a version of another name")]
    [InlineData("exists", "?versionName=Version_1", 409, "Version_1 exists here already")]
    [InlineData("unreachable", "?versionName=Version_1", 500, "Network is unreachable")]
    [InlineData("login", "?versionName=Version_1", 500, "Authentication failed")]
    [InlineData("corrupt", "?versionName=Version_1", 500, "hash code")]
    [InlineData("empty", "?versionName=Version_1", 500, "is empty")]
    [InlineData("gone", "?versionName=Version_1", 500, "The remote server answered 404")]
    [InlineData("other dhis2", "?versionName=Version_1", 403, "was written by DHIS2 2.39.0")]
    [InlineData("not configured", "?versionName=Version_1", 409, "Remote server is not configured")]
    public async Task What_is_in_the_way_is_told_by_its_status(string how, string query, int status, string words)
    {
        await using var central = await Central.StartAsync();
        var version = central.Publish(how == "other dhis2"
            ? Central.Snapshot($"\"dataElements\":[{Central.Element("deFirstVrs1")}]", """{"version":"2.39.0"}""")
            : Central.Elements("deFirstVrs1"));
        await using var node = await SyncJob.StartAsync(central);
        var settings = node.Services.GetRequiredService<SystemSettings>();
        if (how == "exists")
            Assert.True((await node.Http.GetAsync($"/api/metadata/sync{query}", Ct)).IsSuccessStatusCode);
        if (how == "other dhis2")
            await settings.SetAsync(SettingKeys.StopMetadataSync, "true", Ct);
        if (how == "not configured")
            await settings.SetAsync(SettingKeys.RemotePassword, null, Ct);
        central.Script = r => (how, r.Path) switch
        {
            ("unreachable", _) => new(0) { Abort = true },
            ("login", "/api/me") => new(401, "no"),
            ("other name", "/api/metadata/version") => new(200, version.Json("importDate")),
            ("corrupt", "/api/metadata/version/Version_1/data.gz") => new(200, "{}"),
            ("empty", "/api/metadata/version/Version_1/data.gz") => new(200),
            ("gone", "/api/metadata/version/Version_1/data.gz") => new(404, "not here"),
            _ => null,
        };

        var answer = await node.Http.GetAsync($"/api/metadata/sync{query}", Ct);

        using var message = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(("ERROR", status), (message.RootElement.GetProperty("status").GetString(), message.RootElement.GetProperty("httpStatusCode").GetInt32()));
        Assert.Contains(words, message.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(how == "exists", await SyncJob.HasAsync(node, "deFirstVrs1"));
    }

    [Fact]
    public async Task Asking_needs_an_authority_that_suffices_and_no_page_of_another_site_may_ask()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        await using var node = await SyncJob.StartAsync(central);
        using var manager = await LogInAsync(node, "manager", "F_METADATA_MANAGE");
        using var clerk = await LogInAsync(node, "clerk", "F_METADATA_IMPORT");
        var foreign = new HttpRequestMessage(HttpMethod.Get, "/api/metadata/sync?versionName=Version_1") { Headers = { { "Sec-Fetch-Site", "cross-site" } } };

        Assert.Equal(HttpStatusCode.Forbidden, (await clerk.GetAsync("/api/metadata/sync?versionName=Version_1", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.SendAsync(foreign, Ct)).StatusCode);
        Assert.Empty(central.Peer.Requests);
        Assert.Equal(HttpStatusCode.OK, (await manager.GetAsync("/api/metadata/sync?versionName=Version_1", Ct)).StatusCode);
    }

    [Fact]
    public async Task Grpc_tells_the_same()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        central.Publish(Central.Snapshot($"\"dataElements\":[{Broken}]"), "ATOMIC");
        await using var node = await SyncJob.StartAsync(central);
        var client = new SynchronizationService.SynchronizationServiceClient(node.Channel);

        var first = (await client.SyncMetadataVersionAsync(new() { VersionName = "Version_1" }, cancellationToken: Ct)).Summary;
        var second = (await client.SyncMetadataVersionAsync(new() { VersionName = "Version_2" }, cancellationToken: Ct)).Summary;
        var again = await Assert.ThrowsAsync<RpcException>(async () => await client.SyncMetadataVersionAsync(new() { VersionName = "Version_1" }, cancellationToken: Ct));
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await client.SyncMetadataVersionAsync(new() { VersionName = "Version_3" }, cancellationToken: Ct));

        Assert.Equal(("OK", "Version_1"), (first.ImportReport.Status, first.MetadataVersion.Name));
        Assert.NotNull(first.MetadataVersion.ImportDate);
        Assert.Equal("ERROR", second.ImportReport.Status);
        Assert.Null(second.MetadataVersion.ImportDate);
        Assert.Equal((StatusCode.AlreadyExists, StatusCode.InvalidArgument), (again.StatusCode, unknown.StatusCode));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sections_that_a_data_set_no_longer_has_go_with_the_route_and_stay_with_the_job(bool byRoute)
    {
        const string Set = """{"id":"dsSections1","name":"S","shortName":"S","periodType":"Monthly","categoryCombo":{"id":"bjDvmb4bfuf"},"sections":[{0}]}""";
        const string Section = """{"id":"{0}","name":"{0}","sortOrder":1,"dataSet":{"id":"dsSections1"}}""";
        await using var central = await Central.StartAsync();
        central.Publish(Central.Snapshot($"\"dataSets\":[{Set.Replace("{0}", """{"id":"secKept0001"},{"id":"secGone0001"}""", StringComparison.Ordinal)}],"
            + $"\"sections\":[{Section.Replace("{0}", "secKept0001", StringComparison.Ordinal)},{Section.Replace("{0}", "secGone0001", StringComparison.Ordinal)}]"));
        central.Publish(Central.Snapshot($"\"dataSets\":[{Set.Replace("{0}", """{"id":"secKept0001"}""", StringComparison.Ordinal)}]"));
        await using var node = await SyncJob.StartAsync(central);

        if (byRoute)
        {
            foreach (var name in new[] { "Version_1", "Version_2" })
            {
                var answer = await node.Http.GetAsync($"/api/metadata/sync?versionName={name}", Ct);
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
            }
        }
        else
        {
            await SyncJob.RunAsync(node);
        }

        Assert.Equal("Version_1 Version_2", await SyncJob.NamesAsync(node));
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync("/api/sections/secKept0001", Ct)).StatusCode);
        Assert.Equal(byRoute ? HttpStatusCode.NotFound : HttpStatusCode.OK, (await node.Http.GetAsync("/api/sections/secGone0001", Ct)).StatusCode);
    }

    private static async Task<HttpClient> LogInAsync(TestNode node, string name, params string[] authorities)
    {
        await node.AddUserAsync($"user{name}0000000"[..11], name, "district", authorities);
        return node.ConnectHttp(name, "district");
    }
}
