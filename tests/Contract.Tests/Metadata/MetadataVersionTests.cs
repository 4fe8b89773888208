using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.Metadata.V1;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Settings;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MetadataVersionType = Dhis2.Metadata.V1.MetadataVersionType;
using StoredVersion = Dhis2Grpc.Server.Metadata.Versions.MetadataVersion;

namespace Contract.Tests.Metadata;

/// <summary>Versions of metadata, as other servers fetch them.</summary>
public sealed class MetadataVersionTests
{
    private const string First = """
        {"dataElements":[
          {"id":"aaaaaaaaaa1","name":"Births","shortName":"Births","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","lastUpdated":"2011-01-01T00:00:00.000"},
          {"id":"aaaaaaaaaa2","name":"Décès ✓","shortName":"Deaths","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"}],
         "dataElementGroups":[{"id":"bbbbbbbbbb1","name":"G","dataElements":[{"id":"aaaaaaaaaa1"}],"publicAccess":"rw------"}],
         "aggregateDataExchanges":[{"id":"dddddddddd1","name":"X","target":{"api":{"url":"https://x","password":"hunter2"}}}],
         "jobConfigurations":[{"id":"jjjjjjjjjj1","name":"Nightly","jobType":"ANALYTICS_TABLE"}],
         "apiTokens":[{"id":"tttttttttt1","name":"T","key":"d2pat_secret"}]}
        """;

