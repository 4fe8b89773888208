using System.Net;
using System.Text.Json;
using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Google.Protobuf.WellKnownTypes;

namespace Contract.Tests.Rest;

public sealed class ResponseShapeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_has_the_shape_that_the_documentation_shows()
    {
        await using var edge = await EdgeHost.StartAsync();

        var response = await edge.Http.GetAsync("/api/jobConfigurations/KBcP6Qw37gT", Cancel);

        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        AssertJson($$"""
            {
              "id": "KBcP6Qw37gT", "href": "{{edge.BaseUrl}}/api/jobConfigurations/KBcP6Qw37gT",
              "name": "analytics last two years", "displayName": "analytics last two years",
              "created": "2018-02-22T15:15:34.067", "lastUpdated": "2018-02-22T15:15:34.067", "lastUpdatedBy": {"id": "GOLswS44mh8"},
              "jobType": "ANALYTICS_TABLE", "cronExpression": "0 0 3 ? * MON", "enabled": true, "schedulingType": "CRON",
              "jobStatus": "SCHEDULED", "nextExecutionTime": "2018-02-26T03:00:00.000", "lastExecutedStatus": "NOT_STARTED",
              "lastRuntimeExecution": "00:00:21.780", "configurable": true, "leaderOnlyJob": true,
              "access": {"manage": true, "externalize": true, "write": true, "read": true, "update": true, "delete": true},
              "sharing": {"external": false, "users": {}, "userGroups": {} },
              "externalAccess": false, "favorite": false, "favorites": [], "userAccesses": [], "userGroupAccesses": [],
              "translations": [], "attributeValues": [],
              "jobParameters": {"lastYears": 2, "skipTableTypes": [], "skipPrograms": [], "skipResourceTables": false, "skipOutliers": false}
            }
            """, await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("Africa/Kampala", "2018-02-22T18:15:34.067")]
    [InlineData("America/New_York", "2018-02-22T10:15:34.067")]
    public async Task Dates_are_written_in_the_servers_zone_without_offset(string zone, string expected)
    {
        await using var edge = await EdgeHost.StartAsync(o => o.Zone = TimeZoneInfo.FindSystemTimeZoneById(zone));

        using var json = await GetJsonAsync(edge, "/api/jobConfigurations/KBcP6Qw37gT");

        Assert.Equal(expected, json.RootElement.GetProperty("created").GetString());
    }

    [Fact]
    public async Task A_list_shows_id_and_displayName_unless_fields_asks_for_more()
    {
        await using var edge = await EdgeHost.StartAsync();

        AssertJson("""
            {"pager": {"page": 1, "total": 2, "pageSize": 50, "pageCount": 1},
             "jobConfigurations": [{"id": "KBcP6Qw37gT", "displayName": "analytics last two years"},
                                   {"id": "aB3dEfGhIj1", "displayName": "analytics last two years"}]}
            """, await edge.Http.GetStringAsync("/api/jobConfigurations", Cancel));
        using var filtered = await GetJsonAsync(edge, "/api/jobConfigurations?fields=name,access[read,nope],lastUpdatedBy(id)&fields=jobParameters[lastYears],unknown");
        AssertJson("""
            {"name": "analytics last two years", "lastUpdatedBy": {"id": "GOLswS44mh8"}, "access": {"read": true},
             "jobParameters": {"lastYears": 2, "skipTableTypes": [], "skipPrograms": [], "skipResourceTables": false, "skipOutliers": false}}
            """, filtered.RootElement.GetProperty("jobConfigurations")[0].GetRawText());
    }

    [Theory]
    [InlineData("*", "created,href,jobParameters", "etag")]
    [InlineData(":all", "created,href,jobParameters", "etag")]
    [InlineData(":identifiable", "id,name,created,lastUpdated,lastUpdatedBy", "enabled,jobType")]
    [InlineData(":owner", "id,href,name,created,cronExpression,enabled,jobParameters,lastExecutedStatus,lastUpdatedBy", "access,displayName,configurable,nextExecutionTime")]
    [InlineData(":persisted", "id,href,name,jobStatus", "access,displayName")]
    [InlineData(":nameable", "id,href,name,created", "enabled,jobType")]
    [InlineData(":simple", "id,href,name,enabled,created", "access,translations,jobParameters,lastUpdatedBy")]
    [InlineData("*,!access,!jobParameters", "id,created", "access,jobParameters")]
    [InlineData("!access", "id,created", "access")]
    [InlineData("name~rename(title)", "title", "name")]
    [InlineData("name::size", "name", "id")]
    public async Task Fields_takes_presets_exclusions_and_transformers(string fields, string present, string absent)
    {
        await using var edge = await EdgeHost.StartAsync();

        using var json = await GetJsonAsync(edge, "/api/jobConfigurations/KBcP6Qw37gT?fields=" + Uri.EscapeDataString(fields));

        var names = json.RootElement.EnumerateObject().Select(p => p.Name).ToHashSet();
        Assert.All(present.Split(','), p => Assert.Contains(p, names));
        Assert.All(absent.Split(','), p => Assert.DoesNotContain(p, names));
    }

    [Fact]
    public async Task Pager_links_repeat_version_and_other_parameters()
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Jobs.Answer = _ => new ListJobConfigurationsResponse { Pager = new Pager { Page = 2, Total = 7, PageSize = 3, PageCount = 3 } };

        using var json = await GetJsonAsync(edge, "/api/38/jobConfigurations?page=2&pageSize=3&filter=name:like:a%20b&fields=id");

        var pager = json.RootElement.GetProperty("pager");
        var rest = "pageSize=3&filter=name%3Alike%3Aa%20b&fields=id";
        Assert.Equal($"{edge.BaseUrl}/api/38/jobConfigurations?page=3&{rest}", pager.GetProperty("nextPage").GetString());
        Assert.Equal($"{edge.BaseUrl}/api/38/jobConfigurations?{rest}", pager.GetProperty("prevPage").GetString());
    }

    [Theory]
    [InlineData("/api/scheduling/running/data_integrity", "[]")]
    [InlineData("/api/40/scheduling/running/DATA_INTEGRITY", "[]")]
    [InlineData("/api/41/scheduling/running/DATA_INTEGRITY", "")]
    public async Task Progress_of_an_idle_type_is_an_array_until_40_and_empty_after(string path, string expected)
    {
        await using var edge = await EdgeHost.StartAsync();

        var response = await edge.Http.GetAsync(path, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(JobType.DataIntegrity, Assert.IsType<GetRunningRequest>(Assert.Single(edge.Runs.Received)).JobType);
    }

    [Theory]
    [InlineData("/api/scheduling/running/DATA_INTEGRITY", false)]
    [InlineData("/api/41/scheduling/running/DATA_INTEGRITY", true)]
    public async Task Progress_is_an_array_until_40_and_an_object_after(string path, bool wrapped)
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Runs.Sequence = [new JobProcess { Status = ProgressStatus.Running, JobId = "aB3dEfGhIj1", Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(5230)) }];
        const string Process = """[{"status": "RUNNING", "stages": [], "jobId": "aB3dEfGhIj1", "duration": 5230, "complete": false}]""";

        AssertJson(wrapped ? $$"""{"sequence": {{Process}}}""" : Process, await edge.Http.GetStringAsync(path, Cancel));
    }

    [Fact]
    public async Task Maps_of_lists_are_flattened()
    {
        await using var edge = await EdgeHost.StartAsync();

        AssertJson(
            """{"DATA_INTEGRITY": [{"jobId": "aB3dEfGhIj1", "status": "RUNNING", "stages": ["Check items [3/12]"]}]}""",
            await edge.Http.GetStringAsync("/api/scheduling/running/", Cancel));
        AssertJson("""["DATA_INTEGRITY", "RESOURCE_TABLE"]""", await edge.Http.GetStringAsync("/api/scheduling/running/types", Cancel));
    }

    [Fact]
    public async Task Raw_json_is_written_as_it_is_and_grpc_members_stay_out()
    {
        await using var edge = await EdgeHost.StartAsync();

        using var json = await GetJsonAsync(edge, "/api/jobConfigurations/jobTypesExtended");

        Assert.Empty(json.RootElement.GetProperty("RESOURCE_TABLE").EnumerateObject());
        var property = json.RootElement.GetProperty("ANALYTICS_TABLE").GetProperty("skipTableTypes");
        Assert.Equal("[]", property.GetProperty("defaultValue").GetRawText());
        Assert.Equal("""["EVENT"]""", property.GetProperty("constants").GetRawText());
        Assert.False(property.TryGetProperty("max", out _));
    }

    [Theory]
    [InlineData("/api/ping")]
    [InlineData("/api/39/system/ping")]
    public async Task Text_answers_are_plain_text(string path)
    {
        await using var edge = await EdgeHost.StartAsync();

        var response = await edge.Http.GetAsync(path, Cancel);

        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("pong", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Execute_answers_with_the_bare_report_and_enable_with_nothing()
    {
        await using var edge = await EdgeHost.StartAsync();

        var executed = await edge.Http.PostAsync("/api/jobConfiguration/KBcP6Qw37gT/execute", null, Cancel);
        var enabled = await edge.Http.PostAsync("/api/jobConfigurations/KBcP6Qw37gT/enable", null, Cancel);
        var cancelled = await edge.Http.PostAsync("/api/scheduling/cancel/analytics_table", null, Cancel);

        Assert.Equal(HttpStatusCode.OK, executed.StatusCode);
        AssertJson("""{"klass": "org.hisp.dhis.scheduling.JobConfiguration", "index": 0, "errorReports": []}""", await executed.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(HttpStatusCode.NoContent, enabled.StatusCode);
        Assert.Empty(await enabled.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Null(enabled.Content.Headers.ContentType);
        Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);
        Assert.Equal(JobType.AnalyticsTable, Assert.IsType<CancelJobRunRequest>(Assert.Single(edge.Runs.Received)).JobType);
    }

    internal static void AssertJson(string expected, string actual) =>
        Assert.Equal(JsonSerializer.Serialize(JsonDocument.Parse(expected).RootElement), JsonSerializer.Serialize(JsonDocument.Parse(actual).RootElement));

    private static async Task<JsonDocument> GetJsonAsync(EdgeHost edge, string path) =>
        JsonDocument.Parse(await edge.Http.GetStringAsync(path, Cancel));
}
