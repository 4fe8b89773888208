using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Contract.Tests.Rest;

/// <summary>The example payloads of DHIS2's documentation, word for word, against the real server.</summary>
public sealed class DocumentExamplesTests
{
    private static readonly DateTimeOffset _start = new(2018, 2, 22, 12, 15, 34, 67, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        """
        {
          "name": "A real name",
          "jobType": "RESOURCE_TABLE",
          "cronExpression": "0 * * ? * *",
        }
        """, null, """ "cronExpression":"0 * * ? * *" """)]
    [InlineData(
        """
        {
          "name": "Analytics tables last two years",
          "jobType": "ANALYTICS_TABLE",
          "cronExpression": "0 * * ? * *",
          "jobParameters": {
            "lastYears": "2",
            "skipTableTypes": [],
            "skipResourceTables": false
          }
        }
        """, """{"lastYears":2,"skipTableTypes":[],"skipPrograms":[],"skipResourceTables":false,"skipOutliers":false}""", """ "jobType":"ANALYTICS_TABLE" """)]
    [InlineData(
        """
        {
           "name": "Push anlysis charts",
           "jobType": "PUSH_ANALYSIS",
           "cronExpression": "0 * * ? * *",
           "jobParameters": {
             "pushAnalysis": [
               "jtcMAKhWwnc"
             ]
            }
         }
        """, """{"pushAnalysis":["jtcMAKhWwnc"]}""", """ "name":"Push anlysis charts" """)]
    [InlineData(
        """
        {
          "name": "Continuous analytics table",
          "jobType": "CONTINUOUS_ANALYTICS_TABLE",
          "delay": "120",
          "jobParameters": {
            "fullUpdateHourOfDay": 4
          }
        }
        """, """{"fullUpdateHourOfDay":4,"skipTableTypes":[],"skipOutliers":false,"skipResourceTables":false}""", """ "delay":120 """)]
    public async Task Each_example_creates_a_job_that_reads_back_in_the_documented_shape(string body, string? parameters, string contains)
    {
        await using var node = await TestNode.StartAsync(time: new FakeTimeProvider(_start));

        var created = await node.Http.PostAsync("/api/jobConfigurations", RequestBindingTests.Json(body), Cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        // A delay job that never ran is due at once, so that it may be seen while it runs.
        string text;
        do
            text = await node.Http.GetStringAsync(created.Headers.Location, Cancel);
        while (text.Contains("\"jobStatus\":\"RUNNING\"", StringComparison.Ordinal));

        using var json = JsonDocument.Parse(text);
        var job = json.RootElement;
        Assert.Contains(contains.Trim(), text, StringComparison.Ordinal);
        Assert.Equal(created.Headers.Location!.ToString(), job.GetProperty("href").GetString());
        Assert.Equal("2018-02-22T12:15:34.067", job.GetProperty("created").GetString());
        Assert.Equal("2018-02-22T12:15:34.067", job.GetProperty("lastUpdated").GetString());
        Assert.Equal("SCHEDULED", job.GetProperty("jobStatus").GetString());
        Assert.Equal(job.GetProperty("name").GetString(), job.GetProperty("displayName").GetString());
        Assert.All(new[] { "enabled", "configurable" }, n => Assert.True(job.GetProperty(n).GetBoolean()));
        Assert.All(new[] { "externalAccess", "favorite" }, n => Assert.False(job.GetProperty(n).GetBoolean()));
        Assert.All(
            new[] { "favorites", "translations", "userGroupAccesses", "attributeValues", "userAccesses" },
            n => Assert.Equal("[]", job.GetProperty(n).GetRawText()));
        Assert.Matches("^\\{\"manage\":true,\"externalize\":true,\"write\":true,\"read\":true,\"update\":true,\"delete\":true\\}$", job.GetProperty("access").GetRawText());
        Assert.Equal(parameters, job.TryGetProperty("jobParameters", out var p) ? p.GetRawText() : null);
    }

    [Fact]
    public async Task The_update_example_changes_the_job_under_either_path()
    {
        await using var node = await TestNode.StartAsync(time: new FakeTimeProvider(_start));
        var created = await node.Http.PostAsync("/api/jobConfiguration", RequestBindingTests.Json("""{"name": "old", "jobType": "ANALYTICS_TABLE", "cronExpression": "0 0 4 ? * *", "enabled": false}"""), Cancel);
        var path = created.Headers.Location!.AbsolutePath;
        const string Body =
            """
            {
              "name": "analytics last two years",
              "enabled": true,
              "cronExpression": "0 0 3 ? * MON",
              "jobType": "ANALYTICS_TABLE",
              "jobParameters": {
                "lastYears": "3",
                "skipTableTypes": [],
                "skipResourceTables": false
              }
            }
            """;

        foreach (var p in new[] { path.Replace("/jobConfigurations/", "/jobConfiguration/", StringComparison.Ordinal), path })
        {
            var updated = await node.Http.PutAsync(p, RequestBindingTests.Json(Body), Cancel);
            Assert.Equal(HttpStatusCode.OK, updated.StatusCode);
            Assert.Equal(
                $$$"""{"httpStatus":"OK","httpStatusCode":200,"status":"OK","response":{"responseType":"ObjectReport","klass":"org.hisp.dhis.scheduling.JobConfiguration","uid":"{{{path.Split('/')[^1]}}}","errorReports":[]}}""",
                await updated.Content.ReadAsStringAsync(Cancel));
        }

        using var json = JsonDocument.Parse(await node.Http.GetStringAsync(path + "?fields=name,enabled,nextExecutionTime,jobParameters", Cancel));
        Assert.Equal(
            """{"name":"analytics last two years","enabled":true,"nextExecutionTime":"2018-02-26T03:00:00.000","jobParameters":{"lastYears":3,"skipTableTypes":[],"skipPrograms":[],"skipResourceTables":false,"skipOutliers":false}}""",
            json.RootElement.GetRawText());
        var deleted = await node.Http.DeleteAsync(path.Replace("/jobConfigurations/", "/jobConfiguration/", StringComparison.Ordinal), Cancel);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await node.Http.GetAsync(path, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Broken_rules_come_in_the_envelope()
    {
        await using var node = await TestNode.StartAsync();

        var response = await node.Http.PostAsync("/api/jobConfigurations", RequestBindingTests.Json("""{"name": "", "jobType": "RESOURCE_TABLE", "cronExpression": "never"}"""), Cancel);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("One or more errors occurred, please see full details in import report.", json.RootElement.GetProperty("message").GetString());
        var reports = json.RootElement.GetProperty("response").GetProperty("errorReports").EnumerateArray().ToList();
        Assert.Equal(["E4000", "E7005"], reports.Select(e => e.GetProperty("errorCode").GetString()));
        // DHIS2 leaves the argument open; what is wrong is said beside it.
        Assert.Equal("Cron expression is invalid: `{0}`", reports[1].GetProperty("message").GetString());
        Assert.Empty(reports[1].GetProperty("errorProperties").EnumerateArray());
        Assert.Equal("Cron expression is invalid: There must be 6 fields, not 1, in cron expression \"never\"", json.RootElement.GetProperty("devMessage").GetString());
    }

    [Fact]
    public async Task A_run_is_executed_watched_and_read_over_rest()
    {
        await using var node = await TestNode.StartAsync();
        var created = await node.Http.PostAsync("/api/jobConfigurations", RequestBindingTests.Json(
            $$$"""{"name": "try", "jobType": "TEST", "cronExpression": "{{{SharedNode.NextCron()}}}", "jobParameters": {"stages": "1", "items": 3}}"""), Cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var path = created.Headers.Location!.AbsolutePath;

        var executed = await node.Http.PostAsync(path + "/execute", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, executed.StatusCode);
        Assert.Equal("""{"klass":"org.hisp.dhis.scheduling.JobConfiguration","index":0,"errorReports":[]}""", (await executed.Content.ReadAsStringAsync(Cancel)).Replace($"\"uid\":\"{path.Split('/')[^1]}\",", "", StringComparison.Ordinal));
        using var watch = new HttpRequestMessage(HttpMethod.Get, path + "/watch");
        watch.Headers.Accept.ParseAdd("text/event-stream");
        using var watched = await node.Http.SendAsync(watch, HttpCompletionOption.ResponseHeadersRead, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        var events = await watched.Content.ReadAsStringAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.StartsWith("id: ", events, StringComparison.Ordinal);
        Assert.Contains("\nevent: snapshot\ndata: {", events, StringComparison.Ordinal);
        Assert.Contains("\"terminal\":true", events, StringComparison.Ordinal);
        using var array = JsonDocument.Parse(await node.Http.GetStringAsync("/api/scheduling/completed/test", Cancel));
        using var wrapped = JsonDocument.Parse(await node.Http.GetStringAsync("/api/42/scheduling/completed/TEST/", Cancel));
        Assert.Equal("SUCCESS", array.RootElement[0].GetProperty("status").GetString());
        Assert.Equal("SUCCESS", wrapped.RootElement.GetProperty("sequence")[0].GetProperty("status").GetString());
        Assert.Equal("{}", await node.Http.GetStringAsync("/api/scheduling/running/", Cancel));
        Assert.Equal(HttpStatusCode.NoContent, (await node.Http.PostAsync("/api/scheduling/cancel/test", null, Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_login_is_needed_and_its_absence_said_in_the_envelope()
    {
        await using var node = await TestNode.StartAsync(settings: "Dhis2:TimeZone=Africa/Kampala");
        using var nobody = node.ConnectHttp(null, null);
        using var wrong = node.ConnectHttp("admin", "wrong");

        foreach (var http in new[] { nobody, wrong })
        {
            var response = await http.GetAsync("/api/33/me", Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Basic", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
            Assert.Equal("""{"httpStatus":"Unauthorized","httpStatusCode":401,"status":"ERROR","message":"Unauthorized"}""", await response.Content.ReadAsStringAsync(Cancel));
        }

        // A body that nobody may send is not read either.
        var refused = await nobody.PostAsync("/api/jobConfigurations", RequestBindingTests.Json("{nonsense"), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("pong", await nobody.GetStringAsync("/api/ping", Cancel));
        using var info = JsonDocument.Parse(await node.Http.GetStringAsync("/api/system/info", Cancel));
        Assert.Equal("Africa/Kampala", info.RootElement.GetProperty("serverTimeZoneId").GetString());
        using var me = JsonDocument.Parse(await node.Http.GetStringAsync("/api/39/me", Cancel));
        Assert.Equal("admin", me.RootElement.GetProperty("username").GetString());
    }
}
