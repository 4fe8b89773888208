using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;

namespace Contract.Tests.Rest;

/// <summary>Lists and objects of job configurations over REST.</summary>
public sealed class JobReadTests(JobReadTests.FiveJobs five) : IClassFixture<JobReadTests.FiveJobs>
{
    private readonly HttpClient _http = five.Node.Http;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "alpha,Beta,delta,epsilon,gamma")]
    [InlineData("filter=jobType:eq:PREDICTOR", "Beta,delta")]
    [InlineData("filter=jobType:!in:[PREDICTOR,TEST]", "alpha")]
    [InlineData("filter=enabled:eq:false", "gamma")]
    [InlineData("filter=jobStatus:eq:DISABLED", "gamma")]
    [InlineData("filter=lastExecutedStatus:eq:NOT_STARTED", "alpha,Beta,delta,epsilon,gamma")]
    [InlineData("filter=lastExecuted:!null", "")]
    [InlineData("filter=name:ilike:ELTA", "delta")]
    [InlineData("filter=name:token:a d", "delta")]
    [InlineData("filter=identifiable:eq:D1", "delta")]
    [InlineData("filter=code:null&filter=enabled:eq:true", "alpha,Beta,epsilon")]
    [InlineData("filter=code:eq:D1&filter=enabled:eq:false&rootJunction=OR", "delta,gamma")]
    [InlineData("filter=lastUpdatedBy.username:eq:admin&order=name:desc", "gamma,epsilon,delta,alpha,Beta")]
    [InlineData("filter=lastUpdatedBy.name:ilike:ADMIN&order=lastUpdatedBy.username:desc,name:idesc", "gamma,epsilon,delta,Beta,alpha")]
    [InlineData("filter=lastUpdatedBy.displayName:null", "")]
    [InlineData("filter=lastUpdatedBy.code:null&filter=createdBy.name:null&filter=user:null", "alpha,Beta,delta,epsilon,gamma")]
    [InlineData("filter=createdBy.username:eq:admin", "")]
    [InlineData("filter=access.read:eq:true&filter=sharing.users:empty&filter=leaderOnlyJob:eq:true&filter=favorite:eq:false", "alpha,Beta,delta,epsilon,gamma")]
    [InlineData("filter=access.delete:eq:false", "")]
    [InlineData("filter=translations.locale:eq:fr", "alpha")]
    [InlineData("filter=translations:empty&filter=attributeValues:empty&order=translations:asc", "Beta,delta,epsilon,gamma")]
    [InlineData("filter=cronExpression:like:30", "alpha,Beta,delta,epsilon,gamma")]
    [InlineData("order=name:idesc", "gamma,epsilon,delta,Beta,alpha")]
    [InlineData("order=jobType:asc", "alpha,Beta,delta,epsilon,gamma")]
    [InlineData("order=jobType:desc,name:idesc", "gamma,epsilon,delta,Beta,alpha")]
    [InlineData("order=enabled:asc&order=id:desc", "gamma,epsilon,delta,Beta,alpha")]
    [InlineData("order=nextExecutionTime:desc", "epsilon,delta,gamma,Beta,alpha")]
    [InlineData("order=nextExecutionTime:asc&filter=enabled:eq:true", "alpha,Beta,delta,epsilon")]
    [InlineData("order=colour:asc", "alpha,Beta,delta,epsilon,gamma")]
    [InlineData("query=ELT", "delta")]
    [InlineData("query=D1", "delta")]
    [InlineData("query=aaaaaaaaaa1", "alpha")]
    [InlineData("pageSize=2&page=2", "delta,epsilon")]
    [InlineData("pageSize=2&page=9", "gamma")]
    [InlineData("pageSize=2&page=2&order=name:idesc", "delta,Beta")]
    [InlineData("paging=false&pageSize=2", "alpha,Beta,delta,epsilon,gamma")]
    [InlineData("filter=name:in:[alpha,gamma]&pageSize=1&page=2", "gamma")]
    public async Task Lists_are_filtered_ordered_and_cut(string query, string names)
    {
        foreach (var time in new[] { "first", "again" })
        {
            using var list = await GetAsync($"/api/jobConfigurations?fields=name&{query}");

            Assert.Equal((time, names), (time, string.Join(',', list.RootElement.GetProperty("jobConfigurations").EnumerateArray().Select(j => j.GetProperty("name").GetString()))));
            Assert.Equal(!query.Contains("paging=false", StringComparison.Ordinal), list.RootElement.TryGetProperty("pager", out _));
        }
    }

    [Theory]
    [InlineData("pageSize=2", """{"page":1,"total":5,"pageSize":2,"pageCount":3,"nextPage":"{url}/api/jobConfigurations?page=2&pageSize=2"}""")]
    [InlineData("page=2&pageSize=2&fields=id,name", """{"page":2,"total":5,"pageSize":2,"pageCount":3,"nextPage":"{url}/api/jobConfigurations?page=3&pageSize=2&fields=id%2Cname","prevPage":"{url}/api/jobConfigurations?pageSize=2&fields=id%2Cname"}""")]
    [InlineData("filter=enabled:eq:true&pageSize=3&page=2", """{"page":2,"total":4,"pageSize":3,"pageCount":2,"prevPage":"{url}/api/jobConfigurations?pageSize=3&filter=enabled%3Aeq%3Atrue"}""")]
    [InlineData("filter=name:eq:nobody", """{"page":1,"total":0,"pageSize":50,"pageCount":1}""")]
    public async Task The_pager_tells_where_the_page_stands(string query, string pager)
    {
        using var list = await GetAsync("/api/jobConfigurations?" + query);

        Assert.Equal(
            pager.Replace("{url}", five.Node.RestUrl.ToString().TrimEnd('/'), StringComparison.Ordinal),
            list.RootElement.GetProperty("pager").GetRawText());
    }

    [Fact]
    public async Task A_change_shows_at_once_in_a_list_that_was_asked_for_before()
    {
        const string Path = "/api/jobConfigurations?fields=name&filter=name:like:fresh&order=name:desc";
        using var before = await GetAsync(Path);
        using var created = await _http.PostAsync(
            "/api/jobConfigurations", Json($$"""{"id":"aaaaaaaaaa9","name":"fresh","jobType":"TEST","cronExpression":"{{SharedNode.NextCron()}}"}"""), Cancel);
        using var after = await GetAsync(Path);
        using var deleted = await _http.DeleteAsync("/api/jobConfigurations/aaaaaaaaaa9", Cancel);
        using var last = await GetAsync(Path);

        Assert.Equal([0, 1, 0], new[] { before, after, last }.Select(l => l.RootElement.GetProperty("jobConfigurations").GetArrayLength()));
    }

    [Theory]
    [InlineData("fields=id,authorities", """{"id":"{id}","authorities":["ALL"]}""")]
    [InlineData("fields=name,userGroups[id]", """{"name":"admin admin","userGroups":[]}""")]
    [InlineData("fields=authorities~size", """{"authorities":1}""")]
    public async Task Me_has_the_fields_that_were_asked_for(string query, string expected)
    {
        using var me = await GetAsync("/api/me");
        using var chosen = await GetAsync("/api/38/me?" + query);
        var filled = expected.Replace("{id}", me.RootElement.GetProperty("id").GetString(), StringComparison.Ordinal)
            .Replace("admin admin", me.RootElement.GetProperty("name").GetString(), StringComparison.Ordinal);

        Assert.Equal(filled, chosen.RootElement.GetRawText());
    }

    [Theory]
    [InlineData("/api", "PUSH_ANALYSIS,AGGREGATE_DATA_EXCHANGE", "HTML_PUSH_ANALYTICS,LOCK_EXCEPTION_CLEANUP")]
    [InlineData("/api/38", "PUSH_ANALYSIS", "AGGREGATE_DATA_EXCHANGE,HTML_PUSH_ANALYTICS")]
    [InlineData("/api/39", "PUSH_ANALYSIS,AGGREGATE_DATA_EXCHANGE,EVENT_PROGRAMS_DATA_SYNC", "HTML_PUSH_ANALYTICS")]
    [InlineData("/api/40", "PUSH_ANALYSIS,TRACKER_PROGRAMS_DATA_SYNC,EVENT_PROGRAMS_DATA_SYNC,TRACKER_SEARCH_OPTIMIZATION", "HTML_PUSH_ANALYTICS")]
    [InlineData("/api/41", "AGGREGATE_DATA_EXCHANGE,PUSH_ANALYSIS", "TRACKER_PROGRAMS_DATA_SYNC,EVENT_PROGRAMS_DATA_SYNC,TRACKER_SEARCH_OPTIMIZATION")]
    [InlineData("/api/43", "HTML_PUSH_ANALYTICS,LOCK_EXCEPTION_CLEANUP", "PUSH_ANALYSIS,EVENT_PROGRAMS_DATA_SYNC")]
    public async Task Job_types_are_those_of_the_version_in_the_path(string api, string has, string lacks)
    {
        using var types = await GetAsync($"{api}/jobConfigurations/jobTypes?fields=*&paging=false");
        using var extended = await GetAsync($"{api}/jobConfigurations/jobTypesExtended");

        var names = types.RootElement.GetProperty("jobTypes").EnumerateArray().Select(t => t.GetProperty("jobType").GetString()!).ToList();
        Assert.Empty(has.Split(',').Except(names));
        Assert.Empty(lacks.Split(',').Intersect(names));
        Assert.Equal(names.Order(), extended.RootElement.EnumerateObject().Select(t => t.Name).Order());
    }

    [Fact]
    public async Task A_parameter_is_described_with_every_member_that_DHIS2_writes()
    {
        using var types = await GetAsync("/api/39/jobConfigurations/jobTypesExtended");

        Assert.Equal(
            """
            {"name":"skipTableTypes","fieldName":"Skip table types","klass":"java.util.Set","itemKlass":"org.hisp.dhis.analytics.AnalyticsTableType","collection":true,"collectionName":"skipTableTypes","constants":["DATA_VALUE","COMPLETENESS","COMPLETENESS_TARGET","ORG_UNIT_TARGET","EVENT","ENROLLMENT","OWNERSHIP","VALIDATION_RESULT"],"relativeApiEndpoint":"/api/analytics/tableTypes","defaultValue":[],"required":false,"embeddedObject":true,"gistPreferences":{"included":"AUTO","transformation":"AUTO"},"persisted":false,"attribute":false,"simple":false,"ordered":false,"owner":false,"identifiableObject":false,"nameableObject":false,"analyticalObject":false,"readable":false,"writable":false,"unique":false,"manyToMany":false,"oneToOne":false,"manyToOne":false,"oneToMany":false,"propertyTransformer":false,"translatable":false}
            """,
            types.RootElement.GetProperty("ANALYTICS_TABLE").GetProperty("skipTableTypes").GetRawText());
        Assert.Equal(JsonValueKind.Number, types.RootElement.GetProperty("DATA_SYNC").GetProperty("pageSize").GetProperty("defaultValue").ValueKind);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<JsonDocument> GetAsync(string path) => JsonDocument.Parse(await _http.GetStringAsync(path, Cancel));

    /// <summary>A node with five jobs.</summary>
    public sealed class FiveJobs : IAsyncLifetime
    {
        public TestNode Node { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Node = await TestNode.StartAsync();
            (string Name, string Type, string Extra)[] jobs =
            [
                ("alpha", "ANALYTICS_TABLE", ""),
                ("Beta", "PREDICTOR", ""),
                ("gamma", "TEST", ",\"enabled\":false"),
                ("delta", "PREDICTOR", ",\"code\":\"D1\""),
                ("epsilon", "TEST", ""),
            ];
            for (var i = 0; i < jobs.Length; i++)
            {
                var (name, type, extra) = jobs[i];
                using var answer = await Node.Http.PostAsync(
                    "/api/jobConfigurations", Json($$"""{"id":"aaaaaaaaaa{{i + 1}}","name":"{{name}}","jobType":"{{type}}","cronExpression":"0 30 {{i + 1}} 29 2 ?"{{extra}}}"""));
                answer.EnsureSuccessStatusCode();
            }

            using var translated = await Node.Http.PatchAsync("/api/jobConfigurations/aaaaaaaaaa1", new StringContent(
                """[{"op":"add","path":"/translations","value":[{"locale":"fr","property":"NAME","value":"Alpha"}]}]""", Encoding.UTF8, "application/json-patch+json"));
            translated.EnsureSuccessStatusCode();
        }

        public ValueTask DisposeAsync() => Node.DisposeAsync();
    }
}
