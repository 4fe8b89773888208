using System.Net;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;

namespace Contract.Tests.Metadata;

/// <summary>Reading of stored objects of any type over REST.</summary>
public sealed class MetadataRoutesTests(MetadataRoutesTests.Node fixture) : IClassFixture<MetadataRoutesTests.Node>
{
    private const string Document = """
        {"userGroups":[{"id":"aaaaaaaaaa1","name":"Nurses","code":"N","created":"2024-01-01T00:00:00.000","lastUpdated":"2024-01-02T00:00:00.000",
            "users":[{"id":"aaaaaaaaaa8"},{"id":"aaaaaaaaaa9"}]},
          {"id":"aaaaaaaaaa2","name":"doctors","created":"2024-01-01T00:00:00.000","lastUpdated":"2024-01-02T00:00:00.000","users":[]}],
         "users":[{"id":"aaaaaaaaaa8","name":"Ann","username":"ann","password":"Hunter2-hunter2","userCredentials":{"username":"ann","password":"Hunter2-hunter2"}},
          {"id":"aaaaaaaaaa9","name":"Bob","username":"bob","userRoles":[{"id":"aaaaaaaaaa7"}]}],
         "userRoles":[{"id":"aaaaaaaaaa7","name":"Clerk","authorities":["F_X"]}],
         "aggregateDataExchanges":[{"id":"bbbbbbbbbb1","name":"Up","target":{"type":"EXTERNAL","api":{"url":"https://x","username":"u","password":"hunter2","accessToken":"hunter2"}}}],
         "pushAnalysis":[{"id":"bbbbbbbbbb2","name":"Push","title":"T","dashboard":{"id":"bbbbbbbbbb4"}}],
         "dashboards":[{"id":"bbbbbbbbbb4","name":"Board"}],
         "widgets":[{"id":"bbbbbbbbbb3","name":"Not a type of DHIS2"}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/userGroups", """{"pager":{"page":1,"total":2,"pageSize":50,"pageCount":1},"userGroups":[{"id":"aaaaaaaaaa2","displayName":"doctors"},{"id":"aaaaaaaaaa1","displayName":"Nurses"}]}""")]
    [InlineData("/api/39/userGroups?paging=false&order=name:desc", """{"userGroups":[{"id":"aaaaaaaaaa2","displayName":"doctors"},{"id":"aaaaaaaaaa1","displayName":"Nurses"}]}""")]
    [InlineData("/api/userGroups?paging=false&fields=name,users~size~rename(n),!id&filter=users:!empty", """{"userGroups":[{"name":"Nurses","n":2}]}""")]
    [InlineData("/api/userGroups?paging=false&fields=id,users[id,displayName,userRoles[name]]&filter=code:eq:N", """{"userGroups":[{"id":"aaaaaaaaaa1","users":[{"id":"aaaaaaaaaa8","displayName":"Ann"},{"id":"aaaaaaaaaa9","userRoles":[{"name":"Clerk"}],"displayName":"Bob"}]}]}""")]
    [InlineData("/api/userGroups?paging=false&fields=users~pluck(name)&query=nurs", """{"userGroups":[{"users":["Ann","Bob"]}]}""")]
    [InlineData("/api/userGroups?paging=false&fields=nope&filter=name:eq:Nurses&filter=name:eq:doctors&rootJunction=OR&order=name:iasc", """{"userGroups":[{},{}]}""")]
    [InlineData("/api/userGroups/aaaaaaaaaa1?fields=created,lastUpdated,users[*,!created,!lastUpdated,!href,!displayName,!access]", """{"users":[{"id":"aaaaaaaaaa8","name":"Ann","username":"ann","userCredentials":{"username":"ann"}},{"id":"aaaaaaaaaa9","name":"Bob","username":"bob","userRoles":[{"id":"aaaaaaaaaa7"}]}],"created":"2024-01-01T00:00:00.000","lastUpdated":"2024-01-02T00:00:00.000"}""")]
    [InlineData("/api/userGroups/aaaaaaaaaa1/users", """{"users":[{"id":"aaaaaaaaaa8"},{"id":"aaaaaaaaaa9"}]}""")]
    [InlineData("/api/userGroups/aaaaaaaaaa1/users?fields=username", """{"users":[{"username":"ann"},{"username":"bob"}]}""")]
    [InlineData("/api/userGroups/aaaaaaaaaa2/code", """{}""")]
    [InlineData("/api/userRoles/aaaaaaaaaa7/name", """{"name":"Clerk"}""")]
    [InlineData("/api/pushAnalysis?paging=false", """{"pushAnalysis":[{"id":"bbbbbbbbbb2","displayName":"Push"}]}""")]
    [InlineData("/api/widgets?paging=false", """{"widgets":[{"id":"bbbbbbbbbb3","displayName":"Not a type of DHIS2"}]}""")]
    [InlineData("/api/reports?paging=false", """{"reports":[]}""")]
    [InlineData("/api/pushAnalysis?paging=false&fields=dashboard[displayName]", """{"pushAnalysis":[{"dashboard":{"displayName":"Board"}}]}""")]
    [InlineData("/api/aggregateDataExchanges?fields=id,displayName&paging=true", """{"pager":{"page":1,"total":1,"pageSize":50,"pageCount":1},"aggregateDataExchanges":[{"id":"bbbbbbbbbb1","displayName":"Up"}]}""")]
    public async Task Objects_of_every_type_are_read_in_one_way(string path, string expected) =>
        Assert.Equal(expected, await fixture.Http.GetStringAsync(path, Ct));

    [Fact]
    public async Task One_object_comes_with_all_it_has_and_a_link_to_itself()
    {
        using var group = JsonDocument.Parse(await fixture.Http.GetStringAsync("/api/39/userGroups/aaaaaaaaaa1", Ct));
        Assert.Equal($"{fixture.Http.BaseAddress}api/39/userGroups/aaaaaaaaaa1", group.RootElement.GetProperty("href").GetString());
        Assert.Equal(["access", "code", "created", "displayName", "href", "id", "lastUpdated", "name", "users"],
            group.RootElement.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Pages_link_to_those_beside_them()
    {
        using var page = JsonDocument.Parse(await fixture.Http.GetStringAsync("/api/40/users?pageSize=1&page=2&fields=name&order=name:asc", Ct));
        Assert.Equal("Bob", page.RootElement.GetProperty("users")[0].GetProperty("name").GetString());
        var pager = page.RootElement.GetProperty("pager");
        Assert.False(pager.TryGetProperty("nextPage", out _));
        Assert.Equal($"{fixture.Http.BaseAddress}api/40/users?pageSize=1&fields=name&order=name%3Aasc", pager.GetProperty("prevPage").GetString());
        Assert.Contains("\"page\":1,", await fixture.Http.GetStringAsync("/api/users?page=x&pageSize=y", Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/users?paging=false&fields=*")]
    [InlineData("/api/users/aaaaaaaaaa8?fields=:all,password,userCredentials[password]")]
    [InlineData("/api/users/aaaaaaaaaa8/userCredentials")]
    [InlineData("/api/userGroups/aaaaaaaaaa1?fields=users~pluck(password)")]
    [InlineData("/api/userGroups/aaaaaaaaaa1?fields=users[*]~keyBy(password)")]
    [InlineData("/api/aggregateDataExchanges/bbbbbbbbbb1")]
    [InlineData("/api/metadata?users=true&aggregateDataExchanges=true")]
    [InlineData("/api/metadata")]
    [InlineData("/api/aggregateDataExchanges?paging=false&fields=target[api[password~rename(x)]]")]
    public async Task Secrets_never_come_out(string path) =>
        Assert.DoesNotContain("hunter2", await fixture.Http.GetStringAsync(path, Ct), StringComparison.Ordinal);

    [Theory]
    [InlineData("GET", "/api/userGroups/zzzzzzzzzz1", 404, "E1005", "UserGroup with id zzzzzzzzzz1 could not be found.")]
    [InlineData("GET", "/api/userGroups/no/uid", 404, "E1005", "UserGroup with id no could not be found.")]
    [InlineData("GET", "/api/userGroups/aaaaaaaaaa1/nope", 404, "E1005", "Property nope does not exist on org.hisp.dhis.user.UserGroup")]
    [InlineData("GET", "/api/users/aaaaaaaaaa8/password", 404, "E1005", "Property password does not exist on org.hisp.dhis.user.User")]
    [InlineData("GET", "/api/userGroups?filter=nonsense", 409, "E1003", "Invalid filter => nonsense")]
    [InlineData("GET", "/api/userGroups?filter=name:what:x", 409, "E1003", "`what` is not a valid operator.")]
    [InlineData("GET", "/api/userGroups?filter=a';drop:eq:x", 409, "E1003", "Unknown path property: a';drop")]
    [InlineData("GET", "/api/neverImported", 404, null, "The path /api/neverImported does not exist.")]
    [InlineData("POST", "/api/neverImported", 404, null, "The path /api/neverImported does not exist.")]
    [InlineData("DELETE", "/api/userGroups/aaaaaaaaaa1", 405, null, "The method DELETE is not supported for /api/userGroups/aaaaaaaaaa1; supported: GET.")]
    [InlineData("POST", "/api/userGroups", 405, null, "The method POST is not supported for /api/userGroups; supported: GET.")]
    public async Task What_is_not_there_is_refused_in_DHIS2s_envelope(string method, string path, int status, string? code, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await fixture.Http.SendAsync(request, Ct);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal(((HttpStatusCode)status, message), (response.StatusCode, body.RootElement.GetProperty("message").GetString()));
        Assert.Equal(code, body.RootElement.TryGetProperty("errorCode", out var e) ? e.GetString() : null);
    }

    [Fact]
    public async Task What_a_document_brought_can_be_read_after_a_restart_too()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-types-").FullName;
        try
        {
            await using (var first = await TestNode.StartAsync(dataDirectory: directory))
                await Node.ImportAsync(first, Document);
            await using var again = await TestNode.StartAsync(dataDirectory: directory);
            Assert.Contains("bbbbbbbbbb3", await again.Http.GetStringAsync("/api/widgets", Ct), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Very_many_objects_come_in_one_answer()
    {
        await using var node = await TestNode.StartAsync();
        var document = new StringBuilder("{\"constants\":[");
        for (var i = 0; i < 5000; i++)
            document.Append(System.Globalization.CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}{{\"id\":\"c{i:D10}\",\"name\":\"Constant {i:D5}\",\"value\":{i},\"description\":\"{new string('d', 200)}\"}}");
        await Node.ImportAsync(node, document.Append("]}").ToString());
        using var all = JsonDocument.Parse(await node.Http.GetStringAsync("/api/constants?paging=false&fields=:owner", Ct));
        Assert.Equal(Enumerable.Range(0, 5000), all.RootElement.GetProperty("constants").EnumerateArray().Select(c => c.GetProperty("value").GetInt32()));
    }

    /// <summary>A node with the document.</summary>
    public sealed class Node : IAsyncLifetime
    {
        private TestNode _node = null!;

        /// <summary>REST.</summary>
        public HttpClient Http => _node.Http;

        /// <summary>The node.</summary>
        public TestNode Server => _node;

        /// <summary>Imports a document.</summary>
        public static async Task ImportAsync(TestNode node, string document)
        {
            using var content = new StringContent(document, Encoding.UTF8, "application/json");
            using var response = await node.Http.PostAsync("/api/metadata", content, Ct);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        }

        public async ValueTask InitializeAsync()
        {
            _node = await TestNode.StartAsync();
            await ImportAsync(_node, Document);
        }

        public ValueTask DisposeAsync() => _node.DisposeAsync();
    }
}
