using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Contract.Tests.Hosting;
using Dhis2.Analytics.V1;
using Dhis2.Scheduling.V1;
using Grpc.Core;

namespace Contract.Tests.Analytics;

/// <summary>From documents to an analytics table over the real ports.</summary>
public sealed class AnalyticsJourneyTests
{
    private const string Metadata =
        """
        {"organisationUnits":[
           {"id":"UnitRoot001","name":"Country","shortName":"Country","openingDate":"2000-01-01"},
           {"id":"UnitDist001","name":"District","shortName":"District","openingDate":"2000-01-01","parent":{"id":"UnitRoot001"}},
           {"id":"UnitFacA001","name":"Clinic A","shortName":"Clinic A","openingDate":"2000-01-01","parent":{"id":"UnitDist001"}},
           {"id":"UnitFacB001","name":"Clinic B","shortName":"Clinic B","openingDate":"2000-01-01","parent":{"id":"UnitDist001"}}],
         "dataElements":[
           {"id":"DataElem001","name":"Visits","shortName":"Visits","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","categoryCombo":{"id":"bjDvmb4bfuf"}}],
         "dataSets":[
           {"id":"DataSet0001","name":"Monthly report","shortName":"Monthly","periodType":"Monthly","categoryCombo":{"id":"bjDvmb4bfuf"},
            "dataSetElements":[{"dataElement":{"id":"DataElem001"},"dataSet":{"id":"DataSet0001"}}],
            "organisationUnits":[{"id":"UnitFacA001"},{"id":"UnitFacB001"}]}]}
        """;

    private const string Values =
        """
        {"dataValues":[
           {"dataElement":"DataElem001","period":"202401","orgUnit":"UnitFacA001","value":"10"},
           {"dataElement":"DataElem001","period":"202401","orgUnit":"UnitFacB001","value":"5"},
           {"dataElement":"DataElem001","period":"202402","orgUnit":"UnitFacA001","value":"2.5"}]}
        """;

    private const string Question = "/api/analytics?dimension=dx:DataElem001&dimension=pe:2024Q1;202402&dimension=ou:UnitDist001";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_become_an_analytics_table_that_rest_and_grpc_read_alike()
    {
        await using var node = await TestNode.StartAsync();

        // Before any run the tables are missing, and the answer says what to do.
        using (var early = await node.Http.GetAsync("/api/analytics?dimension=dx:DataElem001&dimension=pe:202401&dimension=ou:UnitDist001", Ct))
        {
            Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
            Assert.Equal("E7144", (await JsonAsync(early))["errorCode"]!.GetValue<string>());
        }

        await PostAsync(node, "/api/metadata", Metadata);
        await PostAsync(node, "/api/dataValueSets", Values);
        await RunAsync(node, "ANALYTICS_TABLE", """{"skipTableTypes":["EVENT","ENROLLMENT"]}""");

        using var response = await node.Http.GetAsync(Question, Ct);
        var grid = await JsonAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            """[["DataElem001","2024Q1","UnitDist001","17.5"],["DataElem001","202402","UnitDist001","2.5"]]""", grid["rows"]!.ToJsonString());
        Assert.Equal(
            """
            [{"name":"dx","column":"Data","valueType":"TEXT","type":"java.lang.String","hidden":false,"meta":true},{"name":"pe","column":"Period","valueType":"TEXT","type":"java.lang.String","hidden":false,"meta":true},{"name":"ou","column":"Organisation unit","valueType":"TEXT","type":"java.lang.String","hidden":false,"meta":true},{"name":"value","column":"Value","valueType":"NUMBER","type":"java.lang.Double","hidden":false,"meta":false}]
            """.Trim(),
            grid["headers"]!.ToJsonString());
        Assert.Equal((2, 4, 4), (grid["height"]!.GetValue<int>(), grid["width"]!.GetValue<int>(), grid["headerWidth"]!.GetValue<int>()));
        var meta = grid["metaData"]!;
        Assert.Equal("Visits", meta["items"]!["DataElem001"]!["name"]!.GetValue<string>());
        Assert.Equal("January - March 2024", meta["items"]!["2024Q1"]!["name"]!.GetValue<string>());
        Assert.Equal("""{"co":[],"dx":["DataElem001"],"ou":["UnitDist001"],"pe":["2024Q1","202402"]}""", Sorted(meta["dimensions"]!));