    // Changed, although its date is older than the first version.
    private const string Second = """
        {"dataElements":[{"id":"aaaaaaaaaa1","name":"Live births","shortName":"Births","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","lastUpdated":"2012-01-01T00:00:00.000"}],
         "constants":[{"id":"cccccccccc1","name":"Pi","value":3.14}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_versions_are_switched_off_every_route_says_so()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var path in new[] { "/api/metadata/version", "/api/40/metadata/version/history", "/api/metadata/versions", "/api/metadata/version/Version_1/data", "/api/metadata/version/Version_1/data.gz" })
            await RefusedAsync(node.Http.GetAsync(path, Ct), HttpStatusCode.BadRequest, "E1003", "Metadata versioning is not enabled for this instance.");
        // Up to 2.39 such errors have no code.
        await RefusedAsync(node.Http.GetAsync("/api/33/metadata/version/history", Ct), HttpStatusCode.BadRequest, null, "Metadata versioning is not enabled for this instance.");
        await RefusedAsync(node.Http.PostAsync("/api/metadata/version/create?type=ATOMIC", null, Ct), HttpStatusCode.BadRequest, "E1003", "Metadata versioning is not enabled");
        Assert.Empty(await node.Services.GetRequiredService<MetadataVersions>().ListAsync(Ct));
    }

    [Fact]
    public async Task The_first_version_is_all_of_the_metadata_and_its_hash_is_that_of_the_bytes()
    {
        await using var node = await StartAsync();
        await ImportAsync(node, First);
        var version = await CreateAsync(node, "BEST_EFFORT");
        Assert.Equal(("Version_1", "BEST_EFFORT"), (Text(version, "name"), Text(version, "type")));
        Assert.Equal(["created", "hashCode", "id", "name", "type"], version.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));

        using var plain = await node.Http.GetAsync("/api/40/metadata/version/Version_1/data", Ct);
        var text = await plain.Content.ReadAsByteArrayAsync(Ct);
        Assert.Equal(("application/json", "no-store"), (plain.Content.Headers.ContentType!.MediaType, plain.Headers.CacheControl!.ToString()));
        Assert.Equal(Text(version, "hashCode"), Hash(text));
        using var packed = await node.Http.GetAsync("/api/metadata/version/Version_1/data.gz", Ct);
        Assert.Equal("application/gzip", packed.Content.Headers.ContentType!.MediaType);
        Assert.Empty(packed.Content.Headers.ContentEncoding);
        Assert.Equal("attachment; filename=metadata.json.gz", packed.Content.Headers.ContentDisposition!.ToString());
        await using var gzip = new GZipStream(await packed.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        await gzip.CopyToAsync(unpacked, Ct);
        Assert.Equal(text, unpacked.ToArray());

        using var document = JsonDocument.Parse(text);
        var system = document.RootElement.GetProperty("system");
        var info = await node.Http.GetFromJsonAsync<JsonElement>("/api/system/info", Ct);
        Assert.Equal((Text(info, "version"), Text(info, "systemId"), Text(info, "revision")), (Text(system, "version"), Text(system, "id"), Text(system, "rev")));
        Assert.Equal("Version_1", Text(info, "systemMetadataVersion"));
        Assert.True(info.GetProperty("isMetadataVersionEnabled").GetBoolean());
        Assert.Equal(["aaaaaaaaaa1", "aaaaaaaaaa2"], Uids(document, "dataElements"));
        Assert.Contains("rw------", document.RootElement.GetProperty("dataElementGroups").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["dddddddddd1"], Uids(document, "aggregateDataExchanges"));
        Assert.Equal([], Uids(document, "jobConfigurations"));
        Assert.Equal([], Uids(document, "apiTokens"));
        var all = Encoding.UTF8.GetString(text);
        Assert.DoesNotContain("hunter2", all, StringComparison.Ordinal);
        Assert.DoesNotContain("d2pat", all, StringComparison.Ordinal);
        Assert.Contains("Décès ✓", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_version_has_what_changed_and_the_earlier_one_stays_as_it_was()
    {
        await using var node = await StartAsync();
        await ImportAsync(node, First);
        await CreateAsync(node, "BEST_EFFORT");
        var before = await node.Http.GetByteArrayAsync("/api/metadata/version/Version_1/data", Ct);
        await ImportAsync(node, Second);
        Assert.Equal(("Version_2", "ATOMIC"), await NameAndTypeAsync("ATOMIC"));
        using var second = JsonDocument.Parse(await node.Http.GetByteArrayAsync("/api/metadata/version/Version_2/data", Ct));
        Assert.Equal(["constants", "dataElements", "system"], second.RootElement.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["aaaaaaaaaa1"], Uids(second, "dataElements"));
        Assert.Equal(before, await node.Http.GetByteArrayAsync("/api/metadata/version/Version_1/data", Ct));

        // The same document again changes dates at most, and nothing that others need.
        Assert.Equal(("Version_3", "BEST_EFFORT"), await NameAndTypeAsync("BEST_EFFORT"));
        using var third = JsonDocument.Parse(await node.Http.GetByteArrayAsync("/api/metadata/version/Version_3/data", Ct));
        Assert.Equal(["system"], third.RootElement.EnumerateObject().Select(p => p.Name));

        await ImportAsync(node, """{"constants":[{"id":"cccccccccc1"}]}""", "?importStrategy=DELETE");
        Assert.Equal(("Version_4", "ATOMIC"), await NameAndTypeAsync("ATOMIC"));
        using var fourth = JsonDocument.Parse(await node.Http.GetByteArrayAsync("/api/metadata/version/Version_4/data", Ct));
        Assert.Equal(["system"], fourth.RootElement.EnumerateObject().Select(p => p.Name));

        async Task<(string, string)> NameAndTypeAsync(string type)
        {
            var version = await CreateAsync(node, type);
            return (Text(version, "name"), Text(version, "type"));
        }
    }

    [Fact]
    public async Task Another_server_that_imports_version_after_version_holds_the_same()
    {
        await using var central = await StartAsync();
        await using var local = await TestNode.StartAsync();
        await ImportAsync(central, """{"organisationUnits":[{"id":"uuuuuuuuuu1","name":"Root","shortName":"Root","openingDate":"2020-01-01"}]}""");
        await ImportAsync(central, First.Replace(@"""jobConfigurations"":[{""id"":""jjjjjjjjjj1"",""name"":""Nightly"",""jobType"":""ANALYTICS_TABLE""}],", "", StringComparison.Ordinal)
            .Replace(@"""apiTokens"":[{""id"":""tttttttttt1"",""name"":""T"",""key"":""d2pat_secret""}]", @"""constants"":[]", StringComparison.Ordinal));
        foreach (var change in new[] { null, Second, """{"organisationUnits":[{"id":"uuuuuuuuuu2","name":"Leaf","shortName":"Leaf","openingDate":"2020-01-01","parent":{"id":"uuuuuuuuuu1"}}]}""" })
        {
            if (change is not null) await ImportAsync(central, change);
            var name = Text(await CreateAsync(central, "ATOMIC"), "name");
            await ImportAsync(local, await central.Http.GetStringAsync($"/api/metadata/version/{name}/data", Ct));
        }

        Assert.Equal(await AllAsync(central), await AllAsync(local));

        static async Task<string> AllAsync(TestNode node)
        {
            using var all = JsonDocument.Parse(await node.Http.GetByteArrayAsync("/api/metadata", Ct));
            return string.Join('\n', all.RootElement.EnumerateObject().Where(p => p.Name != "system").Select(p => p.ToString()));
        }
    }

