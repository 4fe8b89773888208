using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Contract.Tests.Data;
using Contract.Tests.Grpc;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2.Synchronization.V1;
using Grpc.Core;

namespace Contract.Tests.Synchronization;

public sealed class MetadataPullTests
{
    private const string Setting = "Dhis2__Synchronization__AllowedServers__0";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("text/plain", " {0}\n")]
    [InlineData("application/json", "\"{0}\"")]
    [InlineData("application/json", "{{\"url\":\"{0}\"}}")]
    public async Task The_document_of_an_allowed_server_is_imported_and_reported_bare(string type, string body)
    {
        await using var peer = await PeerAsync(new(200, DataNode.Metadata));
        await using var node = await NodeAsync(Origin(peer));

        var answer = await node.Http.PostAsync("/api/33/synchronization/metadataPull",
            new StringContent(string.Format(System.Globalization.CultureInfo.InvariantCulture, body, $"{peer.Url}metadata.json?a=%20b"), Encoding.UTF8, type), Ct);

        using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal((HttpStatusCode.OK, "OK", 6), (answer.StatusCode, report.RootElement.GetProperty("status").GetString(),
            report.RootElement.GetProperty("stats").GetProperty("created").GetInt32()));
        Assert.Equal(3, await UnitsAsync(node));
        var asked = Assert.Single(peer.Requests);
        Assert.Equal(("GET", "/metadata.json", "?a=%20b", ""), (asked.Method, asked.Path, asked.Query, asked.Authorization));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Grpc_pulls_too_and_gzip_is_unpacked(int layers)
    {
        await using var peer = await PeerAsync(new(200) { Bytes = Enumerable.Range(0, layers).Aggregate(Utf8(DataNode.Metadata), (b, _) => Zip(b)) });
        await using var node = await NodeAsync(Origin(peer));

        var answer = await Client(node).PullMetadataAsync(new() { Url = $"{peer.Url}metadata.json.gz" }, cancellationToken: Ct);

        Assert.Equal(("OK", 6), (answer.Report.Status, answer.Report.Stats.Created));
        Assert.Equal(3, await UnitsAsync(node));
    }

    [Fact]
    public async Task A_reference_to_nothing_is_a_warning_and_nobody_becomes_a_user_or_a_job()
    {
        await using var peer = await PeerAsync(new(200, """
            {"users":[{"id":"userPulled1","username":"mallory","name":"M"}],"userRoles":[{"id":"rolePulled1","name":"All","authorities":["ALL"]}],
             "jobConfigurations":[{"id":"jobPulled01","name":"J","jobType":"DATA_SYNC"}],
             "organisationUnits":[{"id":"ouCountry01","name":"Country","shortName":"Country","openingDate":"2000-01-01"}],
             "organisationUnitGroups":[{"id":"ouGroupAAA1","name":"G","shortName":"G","organisationUnits":[{"id":"ouCountry01"},{"id":"ouMissing01"}]}]}
            """));
        await using var node = await NodeAsync(Origin(peer));

        var report = (await Client(node).PullMetadataAsync(new() { Url = peer.Url.ToString() }, cancellationToken: Ct)).Report;

        Assert.Equal(("WARNING", 2), (report.Status, report.Stats.Created));
        Assert.Contains(report.TypeReports.SelectMany(t => t.ObjectReports).SelectMany(o => o.ErrorReports), e => e.ErrorCode == "E5002");
        var all = await node.Http.GetStringAsync("/api/metadata", Ct);
        Assert.Contains("ouGroupAAA1", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Pulled", all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "{origin}/m", $"list, which is empty: name servers with {Setting}")]
    [InlineData("http://127.0.0.1:1", "{origin}/m", Setting)]
    [InlineData("https://127.0.0.1:{port}", "{origin}/m", Setting)]
    [InlineData("http://localhost:{port}", "{origin}/m", Setting)]
    [InlineData("{origin}", "http://127.0.0.1.:{port}/m", Setting)]
    [InlineData("{origin}", "http://127.0.0.1:{port}@central.example/m", Setting)]
    [InlineData("{origin}", "http://secret:word@127.0.0.1:{port}/m", "a login or a fragment")]
    [InlineData("{origin}", "{origin}/m#fragment", "a login or a fragment")]
    [InlineData("{origin}", "{origin}/m\r\nHost: other", "it is no URL")]
    [InlineData("{origin}", "file:///etc/passwd", "it is no URL")]
    [InlineData("{origin}", "/etc/passwd", "it is no URL")]
    [InlineData("{origin}", "metadata, please", "it is no URL")]
    public async Task A_url_that_the_list_does_not_allow_is_never_asked(string allowed, string url, string reason)
    {
        await using var peer = await PeerAsync(new(200, DataNode.Metadata));
        await using var node = await NodeAsync(Fill(allowed, peer));

        var (status, text) = await PullAsync(node, Fill(url, peer));

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("Provided URL is not in the remote servers allowed list", text, StringComparison.Ordinal);
        Assert.Contains(reason, text, StringComparison.Ordinal);
        Assert.Contains("E1004", text, StringComparison.Ordinal);
        Assert.DoesNotContain("word", text, StringComparison.Ordinal);
        Assert.Empty(peer.Requests);
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(async () =>
            await Client(node).PullMetadataAsync(new() { Url = Fill(url, peer) }, cancellationToken: Ct))).StatusCode);
    }

    [Theory]
    [InlineData("http://localhost:{port}", false)]
    [InlineData("http://localhost:{port} http://127.0.0.1:1", false)]
    [InlineData("http://localhost:{port} {origin}", true)]
    public async Task A_name_leads_to_a_private_address_only_when_the_list_names_that_too(string allowed, bool served)
    {
        await using var peer = await PeerAsync(new(200, DataNode.Metadata));
        await using var node = await NodeAsync(Fill(allowed, peer).Split(' '));

        var (status, text) = await PullAsync(node, Fill("http://localhost:{port}/m", peer));

        Assert.Equal(served ? HttpStatusCode.OK : HttpStatusCode.Conflict, status);
        Assert.Equal(!served, text.Contains("only addresses of this machine or of private networks", StringComparison.Ordinal));
        Assert.Equal(served ? 1 : 0, peer.Requests.Count);
    }

    [Theory]
    [InlineData(3, "/m", 200, "\"OK\"")]
    [InlineData(4, "/m", 502, "redirects more than 3 times")]
    [InlineData(1, "{other}/m", 409, "The server redirects elsewhere. Provided URL is not in the remote servers allowed list")]
    [InlineData(1, "http://localhost:{port}/m", 409, "only addresses of this machine or of private networks")]
    [InlineData(1, "http://secret:word@127.0.0.1:{self}/m", 409, "a login or a fragment")]
    [InlineData(1, "file:///etc/passwd", 409, "allowed list")]
    [InlineData(1, "", 502, "redirects to nowhere")]
    public async Task Redirects_are_few_and_lead_only_to_what_is_allowed(int count, string place, int status, string reason)
    {
        await using var other = await PeerAsync(new(200, DataNode.Metadata));
        await using var peer = await Peer.StartAsync();
        // The name is listed, the address that it has on this port is not.
        await using var node = await NodeAsync(Origin(peer), $"http://localhost:{other.Url.Port}");
        var target = place.Replace("{other}", Origin(other), StringComparison.Ordinal).Replace("{self}", $"{peer.Url.Port}", StringComparison.Ordinal)
            .Replace("{port}", $"{other.Url.Port}", StringComparison.Ordinal);
        peer.Answer = _ => peer.Requests.Count > count ? new(200, DataNode.Metadata)
            : new(302) { Headers = target.Length == 0 ? [] : new() { ["Location"] = target } };

        var (answered, text) = await PullAsync(node, $"{peer.Url}start");

        Assert.Equal(status, (int)answered);
        Assert.Contains(reason, text, StringComparison.Ordinal);
        Assert.DoesNotContain("word", text, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
        Assert.Equal(status == 200 ? 3 : 0, await UnitsAsync(node));
    }

    public static TheoryData<string, int, string> Failures => new()
    {
        { "large", 413, "larger than 4000000 bytes" },
        { "large as gzip", 413, "larger than 100000 bytes" },
        { "large when unpacked", 413, "larger than 4000000 bytes" },
        { "bomb", 413, "more than 100 times as large" },
        { "deep", 409, "depth" },
        { "cut JSON", 409, "ends before it is complete" },
        { "cut gzip", 409, "" },
        { "packed thrice", 409, "packed more than twice" },
        { "zip", 409, "archive" },
        { "HTML", 409, "malformed JSON" },
        { "empty", 409, "" },
        { "401", 502, "401 Unauthorized" },
        { "404", 502, "404 Not Found" },
        { "503", 502, "503 Service Unavailable" },
        { "204", 502, "204 No Content" },
        { "abort", 503, "connection to the remote server broke" },
        { "silent", 503, "did not arrive within 2 s" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_cannot_be_had_or_is_no_document_is_said_and_leaves_nothing(string what, int status, string reason)
    {
        // Enough of the document comes first that something could be stored.
        var begun = DataNode.Metadata.TrimEnd()[..^1];
        var random = new Random(7);
        string Noise(int bytes) => Convert.ToBase64String(Enumerable.Range(0, bytes).Select(_ => (byte)random.Next(256)).ToArray());
        PeerAnswer Text(string text) => new(200, text);
        PeerAnswer Packed(byte[] bytes) => new(200) { Bytes = bytes };
        await using var peer = await PeerAsync(what switch
        {
            "large" => Text($$"""{{begun}},"x":"{{new string('x', 5_000_000)}}"}"""),
            "large as gzip" => Packed(Zip(Utf8($$"""{{begun}},"x":"{{Noise(300_000)}}"}"""))),
            "large when unpacked" => Packed(Zip(Utf8($$"""{{begun}},"x":"{{Noise(60_000)}}{{new string('x', 5_000_000)}}"}"""))),
            "bomb" => Packed(Zip(Utf8($$"""{{begun}},"x":"{{new string('x', 3_500_000)}}"}"""))),
            "deep" => Text($$"""{{begun}},"constants":[{"id":"constantAA1","x":{{new string('[', 64)}}{{new string(']', 64)}}}]}"""),
            "cut JSON" => Text(begun),
            "cut gzip" => Packed(Zip(Utf8(DataNode.Metadata))[..^60]),
            "packed thrice" => Packed(Zip(Zip(Zip(Utf8(DataNode.Metadata))))),
            "zip" => Text("PK\u0003\u0004"),
            "HTML" => Text("<html>Sign in</html>"),
            "empty" => new(200),
            "abort" => new(200) { Abort = true },
            "silent" => new(200) { Hang = true },
            _ => new(int.Parse(what, System.Globalization.CultureInfo.InvariantCulture), what == "204" ? "" : DataNode.Metadata),
        });
        await using var node = await NodeAsync([Origin(peer)], "Dhis2:Synchronization:MaxPulledBytes=100000", "Dhis2:Synchronization:MaxPulledExpanded=4000000",
            $"Dhis2:Synchronization:PullTimeout=00:00:{(what == "silent" ? "02" : "50")}");

        var (answered, text) = await PullAsync(node, $"{peer.Url}m?token=secret");

        Assert.Equal(status, (int)answered);
        Assert.Contains(reason, text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Equal(0, await UnitsAsync(node));
    }

    [Fact]
    public async Task A_document_that_breaks_off_or_a_server_that_is_gone_is_unavailable()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var origin = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}";
        await using var node = await NodeAsync(origin);
        var pull = PullAsync(node, $"{origin}/m");
        using (var connection = await socket.AcceptTcpClientAsync(Ct))
        {
            _ = await connection.GetStream().ReadAsync(new byte[1000], Ct);
            await connection.GetStream().WriteAsync(Utf8($"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{DataNode.Metadata}"), Ct);
        }

        var (status, text) = await pull;
        socket.Stop();
        var (gone, reason) = await PullAsync(node, $"{origin}/m");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (status, gone));
        Assert.Contains("broke", text, StringComparison.Ordinal);
        Assert.Contains("No connection", reason, StringComparison.Ordinal);
        Assert.Equal(0, await UnitsAsync(node));
    }

    [Fact]
    public async Task Only_ALL_may_pull()
    {
        await using var peer = await PeerAsync(new(200, DataNode.Metadata));
        await using var node = await NodeAsync(Origin(peer));
        await node.AddUserAsync("userImport1", "importer", "district", "F_METADATA_IMPORT", "F_EXPORT_DATA");
        using var http = node.ConnectHttp("importer", "district");

        using var answer = await http.PostAsync("/api/synchronization/metadataPull", new StringContent(peer.Url.ToString()), Ct);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(peer.Requests);
    }

    [Theory]
    [InlineData("/api", true)]
    [InlineData("/api/33", true)]
    [InlineData("/api/40", true)]
    [InlineData("/api/41", false)]
    [InlineData("/api/44", false)]
    public async Task The_report_tells_how_the_import_was_asked_to_work_in_the_words_of_the_version(string prefix, bool old)
    {
        await using var peer = await PeerAsync(new(200, DataNode.Metadata));
        await using var node = await NodeAsync(Origin(peer));

        using var answer = await node.Http.PostAsync($"{prefix}/synchronization/metadataPull", new StringContent(peer.Url.ToString()), Ct);

        using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal(
            $$"""{{{(old ? "\"username\":\"admin\"," : "")}}"importMode":"COMMIT","identifier":"UID","preheatMode":"REFERENCE","importStrategy":"CREATE_AND_UPDATE","atomicMode":"NONE",{{(old ? "\"mergeMode\":\"REPLACE\"," : "")}}"flushMode":"AUTO","importReportMode":"ERRORS","skipSharing":true,"skipTranslation":false,"skipValidation":false,"metadataSyncImport":false,"firstRowIsHeader":true{{(old ? "" : ",\"async\":false")}}}""",
            report.RootElement.GetProperty("importParams").GetRawText());
        using var imported = await node.Http.PostAsync($"{prefix}/metadata", new StringContent("{}", Encoding.UTF8, "application/json"), Ct);
        Assert.DoesNotContain("importParams", await imported.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grpc_pulls_by_a_job_whose_run_is_watched()
    {
        await using var peer = await PeerAsync(new(200, """
            {"organisationUnits":[{"id":"ouCountry01","name":"Country","shortName":"Country","openingDate":"2000-01-01"}],
             "organisationUnitGroups":[{"id":"ouGroupAAA1","name":"G","shortName":"G","organisationUnits":[{"id":"ouCountry01"},{"id":"ouMissing01"}]}]}
            """));
        await using var node = await NodeAsync(Origin(peer));

        var job = (await Client(node).PullMetadataAsync(new() { Url = peer.Url.ToString(), Async = true }, cancellationToken: Ct)).Job;
        Assert.Equal(("METADATA_IMPORT", "SCHEDULED"), (job.JobType, job.JobStatus));
        var run = await WatchAsync(node, job.Id);

        Assert.Equal(JobRunState.Completed, run.State);
        var process = Assert.Single(run.Sequence);
        Assert.Equal("2 created, 0 updated, 0 ignored of 2 objects", process.Summary);
        Assert.Equal(["Fetching the document", "Importing metadata"], process.Stages.Select(s => s.Description));
        Assert.Equal(1, await UnitsAsync(node));
        using var summary = JsonDocument.Parse(await node.Http.GetStringAsync($"/api/system/taskSummaries/METADATA_IMPORT/{job.Id}", Ct));
        Assert.Equal("WARNING", summary.RootElement.GetProperty("status").GetString());
        var conflict = Assert.Single(summary.RootElement.GetProperty("conflicts").EnumerateArray());
        Assert.Equal(("ouGroupAAA1", "E5002"), (conflict.GetProperty("object").GetString(), conflict.GetProperty("errorCode").GetString()));
    }

    [Fact]
    public async Task A_job_that_gets_no_document_fails_and_stores_nothing()
    {
        await using var peer = await PeerAsync(new(503));
        await using var node = await NodeAsync(Origin(peer));
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client(node).PullMetadataAsync(new() { Url = "https://elsewhere.example/m", Async = true }, cancellationToken: Ct));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);

        var job = (await Client(node).PullMetadataAsync(new() { Url = $"{peer.Url}m?key=secret", Async = true }, cancellationToken: Ct)).Job;
        var run = await WatchAsync(node, job.Id);

        Assert.Equal(JobRunState.Failed, run.State);
        Assert.Contains("503 Service Unavailable", Assert.Single(run.Sequence).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await UnitsAsync(node));
    }

    [Fact]
    public async Task Nobody_is_logged_in_by_plain_http_even_when_logins_are_allowed()
    {
        await using var peer = await PeerAsync(new(200, DataNode.Metadata));
        await using var node = await NodeAsync([Origin(peer)], "Dhis2:Synchronization:PullWithLogin=true");
        foreach (var (key, value) in new[] { ("keyRemoteInstanceUrl", peer.Url.ToString()), ("keyRemoteInstanceUsername", "admin"), ("keyRemoteInstancePassword", "s3cret-W0rd") })
            (await node.Http.PostAsync($"/api/systemSettings/{key}", new StringContent(value, Encoding.UTF8, "text/plain"), Ct)).EnsureSuccessStatusCode();

        var (status, _) = await PullAsync(node, $"{peer.Url}m");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("", Assert.Single(peer.Requests).Authorization);
    }

    private static async Task<JobRun> WatchAsync(TestNode node, string job)
    {
        using var watch = new SchedulingService.SchedulingServiceClient(node.Channel).WatchJobRun(new() { JobId = job }, cancellationToken: Ct);
        return Assert.Single((await Watched.ToEndAsync(watch)).Runs.Values);
    }

    private static async Task<Peer> PeerAsync(PeerAnswer answer)
    {
        var peer = await Peer.StartAsync();
        peer.Answer = _ => answer;
        return peer;
    }

    private static Task<TestNode> NodeAsync(params string[] allowed) => NodeAsync(allowed, []);

    private static Task<TestNode> NodeAsync(string[] allowed, params string[] settings) => TestNode.StartAsync(settings:
        [.. allowed.Where(a => a.Length > 0).Select((a, i) => $"Dhis2:Synchronization:AllowedServers:{i}={a}"), .. settings]);

    private static async Task<(HttpStatusCode Status, string Body)> PullAsync(TestNode node, string url)
    {
        using var answer = await node.Http.PostAsync("/api/synchronization/metadataPull", new StringContent(url, Encoding.UTF8, "text/plain"), Ct)
            .WaitAsync(TimeSpan.FromSeconds(60), Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private static async Task<int> UnitsAsync(TestNode node)
    {
        using var all = JsonDocument.Parse(await node.Http.GetStringAsync("/api/metadata?organisationUnits=true", Ct));
        return all.RootElement.TryGetProperty("organisationUnits", out var units) ? units.GetArrayLength() : 0;
    }

    private static SynchronizationService.SynchronizationServiceClient Client(TestNode node) => new(node.Channel);

    private static string Origin(Peer peer) => peer.Url.GetLeftPart(UriPartial.Authority);

    private static string Fill(string text, Peer peer) =>
        text.Replace("{origin}", Origin(peer), StringComparison.Ordinal).Replace("{port}", $"{peer.Url.Port}", StringComparison.Ordinal);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Zip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return zipped.ToArray();
    }
}