        var client = new AnalyticsService.AnalyticsServiceClient(node.Channel);
        var twin = await client.QueryAnalyticsAsync(
            new QueryAnalyticsRequest { Dimension = { "dx:DataElem001", "pe:2024Q1;202402", "ou:UnitDist001" } }, cancellationToken: Ct);
        Assert.Equal(["17.5", "2.5"], twin.Rows.Select(r => r.Values[^1]));

        var info = await JsonAsync(await node.Http.GetAsync("/api/system/info", Ct));
        Assert.NotNull(info["lastAnalyticsTableSuccess"]);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3}$", info["lastAnalyticsTableRuntime"]!.GetValue<string>());
    }

    [Fact]
    public async Task Options_change_the_answer_and_mistakes_get_an_envelope()
    {
        await using var node = await TestNode.StartAsync();
        await PostAsync(node, "/api/metadata", Metadata);
        await PostAsync(node, "/api/dataValueSets", Values);
        await RunAsync(node, "ANALYTICS_TABLE", "{}");

        var names = await JsonAsync(await node.Http.GetAsync(Question + "&outputIdScheme=NAME&skipMeta=true&order=ASC&aggregationType=AVERAGE&skipRounding=true", Ct));
        Assert.Equal(
            """[["Visits","February 2024","District","2.5"],["Visits","January - March 2024","District","5.8333333333"]]""", names["rows"]!.ToJsonString());
        Assert.Null(names["metaData"]);

        var nothing = await JsonAsync(await node.Http.GetAsync("/api/analytics?dimension=dx:DataElem001&dimension=pe:201901&filter=ou:UnitRoot001", Ct));
        Assert.Equal("[]", nothing["rows"]!.ToJsonString());
        Assert.Equal((0, 0, 3), (nothing["height"]!.GetValue<int>(), nothing["width"]!.GetValue<int>(), nothing["headerWidth"]!.GetValue<int>()));

        var relative = await JsonAsync(await node.Http.GetAsync("/api/analytics?dimension=dx:DataElem001&dimension=pe:LAST_MONTH&dimension=ou:LEVEL-3&relativePeriodDate=2024-02-10", Ct));
        Assert.Equal(["10", "5"], relative["rows"]!.AsArray().Select(r => r![3]!.GetValue<string>()));

        foreach (var (path, status, code) in new[]
        {
            ("/api/analytics", HttpStatusCode.Conflict, "E7101"),
            ("/api/analytics?dimension=dx:Unknown0001&dimension=pe:202401", HttpStatusCode.Conflict, "E7124"),
            ("/api/analytics?dimension=dx:DataElem001&dimension=pe:202401&dimension=Unknown0001", HttpStatusCode.Conflict, "E7125"),
            ("/api/analytics?dimension=dx:DataElem001&dimension=pe:202401&dimension=ou:USER_ORGUNIT", HttpStatusCode.Conflict, "E7124"),
            (Question + "&aggregationType=NOPE", HttpStatusCode.BadRequest, null),
            (Question + "&relativePeriodDate=yesterday", HttpStatusCode.BadRequest, null),
            (Question + "&showHierarchy=true", HttpStatusCode.NotImplemented, (string?)null),
        })
        {
            using var response = await node.Http.GetAsync(path, Ct);
            var body = await JsonAsync(response);
            Assert.True(status == response.StatusCode, $"{path}: {response.StatusCode} {body}");
            Assert.Equal(code, body["errorCode"]?.GetValue<string>());
        }

        Assert.Equal(
            """["DATA_VALUE","COMPLETENESS","COMPLETENESS_TARGET","ORG_UNIT_TARGET","OWNERSHIP","EVENT","VALIDATION_RESULT","ENROLLMENT"]""",
            (await JsonAsync(await node.Http.GetAsync("/api/analytics/tableTypes", Ct))).ToJsonString());

        var client = new AnalyticsService.AnalyticsServiceClient(node.Channel);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.QueryAnalyticsAsync(new QueryAnalyticsRequest(), cancellationToken: Ct));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
    }

    [Fact]
    public async Task Real_documents_give_the_values_that_stand_in_them()
    {
        var folder = SampleFolder();
        if (folder is null)
            Assert.Skip("the sample documents are not here");
        await using var node = await TestNode.StartAsync();
        await PostAsync(node, "/api/metadata", await File.ReadAllTextAsync(Path.Combine(folder, "world-metadata.json"), Ct));
        // Large real metadata with group sets, categories and indicators: the tables must build on it too.
        // It is imported with warnings about what it refers to and lacks.
        using (var content = new StringContent(await File.ReadAllTextAsync(Path.Combine(folder, "hiv-aggregate-2.40.json"), Ct), Encoding.UTF8, "application/json"))
        {
            using var imported = await node.Http.PostAsync("/api/metadata?atomicMode=NONE", content, Ct);
            Assert.Equal("WARNING", (await JsonAsync(imported))["status"]!.GetValue<string>());
        }

        var document = await File.ReadAllTextAsync(Path.Combine(folder, "world-datavalues.json"), Ct);
        await PostAsync(node, "/api/dataValueSets", document);
        await RunAsync(node, "ANALYTICS_TABLE", "{}");

        const string status = "Zv5Vcc6AyRu";
        var values = JsonNode.Parse(document)!["dataValues"]!.AsArray()
            .Where(v => v!["dataElement"]!.GetValue<string>() == status)
            .Select(v => (Unit: v!["orgUnit"]!.GetValue<string>(), Period: v["period"]!.GetValue<string>(), Value: decimal.Parse(v["value"]!.GetValue<string>(), CultureInfo.InvariantCulture)))
            .Where(v => v.Value != 0)
            .ToList();

        var units = string.Join(';', values.Select(v => v.Unit).Distinct());
        var each = await JsonAsync(await node.Http.GetAsync($"/api/analytics?dimension=dx:{status}&dimension=pe:2014;2015&dimension=ou:{units}", Ct));
        Assert.Equal(
            values.Select(v => $"{v.Unit} {v.Period} {v.Value:0.##}").Order(StringComparer.Ordinal),
            each["rows"]!.AsArray().Select(r => $"{r![2]} {r[1]} {r[3]}").Order(StringComparer.Ordinal));
        var world = await JsonAsync(await node.Http.GetAsync($"/api/analytics?dimension=dx:{status}&dimension=pe:2014;2015&dimension=ou:LEVEL-1", Ct));
        Assert.Equal(
            values.GroupBy(v => v.Period).Select(g => $"{g.Key} {g.Sum(v => v.Value):0.##}").Order(StringComparer.Ordinal),
            world["rows"]!.AsArray().Select(r => $"{r![1]} {r[3]}").Order(StringComparer.Ordinal));
    }

    // A folder shared/data beside one of the folders above the tests.
    private static string? SampleFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(candidate, "world-metadata.json")))
                return candidate;
        }

        return null;
    }

    private static async Task PostAsync(TestNode node, string path, string document)
    {
        using var content = new StringContent(document, Encoding.UTF8, "application/json");
        using var response = await node.Http.PostAsync(path, content, Ct);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync(Ct)}");
    }

    // Creates the job, runs it and watches it to its end.
    private static async Task RunAsync(TestNode node, string type, string parameters)
    {
        using var content = new StringContent(
            $$"""{"name":"{{type}}","jobType":"{{type}}","cronExpression":"0 0 3 1 1 ?","jobParameters":{{parameters}}}""", Encoding.UTF8, "application/json");
        using var created = await node.Http.PostAsync("/api/jobConfigurations", content, Ct);
        var id = (await JsonAsync(created))["response"]!["uid"]!.GetValue<string>();
        using var started = await node.Http.PostAsync($"/api/jobConfigurations/{id}/execute", null, Ct);
        Assert.True(started.IsSuccessStatusCode, await started.Content.ReadAsStringAsync(Ct));
        using var watch = new SchedulingService.SchedulingServiceClient(node.Channel)
            .WatchJobRun(new WatchJobRunRequest { JobId = id }, deadline: DateTime.UtcNow.AddSeconds(60), cancellationToken: Ct);
        while (await watch.ResponseStream.MoveNext(Ct))
        {
            if (watch.ResponseStream.Current.Terminal)
                return;
        }

        Assert.Fail("the watch ended before the run");
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct)) ?? throw new JsonException("empty");

    private static string Sorted(JsonNode map) =>
        new JsonObject(map.AsObject().OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone()))).ToJsonString();
}