    [Fact]
    public async Task The_history_tells_what_came_after_a_version()
    {
        await using var node = await StartAsync();
        Assert.Equal("""{"metadataversions":[]}""", await node.Http.GetStringAsync("/api/metadata/version/history", Ct));
        Assert.Equal("""{"metadataversions":[]}""", await node.Http.GetStringAsync("/api/metadata/versions", Ct));
        await RefusedAsync(node.Http.GetAsync("/api/metadata/version", Ct), HttpStatusCode.NotFound, "E1005", "No metadata versions exist.");
        await RefusedAsync(node.Http.GetAsync("/api/metadata/version/history?baseline=Version_1", Ct), HttpStatusCode.NotFound, "E1005", "There is no such metadata version.");

        foreach (var type in new[] { "BEST_EFFORT", "ATOMIC", "BEST_EFFORT" }) await CreateAsync(node, type);
        Assert.Equal(["Version_1", "Version_2", "Version_3"], await NamesAsync("/api/metadata/version/history"));
        Assert.Equal(["Version_1", "Version_2", "Version_3"], await NamesAsync("/api/33/metadata/versions"));
        Assert.Equal(["Version_2", "Version_3"], await NamesAsync("/api/metadata/version/history?baseline=Version_1"));
        using var newest = await node.Http.GetAsync("/api/metadata/version/history?baseline=Version_3", Ct);
        Assert.Equal((HttpStatusCode.OK, ""), (newest.StatusCode, await newest.Content.ReadAsStringAsync(Ct)));
        await RefusedAsync(node.Http.GetAsync("/api/metadata/version/history?baseline=Version_9", Ct), HttpStatusCode.NotFound, "E1005", "The latest version is Version Version_3");

        Assert.Equal("Version_3", Text(await node.Http.GetFromJsonAsync<JsonElement>("/api/metadata/version", Ct), "name"));
        Assert.Equal("Version_2", Text(await node.Http.GetFromJsonAsync<JsonElement>("/api/metadata/version?versionName=Version_2", Ct), "name"));
        await RefusedAsync(node.Http.GetAsync("/api/metadata/version?versionName=Version_9", Ct), HttpStatusCode.NotFound, "E1005", "No metadata version with name Version_9 exists.");

        async Task<IEnumerable<string>> NamesAsync(string path) =>
            (await node.Http.GetFromJsonAsync<JsonElement>(path, Ct)).GetProperty("metadataversions").EnumerateArray().Select(v => Text(v, "name"));
    }

