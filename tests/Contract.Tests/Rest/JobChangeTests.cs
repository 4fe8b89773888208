using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;

namespace Contract.Tests.Rest;

/// <summary>Partial changes of job configurations over REST.</summary>
public sealed class JobChangeTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string JsonPatch = "application/json-patch+json";
    private const string Success = """{"httpStatus":"OK","httpStatusCode":200,"status":"OK","response":{"responseType":"ObjectReport","klass":"org.hisp.dhis.scheduling.JobConfiguration","uid":"{id}","errorReports":[]}}""";

    private static int _jobs;

    private readonly HttpClient _http = shared.Node.Http;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""[{"op":"replace","path":"/name","value":"renamed 1"}]""", "name", "\"renamed 1\"")]
    [InlineData("""[{"op":"add","path":"/code","value":"CODE1"}]""", "code", "\"CODE1\"")]
    [InlineData("""[{"op":"replace","path":"/enabled","value":false}]""", "enabled", "false")]
    [InlineData("""[{"op":"replace","path":"/enabled","value":"false"}]""", "jobStatus", "\"DISABLED\"")]
    [InlineData("""[{"op":"add","path":"/jobParameters/lastYears","value":"3"}]""", "jobParameters", """{"lastYears":3,"skipTableTypes":["EVENT"],"skipPrograms":["aB3dEfGhIj1","aB3dEfGhIj2"],"skipResourceTables":false,"skipOutliers":false}""")]
    [InlineData("""[{"op":"add","path":"/jobParameters/skipTableTypes/-","value":"ENROLLMENT"},{"op":"remove","path":"/jobParameters/skipPrograms/0"}]""", "jobParameters", """{"lastYears":2,"skipTableTypes":["EVENT","ENROLLMENT"],"skipPrograms":["aB3dEfGhIj2"],"skipResourceTables":false,"skipOutliers":false}""")]
    [InlineData("""[{"op":"remove-by-id","path":"/jobParameters/skipPrograms","id":"aB3dEfGhIj2"}]""", "jobParameters", """{"lastYears":2,"skipTableTypes":["EVENT"],"skipPrograms":["aB3dEfGhIj1"],"skipResourceTables":false,"skipOutliers":false}""")]
    [InlineData("""[{"op":"remove","path":"/jobParameters"}]""", "jobParameters", """{"skipTableTypes":[],"skipPrograms":[],"skipResourceTables":false,"skipOutliers":false}""")]
    [InlineData("""[{"op":"replace","path":"/id","value":"aB3dEfGhIj9"},{"op":"replace","path":"/created","value":"2001-01-01"}]""", "queueName", null)]
    [InlineData("[]", "queueName", null)]
    public async Task A_json_patch_changes_what_it_names(string patch, string property, string? expected)
    {
        var id = await CreateAsync();
        using var before = await GetAsync(id);

        using var response = await _http.PatchAsync($"/api/jobConfigurations/{id}", Body(patch, JsonPatch), Cancel);

        await AssertAsync(response, HttpStatusCode.OK, Success.Replace("{id}", id, StringComparison.Ordinal));
        using var after = await GetAsync(id);
        Assert.Equal(expected, after.RootElement.TryGetProperty(property, out var value) ? value.GetRawText() : null);
        Assert.Equal(Kept(before, property), Kept(after, property));
    }

    [Theory]
    [InlineData("""{"enabled":false}""", "enabled", "false")]
    [InlineData("""{"enabled":true,"unknown":1}""", "enabled", "true")]
    [InlineData("""{"jobParameters":{"lastYears":"4"}}""", "jobParameters", """{"lastYears":4,"skipTableTypes":[],"skipPrograms":[],"skipResourceTables":false,"skipOutliers":false}""")]
    public async Task A_partial_object_replaces_members_and_is_answered_without_a_body(string members, string property, string expected)
    {
        var id = await CreateAsync();

        using var response = await _http.PatchAsync($"/api/38/jobConfigurations/{id}", Body(members, "application/json"), Cancel);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Null(response.Content.Headers.ContentType);
        using var after = await GetAsync(id);
        Assert.Equal(expected, after.RootElement.GetProperty(property).GetRawText());
    }

    [Theory]
    [InlineData("", "\"jobType\":\"TEST\"", "E7004")]
    [InlineData("/40", "\"jobType\":\"TEST\",\"delay\":\"86400\"", "E7004")]
    [InlineData("/40", "\"jobType\":\"CONTINUOUS_ANALYTICS_TABLE\",\"cronExpression\":\"0 0 3 29 2 ?\"", "E7007")]
    [InlineData("/41", "\"jobType\":\"TEST\"", "ONCE_ASAP")]
    [InlineData("/44", "\"jobType\":\"TEST\",\"enabled\":false,\"delay\":\"86400\"", "FIXED_DELAY")]
    [InlineData("/44", "\"jobType\":\"CONTINUOUS_ANALYTICS_TABLE\",\"cronExpression\":\"0 0 3 29 2 ?\"", "CRON")]
    public async Task From_41_on_any_job_may_have_any_schedule_or_none(string version, string members, string expected)
    {
        using var response = await _http.PostAsync(
            $"/api{version}/jobConfigurations", Body($$"""{"name":"Free {{Guid.NewGuid()}}",{{members}}}""", "application/json"), Cancel);

        if (expected.StartsWith('E'))
        {
            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
            Assert.Contains($"\"errorCode\":\"{expected}\"", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            return;
        }

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        using var stored = JsonDocument.Parse(await _http.GetStringAsync(response.Headers.Location, Cancel));
        Assert.Equal(expected, stored.RootElement.GetProperty("schedulingType").GetString());
        Assert.Equal(expected == "CRON", stored.RootElement.TryGetProperty("nextExecutionTime", out var next) && next.GetString()!.StartsWith("20", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/44", "\"schedulingType\":\"FIXED_DELAY\",\"cronExpression\":\"{cron}\",\"delay\":86400", "FIXED_DELAY")]
    [InlineData("/41", "\"schedulingType\":\"CRON\",\"cronExpression\":\"{cron}\",\"delay\":86400", "CRON")]
    [InlineData("/44", "\"schedulingType\":\"ONCE_ASAP\",\"cronExpression\":\"{cron}\",\"delay\":86400", "ONCE_ASAP")]
    [InlineData("/44", "\"schedulingType\":\"ONCE_ASAP\"", "ONCE_ASAP")]
    [InlineData("/44", "\"schedulingType\":null,\"cronExpression\":\"{cron}\",\"delay\":86400", "CRON")]
    [InlineData("/44", "\"schedulingType\":\"CRON\",\"delay\":86400", "E7004")]
    [InlineData("/44", "\"schedulingType\":\"FIXED_DELAY\",\"cronExpression\":\"{cron}\"", "E7007")]
    [InlineData("/44", "\"schedulingType\":\"cron\",\"cronExpression\":\"{cron}\"", "`schedulingType` must be one of CRON, FIXED_DELAY, ONCE_ASAP, but is `cron`")]
    [InlineData("/40", "\"schedulingType\":\"FIXED_DELAY\",\"cronExpression\":\"{cron}\",\"delay\":86400", "CRON")]
    [InlineData("", "\"schedulingType\":\"ONCE_ASAP\",\"cronExpression\":\"{cron}\"", "CRON")]
    [InlineData("/39", "\"schedulingType\":[1],\"cronExpression\":\"{cron}\"", "CRON")]
    public async Task From_41_on_callers_say_by_what_a_job_comes_due(string version, string members, string expected)
    {
        var cron = SharedNode.NextCron();
        var body = $$"""{"name":"Said {{cron}}","jobType":"TEST",{{members.Replace("{cron}", cron, StringComparison.Ordinal)}}}""";
        using var response = await _http.PostAsync($"/api{version}/jobConfigurations", Body(body, "application/json"), Cancel);

        if (response.StatusCode != HttpStatusCode.Created)
        {
            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
            Assert.Contains(expected, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            return;
        }

        using var stored = JsonDocument.Parse(await _http.GetStringAsync(response.Headers.Location, Cancel));
        Assert.Equal(expected, stored.RootElement.GetProperty("schedulingType").GetString());
        // The cron expression is of a day that is years away, a delay that never ran is due at once.
        Assert.Equal(expected == "CRON", stored.RootElement.TryGetProperty("maxDelayedExecutionTime", out _));
        var id = stored.RootElement.GetProperty("id").GetString();
        using var found = JsonDocument.Parse(await _http.GetStringAsync($"/api/jobConfigurations?filter=id:eq:{id}&filter=schedulingType:eq:{expected}", Cancel));
        Assert.Equal(1, found.RootElement.GetProperty("jobConfigurations").GetArrayLength());
    }

    [Fact]
    public async Task A_continuous_type_with_both_comes_due_by_cron_from_41_on_and_by_delay_before()
    {
        var kinds = new List<string?>();
        foreach (var version in new[] { "/44", "/40" })
        {
            var cron = SharedNode.NextCron();
            using var response = await _http.PostAsync(
                $"/api{version}/jobConfigurations",
                Body($$"""{"name":"Both {{cron}}","jobType":"CONTINUOUS_ANALYTICS_TABLE","enabled":false,"cronExpression":"{{cron}}","delay":86400}""", "application/json"),
                Cancel);
            using var stored = JsonDocument.Parse(await _http.GetStringAsync(response.Headers.Location, Cancel));
            kinds.Add(stored.RootElement.GetProperty("schedulingType").GetString());
        }

        Assert.Equal(["CRON", "FIXED_DELAY"], kinds);
    }

    [Fact]
    public async Task What_was_said_of_a_schedule_stays_in_a_patch_and_not_in_a_replacement()
    {
        var id = await CreateAsync();
        async Task<(HttpStatusCode, string?)> PatchAsync(string version, string patch)
        {
            using var response = await _http.PatchAsync($"/api{version}/jobConfigurations/{id}", Body(patch, JsonPatch), Cancel);
            using var after = await GetAsync(id);
            return (response.StatusCode, after.RootElement.GetProperty("schedulingType").GetString());
        }

        async Task<(HttpStatusCode, string?)> PutAsync(string version, string members)
        {
            using var response = await _http.PutAsync(
                $"/api{version}/jobConfigurations/{id}", Body($$"""{"name":"Put {{id}}",{{members}}}""", "application/json"), Cancel);
            using var after = await GetAsync(id);
            return (response.StatusCode, after.RootElement.GetProperty("schedulingType").GetString());
        }

        var both = $"\"cronExpression\":\"{SharedNode.NextCron()}\",\"delay\":86400";
        Assert.Equal((HttpStatusCode.OK, "FIXED_DELAY"), await PatchAsync("/44", """[{"op":"add","path":"/delay","value":86400},{"op":"add","path":"/schedulingType","value":"FIXED_DELAY"}]"""));
        Assert.Equal((HttpStatusCode.OK, "FIXED_DELAY"), await PatchAsync("/44", """[{"op":"replace","path":"/delay","value":90000}]"""));
        Assert.Equal((HttpStatusCode.OK, "FIXED_DELAY"), await PatchAsync("/40", """[{"op":"replace","path":"/delay","value":90001},{"op":"replace","path":"/schedulingType","value":"nonsense"}]"""));
        Assert.Equal((HttpStatusCode.Conflict, "FIXED_DELAY"), await PatchAsync("/44", """[{"op":"remove","path":"/delay"}]"""));
        Assert.Equal((HttpStatusCode.OK, "CRON"), await PatchAsync("/44", """[{"op":"remove","path":"/schedulingType"}]"""));
        Assert.Equal((HttpStatusCode.OK, "FIXED_DELAY"), await PutAsync("/44", $"\"schedulingType\":\"FIXED_DELAY\",{both}"));
        Assert.Equal((HttpStatusCode.OK, "CRON"), await PutAsync("/44", both));
        Assert.Equal((HttpStatusCode.OK, "FIXED_DELAY"), await PutAsync("/41", $"\"schedulingType\":\"FIXED_DELAY\",{both}"));
        Assert.Equal((HttpStatusCode.OK, "CRON"), await PutAsync("/40", both));
    }

    [Theory]
    [InlineData("PUSH_ANALYSIS", 42, "\"jobParameters\":{\"pushAnalysis\":[\"aB3dEfGhIj1\"]},")]
    [InlineData("TRACKER_PROGRAMS_DATA_SYNC", 40, "")]
    [InlineData("EVENT_PROGRAMS_DATA_SYNC", 40, "")]
    [InlineData("TRACKER_SEARCH_OPTIMIZATION", 40, "")]
    public async Task A_type_that_DHIS2_dropped_is_created_up_to_its_last_version_only(string type, int last, string parameters)
    {
        foreach (var (version, status) in new[] { ("", 201), ("/39", 201), ($"/{last}", 201), ($"/{last + 1}", 409), ("/44", 409) })
        {
            var cron = SharedNode.NextCron();
            using var response = await _http.PostAsync(
                $"/api{version}/jobConfigurations",
                Body($$"""{"name":"Dropped {{cron}}","jobType":"{{type}}",{{parameters}}"cronExpression":"{{cron}}"}""", "application/json"),
                Cancel);

            var answer = await response.Content.ReadAsStringAsync(Cancel);
            Assert.True((int)response.StatusCode == status, answer);
            if (status == 409)
                Assert.Equal($$"""{"httpStatus":"Conflict","httpStatusCode":409,"status":"ERROR","message":"Job Dropped {{cron}} must be configurable but was not.","errorCode":"E1004"}""", answer);
        }
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("/40", null)]
    [InlineData("/42", null)]
    [InlineData("/43", "[\"name\",\"230\",\"231\"]")]
    [InlineData("/44", "[\"name\",\"230\",\"231\"]")]
    public async Task Error_reports_have_args_from_43_on(string version, string? expected)
    {
        using var response = await _http.PostAsync(
            $"/api{version}/jobConfigurations",
            Body($$"""{"name":"{{new string('n', 231)}}","jobType":"TEST","cronExpression":"{{SharedNode.NextCron()}}"}""", "application/json"),
            Cancel);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        using var envelope = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        var report = envelope.RootElement.GetProperty("response").GetProperty("errorReports")[0];
        Assert.Equal("""["name","230","231"]""", report.GetProperty("errorProperties").GetRawText());
        Assert.Equal(expected, report.TryGetProperty("args", out var args) ? args.GetRawText() : null);
    }

    [Theory]
    [InlineData("/40", "PREDICTOR", 204)]
    [InlineData("/44", "ANALYTICS_TABLE", 409)]
    public async Task The_version_decides_whether_a_type_changes_and_what_can_be_enabled(string version, string type, int enabled)
    {
        var id = await CreateAsync();
        using var before = await GetAsync(id);
        using var put = await _http.PutAsync(
            $"/api{version}/jobConfigurations/{id}",
            Body($$"""{"name":"{{before.RootElement.GetProperty("name").GetString()}}","jobType":"PREDICTOR","cronExpression":"0 1 3 29 2 ?","enabled":false}""", "application/json"),
            Cancel);
        using var after = await GetAsync(id);

        Assert.Equal((HttpStatusCode.OK, type), (put.StatusCode, after.RootElement.GetProperty("jobType").GetString()));
        using var cleared = await _http.PatchAsync($"/api/44/jobConfigurations/{id}", Body("""[{"op":"remove","path":"/cronExpression"}]""", JsonPatch), Cancel);
        using var enable = await _http.PostAsync($"/api{version}/jobConfigurations/{id}/enable", null, Cancel);
        Assert.Equal((HttpStatusCode.OK, enabled), (cleared.StatusCode, (int)enable.StatusCode));
    }

    [Theory]
    [InlineData("/39", "", "mode")]
    [InlineData("/40", ",\"errorCode\":\"E1005\"", "mode")]
    [InlineData("/44", ",\"errorCode\":\"E1005\"", "strategy")]
    public async Task Failures_are_told_in_the_words_of_the_version(string version, string code, string word)
    {
        var id = await CreateAsync();
        using var unknown = await _http.GetAsync($"/api{version}/jobConfigurations/zzzzzzzzzzz", Cancel);
        using var taken = await _http.PostAsync(
            $"/api{version}/jobConfigurations", Body($$"""{"id":"{{id}}","name":"Taken {{Guid.NewGuid()}}","jobType":"TEST","cronExpression":"{{SharedNode.NextCron()}}"}""", "application/json"), Cancel);
        using var marked = await _http.PostAsync($"/api{version}/jobConfigurations/{id}/favorite", null, Cancel);
        using var subscribed = await _http.DeleteAsync($"/api{version}/jobConfigurations/{id}/subscriber", Cancel);

        await AssertAsync(
            unknown, HttpStatusCode.NotFound, $$"""{"httpStatus":"Not Found","httpStatusCode":404,"status":"ERROR","message":"JobConfiguration with id zzzzzzzzzzz could not be found."{{code}}}""");
        Assert.Contains($"but import {word} is CREATE.", await taken.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (marked.StatusCode, subscribed.StatusCode));
    }

    [Theory]
    [InlineData("", 200, null)]
    [InlineData("/39", 200, null)]
    [InlineData("/40", 200, null)]
    [InlineData("/41", 409, "Failed to transition job into ONCE_ASAP state.")]
    [InlineData("/44", 409, "Failed to transition job into ONCE_ASAP state.")]
    public async Task A_disabled_job_is_not_run_and_the_version_decides_whether_that_is_said(string version, int status, string? message)
    {
        var id = await CreateAsync();
        using var off = await _http.PostAsync($"/api{version}/jobConfigurations/{id}/disable", null, Cancel);

        using var response = await _http.PostAsync($"/api{version}/jobConfigurations/{id}/execute", null, Cancel);

        await AssertAsync(
            response,
            (HttpStatusCode)status,
            message is null
                ? """{"klass":"org.hisp.dhis.scheduling.JobConfiguration","index":0,"errorReports":[]}"""
                : $$"""{"httpStatus":"Conflict","httpStatusCode":409,"status":"ERROR","message":"{{message}}","errorCode":"E1004"}""");
        using var after = await GetAsync(id);
        Assert.False(after.RootElement.TryGetProperty("lastExecuted", out _));
    }

    [Theory]
    [InlineData("", JsonPatch, """[{"op":"replace","path":"/colour","value":1}]""", 400, "Property colour does not exist on JobConfiguration")]
    [InlineData("", JsonPatch, """[{"op":"test","path":"/name","value":1}]""", 400, "The operation `test` does not exist; there are add, replace, remove, and remove-by-id.")]
    [InlineData("", JsonPatch, """[{"op":"replace"}]""", 400, "`` is not a path such as /name.")]
    [InlineData("", JsonPatch, """{"op":"replace","path":"/name","value":"x"}""", 400, "The request body must be a JSON array of operations.")]
    [InlineData("", JsonPatch, "[1]", 400, "Each operation must be a JSON object.")]
    [InlineData("", JsonPatch, """[{"op":"replace","path":"/jobParameters/skipPrograms/7","value":"x"}]""", 400, "The path /jobParameters/skipPrograms/7 names no place in a list of 2.")]
    [InlineData("", JsonPatch, "[{", 409, "The request body is not valid JSON: *")]
    [InlineData("", JsonPatch, """[{"op":"replace","path":"/delay","value":"soon"}]""", 409, "`delay` must be a number of seconds, but is `soon`*")]
    [InlineData("", JsonPatch, """[{"op":"replace","path":"/jobType","value":"NOTHING"}]""", 409, "`jobType` must be one of *")]
    [InlineData("", "application/json", "[]", 409, "The request body must be a JSON object*")]
    [InlineData("", "text/plain", "enabled", 415, "The content type text/plain; charset=utf-8 is not supported*")]
    [InlineData("/41", "application/json", """{"enabled":false}""", 415, "The content type application/json; charset=utf-8 is not supported; send application/json-patch+json.")]
    public async Task A_patch_that_cannot_be_applied_changes_nothing(string version, string type, string patch, int status, string message)
    {
        var id = await CreateAsync();
        using var before = await GetAsync(id);

        using var response = await _http.PatchAsync($"/api{version}/jobConfigurations/{id}", Body(patch, type), Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        var said = answer.RootElement.GetProperty("message").GetString()!;
        Assert.True(message.EndsWith('*') ? said.StartsWith(message[..^1], StringComparison.Ordinal) : said == message, said);
        using var after = await GetAsync(id);
        Assert.Equal(before.RootElement.GetRawText(), after.RootElement.GetRawText());
    }

    [Fact]
    public async Task A_patch_obeys_the_rules_of_an_update()
    {
        var id = await CreateAsync();

        using var response = await _http.PatchAsync(
            $"/api/jobConfigurations/{id}", Body("""[{"op":"remove","path":"/name"},{"op":"replace","path":"/cronExpression","value":"nightly"}]""", JsonPatch), Cancel);
        using var missing = await _http.PatchAsync("/api/jobConfigurations/aB3dEfGhIjX", Body("[]", JsonPatch), Cancel);
        using var checkedOnly = await _http.PatchAsync(
            $"/api/jobConfigurations/{id}?validateOnly=true", Body("""[{"op":"replace","path":"/name","value":"no"}]""", JsonPatch), Cancel);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(
            ["E4000", "E7005"],
            answer.RootElement.GetProperty("response").GetProperty("errorReports").EnumerateArray().Select(r => r.GetProperty("errorCode").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal(HttpStatusCode.OK, checkedOnly.StatusCode);
        using var after = await GetAsync(id);
        Assert.NotEqual("no", after.RootElement.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("/api", "{\"jobType\":\"DATA_STATISTICS\",\"name\":\"x\"}", 400)]
    [InlineData("/api/39", "{\"jobType\":\"DATA_STATISTICS\",\"name\":\"x\"}", 400)]
    [InlineData("/api/41", "{\"jobType\":\"DATA_STATISTICS\",\"name\":\"x\"}", 409)]
    public async Task A_type_that_users_may_not_create_is_refused_as_the_version_does(string api, string job, int status)
    {
        using var response = await _http.PostAsync($"{api}/jobConfigurations", Body(job, "application/json"), Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("Job x must be configurable but was not.", answer.RootElement.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("/api/jobConfigurations?filter=colour:eq:red", 409)]
    [InlineData("/api/41/jobConfigurations?filter=colour:eq:red", 400)]
    [InlineData("/api/jobConfigurations?page=first&pageSize=many&paging=perhaps", 200)]
    [InlineData("/api/41/jobConfigurations?page=first", 400)]
    public async Task Bad_list_parameters_are_answered_as_the_version_does(string path, int status)
    {
        using var response = await _http.GetAsync(path, Cancel);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/41/jobConfigurations/nobody", 404, "JobConfiguration with id nobody could not be found.")]
    [InlineData("DELETE", "/api/jobConfigurations/nobody", 404, "JobConfiguration with id nobody could not be found.")]
    [InlineData("DELETE", "/api/41/jobConfigurations/nobody", 400, "Value 'nobody' is not valid for path parameter uid. UID must be an alphanumeric string of 11 characters starting with a letter.")]
    [InlineData("PUT", "/api/41/jobConfigurations/nobody", 400, "Value 'nobody' is not valid for path parameter uid. UID must be an alphanumeric string of 11 characters starting with a letter.")]
    [InlineData("PUT", "/api/41/jobConfigurations/aB3dEfGhIjX", 404, "JobConfiguration with id aB3dEfGhIjX could not be found.")]
    [InlineData("POST", "/api/jobConfigurations/aB3dEfGhIjX/execute", 404, "Object not found for uid: aB3dEfGhIjX")]
    [InlineData("POST", "/api/41/jobConfigurations/aB3dEfGhIjX/execute", 404, "JobConfiguration with id aB3dEfGhIjX could not be found.")]
    [InlineData("POST", "/api/40/jobConfigurations/aB3dEfGhIjX/enable", 404, "Object not found for uid: aB3dEfGhIjX")]
    public async Task What_does_not_exist_is_told_as_the_version_does(string method, string path, int status, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "PUT" ? Body("{}", "application/json") : null };
        using var response = await _http.SendAsync(request, Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(message, answer.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task One_property_is_an_object_of_it_alone()
    {
        var id = await CreateAsync();

        Assert.Equal("""{"jobType":"ANALYTICS_TABLE"}""", await _http.GetStringAsync($"/api/jobConfigurations/{id}/jobType", Cancel));
        Assert.Equal("""{"access":{"read":true}}""", await _http.GetStringAsync($"/api/39/jobConfigurations/{id}/access?fields=read", Cancel));
        Assert.Equal("""{"translations":[]}""", await _http.GetStringAsync($"/api/jobConfigurations/{id}/translations", Cancel));
        Assert.Equal("{}", await _http.GetStringAsync($"/api/jobConfigurations/{id}/code", Cancel));
        Assert.Equal("{}", await _http.GetStringAsync($"/api/jobConfigurations/{id}/colour", Cancel));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/jobConfigurations/aB3dEfGhIjX/name", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("/api/jobConfigurations", 200)]
    [InlineData("/api/38/jobConfigurations/jobTypes", 200)]
    [InlineData("/api/me", 200)]
    [InlineData("/api/jobConfigurations/aB3dEfGhIjX", 404)]
    [InlineData("/api/nothing", 404)]
    [InlineData("/api/scheduling/watch", 405)]
    public async Task Head_is_get_without_the_body(string path, int status)
    {
        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Cancel);

        Assert.Equal(status, (int)head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal("application/json", head.Content.Headers.ContentType!.MediaType);
        if (status != 200)
            return;
        using var get = await _http.GetAsync(path, Cancel);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
    }

    private static StringContent Body(string text, string type) =>
        new(text, Encoding.UTF8, new MediaTypeHeaderValue(type) { CharSet = type is "application/json" or "text/plain" ? "utf-8" : null });

    private static string Kept(JsonDocument job, string property) => string.Join('\n', job.RootElement.EnumerateObject()
        .Where(m => m.Name != property && m.Name is not ("lastUpdated" or "displayName" or "jobStatus" or "enabled"))
        .Select(m => $"{m.Name}: {m.Value.GetRawText()}"));

    private static async Task AssertAsync(HttpResponseMessage response, HttpStatusCode status, string body)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync(Cancel));
    }

    private async Task<string> CreateAsync()
    {
        var n = Interlocked.Increment(ref _jobs);
        var id = string.Create(CultureInfo.InvariantCulture, $"change{n:00000}");
        var job = $$"""
            {"id":"{{id}}","name":"change {{n}}","jobType":"ANALYTICS_TABLE","cronExpression":"{{SharedNode.NextCron()}}",
             "jobParameters":{"lastYears":2,"skipTableTypes":["EVENT"],"skipPrograms":["aB3dEfGhIj1","aB3dEfGhIj2"]} }
            """;
        using var response = await _http.PostAsync("/api/jobConfigurations", Body(job, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return id;
    }

    private async Task<JsonDocument> GetAsync(string id) => JsonDocument.Parse(await _http.GetStringAsync($"/api/jobConfigurations/{id}", Cancel));
}
