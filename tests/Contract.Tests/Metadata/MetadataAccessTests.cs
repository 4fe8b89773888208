using System.Net;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.Metadata.V1;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Metadata;

/// <summary>What callers may do with objects, and the members that are made up for them.</summary>
public sealed class MetadataAccessTests
{
    private const string Document = """
        {"dataElements":[
            {"id":"elementOpen","name":"Open","shortName":"O","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","sharing":{"public":"rw------","owner":"userOther01"},"access":{"read":"stale"}},
            {"id":"elementShut","name":"Shut","shortName":"S","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","sharing":{"public":"--------","owner":"userOther01"}}],
         "dataSets":[{"id":"dataSetAAA1","name":"Set","shortName":"Set","periodType":"Monthly","sharing":{"public":"r-r-----","owner":"userOther01"},"dataSetElements":[{"dataElement":{"id":"elementOpen"}}]}],
         "organisationUnits":[
            {"id":"unitRoot001","name":"Root","shortName":"R","openingDate":"2020-01-01","children":[{"id":"staleChild1"}]},
            {"id":"unitBBBBBB1","name":"B","shortName":"B","openingDate":"2020-01-01","parent":{"id":"unitRoot001"}},
            {"id":"unitAAAAAA1","name":"A","shortName":"A","openingDate":"2020-01-01","parent":{"id":"unitRoot001"}},
            {"id":"unitLeaf001","name":"Leaf","shortName":"L","openingDate":"2020-01-01","parent":{"id":"unitAAAAAA1"}}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Units_tell_their_children_level_and_place()
    {
        await using var node = await NodeAsync();
        Same("""{"id":"unitRoot001","level":1,"leaf":false,"children":[{"id":"unitAAAAAA1"},{"id":"unitBBBBBB1"}]}""",
            await GetAsync(node.Http, "/api/organisationUnits/unitRoot001?fields=id,level,leaf,children"));
        Same("""{"id":"unitRoot001","children":[{"id":"unitAAAAAA1","children":true,"displayName":"A"},{"id":"unitBBBBBB1","children":false,"displayName":"B"}]}""",
            await GetAsync(node.Http, "/api/organisationUnits/unitRoot001?fields=id,children[id,displayName,children::isNotEmpty]"));
        Same("""{"organisationUnits":[{"id":"unitBBBBBB1","leaf":true},{"id":"unitLeaf001","leaf":true}]}""",
            await GetAsync(node.Http, "/api/organisationUnits?filter=leaf:eq:true&fields=id,leaf&paging=false&order=name:asc"));
        Same("""{"organisationUnits":[{"id":"unitAAAAAA1"},{"id":"unitBBBBBB1"}]}""",
            await GetAsync(node.Http, "/api/organisationUnits?filter=level:eq:2&filter=parent.id:eq:unitRoot001&fields=id&paging=false"));
        Same("""{"organisationUnits":[{"id":"unitRoot001"},{"id":"unitAAAAAA1"}]}""",
            await GetAsync(node.Http, "/api/organisationUnits?filter=children:gt:0&fields=id&paging=false&order=level:asc"));
        Same("""{"organisationUnits":[{"id":"unitLeaf001","path":"/unitRoot001/unitAAAAAA1/unitLeaf001"}]}""",
            await GetAsync(node.Http, "/api/organisationUnits?filter=path:like:AAAAAA1/&fields=id,path&paging=false"));
        using var all = JsonDocument.Parse(await GetAsync(node.Http, "/api/organisationUnits/unitLeaf001"));
        Assert.True(all.RootElement.GetProperty("leaf").GetBoolean());
        Assert.Equal(0, all.RootElement.GetProperty("children").GetArrayLength());
        Assert.DoesNotContain("\"leaf\"", await GetAsync(node.Http, "/api/organisationUnits/unitLeaf001?fields=:owner"), StringComparison.Ordinal);
        Same("""{"children":[{"id":"unitLeaf001"}]}""", await GetAsync(node.Http, "/api/organisationUnits/unitAAAAAA1/children"));
    }

    [Fact]
    public async Task Access_is_what_the_caller_may_do()
    {
        await using var node = await NodeAsync();
        using var clerk = await UserAsync(node, "F_DATAELEMENT_PUBLIC_ADD");
        const string fields = "?fields=access";
        Assert.Equal("""{"access":{"manage":true,"write":true,"read":true,"update":true,"delete":true}}""", await GetAsync(node.Http, "/api/dataElements/elementShut" + fields));
        Assert.Equal("""{"access":{"manage":true,"write":true,"read":true,"update":true,"delete":true,"data":{"read":true,"write":true}}}""", await GetAsync(node.Http, "/api/dataSets/dataSetAAA1" + fields));
        Assert.Equal("""{"access":{"manage":true,"write":true,"read":true,"update":true,"delete":false}}""", await GetAsync(clerk, "/api/dataElements/elementOpen" + fields));
        Assert.Equal("""{"access":{"manage":false,"write":false,"read":false,"update":false,"delete":false}}""", await GetAsync(clerk, "/api/dataElements/elementShut" + fields));
        Assert.Equal("""{"access":{"manage":false,"write":false,"read":true,"update":false,"delete":false,"data":{"read":true,"write":false}}}""", await GetAsync(clerk, "/api/dataSets/dataSetAAA1" + fields));
        Assert.Contains("\"access\"", await GetAsync(clerk, "/api/dataSets/dataSetAAA1"), StringComparison.Ordinal);
        Assert.DoesNotContain("\"access\"", await GetAsync(clerk, "/api/dataSets?fields=:owner"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_changes_what_its_sender_may_change()
    {
        await using var node = await NodeAsync();
        using var clerk = await UserAsync(node, "F_DATAELEMENT_PUBLIC_ADD");
        using var answer = await clerk.PostAsync("/api/metadata?atomicMode=NONE", new StringContent("""
            {"dataElements":[{"id":"elementOpen","name":"Opened","shortName":"O","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"},
                {"id":"elementShut","name":"Shut off","shortName":"S","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"}],
             "organisationUnits":[{"id":"unitNew0001","name":"New","shortName":"N","openingDate":"2020-01-01"}]}
            """, Encoding.UTF8, "application/json"), Ct);

        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var messages = body.RootElement.GetProperty("response").GetProperty("typeReports").EnumerateArray().SelectMany(t => t.GetProperty("objectReports").EnumerateArray())
            .SelectMany(o => o.GetProperty("errorReports").EnumerateArray()).Select(e => $"{e.GetProperty("errorCode").GetString()} {e.GetProperty("message").GetString()}");
        Assert.Equal(["E3000 User `C K [userClerk01] (User)` is not allowed to create objects of type New [unitNew0001] (OrganisationUnit)",
            "E3001 User `C K [userClerk01] (User)` is not allowed to update object `Shut off [elementShut] (DataElement)`"], messages);
        Assert.Equal("""{"dataElements":[{"name":"Opened"},{"name":"Shut"}]}""", await GetAsync(node.Http, "/api/dataElements?fields=name&paging=false"));
    }

    [Fact]
    public async Task Grpc_exports_nested_members()
    {
        await using var node = await NodeAsync();
        using var export = new MetadataService.MetadataServiceClient(node.Channel).ExportMetadata(new ExportMetadataRequest
        {
            Selections =
            {
                new MetadataSelection { Collection = "dataSets", Members = { "id", "dataSetElements[dataElement[name]]" } },
                new MetadataSelection { Collection = "organisationUnits", Filters = { "id:eq:unitAAAAAA1" }, Members = { "name", "parent[name,level]", "children::size" } },
            },
            Types_ = { "dataElements" },
        }, cancellationToken: Ct);
        using var document = new MemoryStream();
        await foreach (var chunk in export.ResponseStream.ReadAllAsync(Ct)) chunk.Content.WriteTo(document);
        using var body = JsonDocument.Parse(document.ToArray());
        Assert.Equal("""[{"id":"dataSetAAA1","dataSetElements":[{"dataElement":{"name":"Open"}}]}]""", Text("dataSets"));
        Same("""[{"name":"A","parent":{"name":"Root","level":1},"children":1}]""", Text("organisationUnits"));
        Assert.Equal(2, body.RootElement.GetProperty("dataElements").GetArrayLength());

        string Text(string collection) => body.RootElement.GetProperty(collection).GetRawText().Replace("\n", "", StringComparison.Ordinal);
    }

    // Members have no order.
    private static void Same(string expected, string actual)
    {
        using var one = JsonDocument.Parse(expected);
        using var other = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(one.RootElement, other.RootElement), actual);
    }

    private static async Task<string> GetAsync(HttpClient http, string path) => await http.GetStringAsync(path, Ct);

    private static async Task<TestNode> NodeAsync()
    {
        var node = await TestNode.StartAsync();
        using var answer = await node.Http.PostAsync("/api/metadata", new StringContent(Document, Encoding.UTF8, "application/json"), Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return node;
    }

    private static async Task<HttpClient> UserAsync(TestNode node, params string[] authorities)
    {
        await node.Services.GetRequiredService<IUserStore>().SaveAsync(new User
        {
            Uid = "userClerk01",
            Username = "clerk",
            FirstName = "C",
            Surname = "K",
            PasswordHash = node.Services.GetRequiredService<PasswordHash>().Hash("district"),
            Authorities = authorities.ToHashSet(),
            Created = default,
            LastUpdated = default,
        }, Ct);
        return node.ConnectHttp("clerk", "district");
    }
}