    [Fact]
    public async Task A_version_of_another_server_is_served_as_it_came_and_ours_follow_it()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2024, 2, 1, 0, 0, 0, TimeSpan.Zero));
        await using var node = await StartAsync(time);
        var (versions, snapshots) = (node.Services.GetRequiredService<MetadataVersions>(), node.Services.GetRequiredService<MetadataSnapshots>());
        var text = """{"system":{"version":"2.39.0"}, "x" : [ ]}"""u8.ToArray();
        await snapshots.StoreAsync("Version_7", Hash(text), new MemoryStream(text), Ct);
        // Fetched, and not imported yet.
        await RefusedAsync(node.Http.GetAsync("/api/metadata/version/Version_7/data", Ct), HttpStatusCode.NotFound, "E1005", "No metadata version snapshot found");
        Assert.Equal("""{"metadataversions":[]}""", await node.Http.GetStringAsync("/api/metadata/versions", Ct));

        // The other server's clock is ahead.
        await versions.RecordImportedAsync(new StoredVersion
        {
            Uid = "abcdefghij7",
            Name = "Version_7",
            Type = Dhis2Grpc.Server.Metadata.Versions.MetadataVersionType.Atomic,
            Created = new DateTimeOffset(2030, 1, 31, 10, 0, 0, 123, TimeSpan.Zero),
            Imported = time.GetUtcNow(),
            HashCode = Hash(text),
        }, Ct);
        Assert.Equal(text, await node.Http.GetByteArrayAsync("/api/metadata/version/Version_7/data", Ct));
        Assert.Equal(
            $$"""{"metadataversions":[{"name":"Version_7","type":"ATOMIC","created":"2030-01-31T10:00:00.123","id":"abcdefghij7","importdate":"2024-02-01T00:00:00.000","hashCode":"{{Hash(text)}}"}]}""",
            await node.Http.GetStringAsync("/api/metadata/version/history", Ct));
        var next = await CreateAsync(node, "BEST_EFFORT");
        Assert.Equal(("Version_8", "2030-01-31T10:00:00.124"), (Text(next, "name"), Text(next, "created")));
        Assert.Equal("Version_8", Text(await node.Http.GetFromJsonAsync<JsonElement>("/api/metadata/version", Ct), "name"));
    }

    [Fact]
    public async Task Making_and_reading_asks_for_an_authority_and_listing_does_not()
    {
        await using var node = await StartAsync();
        await CreateAsync(node, "ATOMIC");
        await node.AddUserAsync("reader00001", "reader", "reader", "F_METADATA_EXPORT");
        await node.AddUserAsync("manager0001", "manager", "manager", "F_METADATA_MANAGE");
        using var reader = node.ConnectHttp("reader", "reader");
        using var manager = node.ConnectHttp("manager", "manager");
        foreach (var path in new[] { "/api/metadata/version", "/api/metadata/version/history", "/api/metadata/versions" })
            Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync(path, Ct)).StatusCode);
        const string Denied = "Access is denied, requires one Authority from [F_METADATA_MANAGE]";
        await RefusedAsync(reader.GetAsync("/api/metadata/version/Version_1/data", Ct), HttpStatusCode.Forbidden, "E1006", Denied);
        await RefusedAsync(reader.GetAsync("/api/metadata/version/Version_1/data.gz", Ct), HttpStatusCode.Forbidden, "E1006", Denied);
        await RefusedAsync(reader.PostAsync("/api/metadata/version/create?type=ATOMIC", null, Ct), HttpStatusCode.Forbidden, "E1006", Denied);
        Assert.Equal(HttpStatusCode.OK, (await manager.GetAsync("/api/metadata/version/Version_1/data", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await manager.PostAsync("/api/metadata/version/create?type=atomic", null, Ct)).StatusCode);
        using var nobody = node.ConnectHttp(null, null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/api/metadata/version/Version_1/data.gz", Ct)).StatusCode);
    }

    [Theory]
    [InlineData("POST", "/api/metadata/version/create", 400)]
    [InlineData("POST", "/api/metadata/version/create?type=", 400)]
    [InlineData("POST", "/api/metadata/version/create?type=HOPEFUL", 400)]
    [InlineData("GET", "/api/metadata/version/create?type=ATOMIC", 405)]
    [InlineData("GET", "/api/metadata/version/..%2f..%2fetc/data", 404)]
    [InlineData("GET", "/api/metadata/version/'%20or%201=1--/data.gz", 404)]
    [InlineData("GET", "/api/metadata/version?versionName=%F0%9F%98%80", 404)]
    [InlineData("DELETE", "/api/metadata/version", 405)]
    [InlineData("POST", "/api/metadata/version/Version_1/data", 405)]
    public async Task Bad_requests_are_answered_in_an_envelope_and_make_nothing(string method, string path, int status)
    {
        await using var node = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await node.Http.SendAsync(request, Ct);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal((status, status, "ERROR"), ((int)response.StatusCode, body.GetProperty("httpStatusCode").GetInt32(), Text(body, "status")));
        Assert.Empty(await node.Services.GetRequiredService<MetadataVersions>().ListAsync(Ct));
    }

    [Fact]
    public async Task Versions_asked_for_at_once_come_one_after_the_other()
    {
        await using var node = await StartAsync();
        await ImportAsync(node, First);
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CreateAsync(node, "ATOMIC")));
        Assert.Equal(Enumerable.Range(1, 6).Select(i => $"Version_{i}"), made.Select(v => Text(v, "name")).Order(StringComparer.Ordinal));
        var all = await node.Services.GetRequiredService<MetadataVersions>().ListAsync(Ct);
        Assert.Equal(6, all.Select(v => v.Created).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 6).Select(i => $"Version_{i}"), all.Select(v => v.Name));
    }

    [Fact]
    public async Task The_methods_of_the_contract_do_the_same()
    {
        await using var node = await StartAsync();
        await ImportAsync(node, First);
        var client = new MetadataVersionService.MetadataVersionServiceClient(node.Channel);
        var made = (await client.CreateMetadataVersionAsync(new() { Type = MetadataVersionType.Atomic }, cancellationToken: Ct)).Version;
        Assert.Equal(made, (await client.GetMetadataVersionAsync(new(), cancellationToken: Ct)).Version);
        Assert.Equal([made.Id], (await client.ListMetadataVersionsAsync(new(), cancellationToken: Ct)).History.MetadataVersions.Select(v => v.Id));
        Assert.Null((await client.GetMetadataVersionHistoryAsync(new() { Baseline = "Version_1" }, cancellationToken: Ct)).History);
        Assert.Equal(made.HashCode, Hash(await ReadAsync(gzip: false)));
        await using var gzip = new GZipStream(new MemoryStream(await ReadAsync(gzip: true)), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        await gzip.CopyToAsync(unpacked, Ct);
        Assert.Equal(made.HashCode, Hash(unpacked.ToArray()));

        var untyped = await Assert.ThrowsAsync<RpcException>(() => client.CreateMetadataVersionAsync(new(), cancellationToken: Ct).ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, untyped.StatusCode);
        var missing = await Assert.ThrowsAsync<RpcException>(() => client.GetMetadataVersionAsync(new() { VersionName = "x" }, cancellationToken: Ct).ResponseAsync);
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);

        async Task<byte[]> ReadAsync(bool gzip)
        {
            using var call = client.ReadMetadataVersion(new() { VersionName = made.Name, Gzip = gzip }, cancellationToken: Ct);
            using var all = new MemoryStream();
            await foreach (var piece in call.ResponseStream.ReadAllAsync(Ct)) piece.Content.WriteTo(all);
            return all.ToArray();
        }
    }

    private static async Task<TestNode> StartAsync(FakeTimeProvider? time = null)
    {
        var node = await TestNode.StartAsync(time: time);
        await node.Services.GetRequiredService<SystemSettings>().SetAsync(SettingKeys.VersionEnabled, "true", Ct);
        return node;
    }

    private static async Task ImportAsync(TestNode node, string document, string query = "")
    {
        using var content = new StringContent(document, Encoding.UTF8, "application/json");
        using var response = await node.Http.PostAsync($"/api/metadata{query}", content, Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    private static async Task<JsonElement> CreateAsync(TestNode node, string type)
    {
        using var response = await node.Http.PostAsync($"/api/metadata/version/create?type={type}", null, Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> call, HttpStatusCode status, string? code, string message)
    {
        using var response = await call;
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
        var found = body.TryGetProperty("errorCode", out var given) ? given.GetString() : null;
        Assert.Equal((status, (int)status, "ERROR", code), (response.StatusCode, body.GetProperty("httpStatusCode").GetInt32(), Text(body, "status"), found));
        Assert.Contains(message, Text(body, "message"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Uids(JsonDocument document, string collection) =>
        document.RootElement.TryGetProperty(collection, out var objects) ? objects.EnumerateArray().Select(o => Text(o, "id")).Order(StringComparer.Ordinal) : [];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    [SuppressMessage("Security", "CA5351", Justification = "DHIS2's checksum of versions.")]
    private static string Hash(byte[] text) => Convert.ToHexStringLower(MD5.HashData(text));
}
