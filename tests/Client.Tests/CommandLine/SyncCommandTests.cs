using System.Net;
using System.Net.Sockets;
using System.Text;
using Contract.Tests.Hosting;
using Dhis2Grpc.Client.CommandLine;

namespace Client.Tests.CommandLine;

/// <summary>`dhis2 settings` and `dhis2 sync`, between two real nodes.</summary>
public sealed class SyncCommandTests : IAsyncLifetime
{
    private TestNode _central = null!;
    private TestNode _local = null!;

    public async ValueTask InitializeAsync()
    {
        _central = await TestNode.StartAsync();
        _local = await TestNode.StartAsync(settings: "Dhis2:Synchronization:AllowPrivateNetworks=true");
    }

    public async ValueTask DisposeAsync()
    {
        await _local.DisposeAsync();
        await _central.DisposeAsync();
    }

    [Fact]
    public async Task Settings_are_listed_set_read_and_deleted_and_a_password_is_never_shown()
    {
        Assert.Equal((ExitCode.Ok, ""), await CodeAndOutputAsync("settings", "set", "applicationTitle", "Ministry"));
        Assert.Equal("Ministry", Assert.Single((await Run("settings", "get", "applicationTitle")).Lines));
        Assert.Equal((ExitCode.Ok, ""), await CodeAndOutputAsync("settings", "delete", "applicationTitle"));
        Assert.Equal("DHIS 2", Assert.Single((await Run("settings", "get", "applicationTitle")).Lines));
        Assert.Equal(ExitCode.NotFound, (await Run("settings", "set", "noSuchSetting", "1")).Code);
        Assert.NotEqual(ExitCode.Ok, (await Run("settings", "set", "syncMaxAttempts", "many")).Code);

        var set = await CliRun.RunAsync(["settings", "set", "keyRemoteInstancePassword", "-"], Environment(), Encoding.UTF8.GetBytes("geheim-Zq7\n"));
        Assert.Equal(ExitCode.Ok, set.Code);
        var all = await Run("settings", "list");
        var json = await Run("settings", "list", "--json");
        Assert.Contains("(set, not shown)", all.Output, StringComparison.Ordinal);
        Assert.True(json.Json.GetProperty("settings").EnumerateArray().Single(s => s.GetProperty("key").GetString() == "keyRemoteInstancePassword").GetProperty("isSet").GetBoolean());
        Assert.DoesNotContain("geheim", set.Output + set.Error + all.Output + json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_versions_come_by_name_and_by_the_job_whose_progress_is_shown()
    {
        foreach (var (key, value) in new[] { ("keyRemoteInstanceUrl", _central.RestUrl.ToString()), ("keyRemoteInstanceUsername", "admin"), ("keyRemoteInstancePassword", "district") })
            Assert.Equal(ExitCode.Ok, (await Run("settings", "set", key, value)).Code);
        Assert.True((await _central.Http.PostAsync("/api/systemSettings/keyVersionEnabled?value=true", null, TestContext.Current.CancellationToken)).IsSuccessStatusCode);
        for (var i = 0; i < 2; i++)
            Assert.True((await _central.Http.PostAsync("/api/metadata/version/create?type=ATOMIC", null, TestContext.Current.CancellationToken)).IsSuccessStatusCode);
        Assert.Equal(ExitCode.NotFound, (await Run("sync", "metadata")).Code);

        var one = await Run("sync", "metadata", "Version_1", "--json");
        Assert.Equal((ExitCode.Ok, "Version_1"), (one.Code, one.Json.GetProperty("metadataVersion").GetProperty("name").GetString()));
        Assert.NotEqual(ExitCode.Ok, (await Run("sync", "metadata", "Version_1")).Code);
        Assert.Equal(ExitCode.Ok, (await Run("jobs", "create", "--name", "Metadata", "--type", "META_DATA_SYNC", "--cron", "0 0 2 ? * *")).Code);
        var rest = await Run("sync", "metadata");
        Assert.Equal(ExitCode.Ok, rest.Code);
        Assert.Contains("Import metadata version Version_2 (ATOMIC)", rest.Output, StringComparison.Ordinal);
        Assert.Contains("Version_2", (await Run("sync", "status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_tells_push_sends_and_conflicts_lists_what_was_refused()
    {
        var none = await Run("sync", "status");
        Assert.Equal(ExitCode.Failed, none.Code);
        Assert.Contains("Remote server is not configured", none.Output, StringComparison.Ordinal);

        foreach (var (key, value) in new[] { ("keyRemoteInstanceUrl", _central.RestUrl.ToString()), ("keyRemoteInstanceUsername", "admin"), ("keyRemoteInstancePassword", "district") })
            Assert.Equal(ExitCode.Ok, (await Run("settings", "set", key, value)).Code);
        var status = await Run("sync", "status", "--json");
        Assert.Equal(ExitCode.Ok, status.Code);
        Assert.True(status.Json.GetProperty("availability").GetProperty("available").GetBoolean());

        // The central node does not know the data element.
        await ImportAsync("/api/metadata", """
            {"organisationUnits":[{"id":"ouCountry01","name":"Country","shortName":"Country","openingDate":"2000-01-01"}],
             "dataElements":[{"id":"deCounted01","name":"Counted","shortName":"Counted","valueType":"INTEGER","domainType":"AGGREGATE","aggregationType":"SUM",
               "zeroIsSignificant":false,"categoryCombo":{"id":"bjDvmb4bfuf"}}]}
            """);
        await ImportAsync("/api/dataValueSets", """{"dataValues":[{"dataElement":"deCounted01","period":"202401","orgUnit":"ouCountry01","value":"5"}]}""");
        var direct = await Run("sync", "push", "--json");
        Assert.Equal((ExitCode.Ok, "WARNING"), (direct.Code, direct.Json.GetProperty("status").GetString()));
        var conflicts = await Run("sync", "conflicts");
        Assert.Contains("deCounted01", conflicts.Output, StringComparison.Ordinal);
        Assert.Contains("E7610", conflicts.Output, StringComparison.Ordinal);
        Assert.Equal("202401", Assert.Single((await Run("sync", "conflicts", "--json")).Json.GetProperty("conflicts").EnumerateArray()).GetProperty("period").GetString());

        Assert.Equal(ExitCode.Ok, (await Run("jobs", "create", "--name", "Sync", "--type", "DATA_SYNC", "--cron", "0 0 3 ? * *")).Code);
        var byJob = await Run("sync", "push");
        Assert.Equal(ExitCode.Ok, byJob.Code);
        Assert.Contains("Push rejected data values", byJob.Output, StringComparison.Ordinal);
        Assert.Contains("open conflicts  1", string.Join('\n', (await Run("sync", "status")).Lines.Select(l => string.Join("  ", l.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_shows_the_report_of_the_import_or_why_there_is_none()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var origin = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        await using var node = await TestNode.StartAsync(settings: $"Dhis2:Synchronization:AllowedServers:0={origin}");

        var refused = await Run("sync", "pull", $"{origin}/metadata.json");
        Assert.NotEqual(ExitCode.Ok, refused.Code);
        Assert.Contains("Dhis2__Synchronization__AllowedServers__0", refused.Error, StringComparison.Ordinal);

        var pull = CliRun.RunAsync(["sync", "pull", $"{origin}/metadata.json"], new() { ["DHIS2_SERVER"] = node.GrpcUrl.ToString(), ["DHIS2_USER"] = "admin", ["DHIS2_PASSWORD"] = "district" });
        const string Document = """{"organisationUnits":[{"id":"ouCountry01","name":"Country","shortName":"Country","openingDate":"2000-01-01"}]}""";
        using (var connection = await listener.AcceptTcpClientAsync(cancel))
        {
            _ = await connection.GetStream().ReadAsync(new byte[4096], cancel);
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Document.Length}\r\n\r\n{Document}"), cancel);
        }

        var pulled = await pull;
        Assert.Equal(ExitCode.Ok, pulled.Code);
        Assert.Contains("OrganisationUnit", pulled.Output, StringComparison.Ordinal);
    }

    private async Task ImportAsync(string path, string document)
    {
        using var content = new StringContent(document, Encoding.UTF8, "application/json");
        var answer = await _local.Http.PostAsync(path, content, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task<(int, string)> CodeAndOutputAsync(params string[] args)
    {
        var run = await Run(args);
        return (run.Code, run.Output);
    }

    private Task<CliRun> Run(params string[] args) => CliRun.RunAsync(args, Environment());

    private Dictionary<string, string> Environment() =>
        new() { ["DHIS2_SERVER"] = _local.GrpcUrl.ToString(), ["DHIS2_USER"] = "admin", ["DHIS2_PASSWORD"] = "district" };
}
