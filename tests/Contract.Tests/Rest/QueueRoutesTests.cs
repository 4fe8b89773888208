using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;

namespace Contract.Tests.Rest;

/// <summary>The scheduler's list and the queues as the Scheduler app calls them.</summary>
public sealed class QueueRoutesTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string Cron = "0 0 4 ? * *";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HttpClient Http => shared.Node.Http;

    [Fact]
    public async Task A_queue_is_made_read_changed_renamed_and_deleted_and_its_jobs_obey()
    {
        var (a, b, c) = (await CreateAsync(), await CreateAsync(), await CreateAsync());

        using var made = await SendAsync(HttpMethod.Post, "Night run", Body(Cron, a, b));
        var queue = await GetAsync("/api/42/scheduler/queues/Night%20run?fields=cronExpression,sequence,name");

        Assert.Equal((HttpStatusCode.Created, 0L, null), (made.StatusCode, made.Content.Headers.ContentLength ?? 0, made.Content.Headers.ContentType));
        Assert.Equal(("Night run", Cron), (Text(queue, "name"), Text(queue, "cronExpression")));
        Assert.Equal([a, b], Texts(queue, "sequence"));
        Assert.Contains("Night run", (await GetAsync("/api/scheduler/queues")).EnumerateArray().Select(n => n.GetString()));
        var first = await GetAsync($"/api/jobConfigurations/{a}");
        var second = await GetAsync($"/api/jobConfigurations/{b}");
        Assert.Equal((Cron, 0), (Text(first, "cronExpression"), first.GetProperty("queuePosition").GetInt32()));
        Assert.Equal((false, "Night run", false), (second.TryGetProperty("cronExpression", out _), Text(second, "queueName"), second.TryGetProperty("nextExecutionTime", out _)));

        using var changed = await SendAsync(HttpMethod.Put, "Night run", Body("0 0 5 ? * *", c, a).Replace("{", "{\"name\":\"Day run\",", StringComparison.Ordinal));
        Assert.Equal((HttpStatusCode.NoContent, null), (changed.StatusCode, changed.Content.Headers.ContentType));
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync("/api/scheduler/queues/Night%20run", Cancel)).StatusCode);
        Assert.Equal([c, a], Texts(await GetAsync("/api/scheduler/queues/Day%20run"), "sequence"));
        var left = await GetAsync($"/api/jobConfigurations/{b}");
        Assert.Equal(
            (false, false, false, "DISABLED"),
            (left.GetProperty("enabled").GetBoolean(), left.TryGetProperty("queueName", out _), left.TryGetProperty("cronExpression", out _), Text(left, "jobStatus")));

        using var deleted = await Http.DeleteAsync("/api/scheduler/queues/Day%20run", Cancel);
        Assert.Equal((HttpStatusCode.NoContent, null), (deleted.StatusCode, deleted.Content.Headers.ContentType));
        Assert.DoesNotContain("Day run", (await GetAsync("/api/scheduler/queues")).EnumerateArray().Select(n => n.GetString()));
        Assert.False((await GetAsync($"/api/jobConfigurations/{c}")).GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task A_queue_comes_due_by_its_cron_expression_whatever_was_said_of_its_jobs()
    {
        var (a, b) = (await CreateAsync(), await CreateAsync());
        foreach (var id in new[] { a, b })
        {
            using var said = await Http.PatchAsync(
                $"/api/44/jobConfigurations/{id}",
                new StringContent("""[{"op":"add","path":"/schedulingType","value":"ONCE_ASAP"}]""", Encoding.UTF8, "application/json-patch+json"),
                Cancel);
            Assert.Equal(("ONCE_ASAP", HttpStatusCode.OK), (Text(await GetAsync($"/api/jobConfigurations/{id}"), "schedulingType"), said.StatusCode));
        }

        using var made = await SendAsync(HttpMethod.Post, "Said run", Body(Cron, a, b));
        var first = await GetAsync($"/api/jobConfigurations/{a}");

        Assert.Equal((HttpStatusCode.Created, "CRON", true), (made.StatusCode, Text(first, "schedulingType"), first.TryGetProperty("nextExecutionTime", out _)));
    }

    [Fact]
    public async Task The_scheduler_shows_a_queue_as_one_entry_and_only_free_jobs_as_queueable()
    {
        var (a, b, c) = (await CreateAsync(), await CreateAsync(), await CreateAsync());
        using var made = await SendAsync(HttpMethod.Post, "Shown", Body(Cron, a, b));

        var byTime = (await GetAsync("/api/scheduler")).EnumerateArray().ToList();
        var byName = (await GetAsync("/api/41/scheduler?order=name")).EnumerateArray().ToList();
        var queueable = (await GetAsync("/api/scheduler/queueable?name=Shown")).EnumerateArray().ToList();

        var entry = Assert.Single(byTime, e => Text(e, "name") == "Shown");
        Assert.Equal(
            ("Sequence", Cron, "SCHEDULED", true, true),
            (Text(entry, "type"), Text(entry, "cronExpression"), Text(entry, "status"), entry.GetProperty("enabled").GetBoolean(), entry.GetProperty("configurable").GetBoolean()));
        Assert.True(entry.GetProperty("secondsToNextExecutionTime").GetInt64() > 0);
        Assert.True(entry.GetProperty("secondsToMaxDelayedExecutionTime").GetInt64() > entry.GetProperty("secondsToNextExecutionTime").GetInt64());
        Assert.Equal([a, b], entry.GetProperty("sequence").EnumerateArray().Select(s => Text(s, "id")));
        Assert.All(entry.GetProperty("sequence").EnumerateArray(), s => Assert.Equal(("TEST", "SCHEDULED"), (Text(s, "type"), Text(s, "status"))));
        var single = Assert.Single(byTime, e => Texts(e, "sequence", "id").SequenceEqual([c]));
        Assert.Equal("TEST", Text(single, "type"));
        var times = byTime.Select(e => e.TryGetProperty("nextExecutionTime", out var t) ? t.GetString() : "~").ToList();
        Assert.Equal(times.Order(StringComparer.Ordinal), times);
        var names = byName.ConvertAll(e => Text(e, "name"));
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Contains(queueable, e => Texts(e, "sequence", "id").SequenceEqual([c]));
        Assert.DoesNotContain(queueable, e => Text(e, "name") == "Shown" || Texts(e, "sequence", "id").Any(id => id == a || id == b));
    }

    [Theory]
    [InlineData("POST", "taken", "{C}", "a b", 409, "E7021", "Job queue already exist: `taken`")]
    [InlineData("POST", "new", "every day", "a b", 409, "E7005", "Cron expression is invalid: `There must be 6 fields")]
    [InlineData("POST", "new", "", "a b", 409, "E7005", "Cron expression is invalid: `")]
    [InlineData("POST", "new", "{C}", "a", 409, "E7024", "Job queue must have at least two jobs.")]
    [InlineData("POST", "new", "{C}", "", 409, "E7024", "Job queue must have at least two jobs.")]
    [InlineData("POST", "new", "{C}", "a unknownunk", 409, "E7024", "Job queue must have at least two jobs.")]
    [InlineData("POST", "new", "{C}", "a t1", 409, "E7022", "Job `{t1}` is already used in another queue: `taken`")]
    [InlineData("POST", "new", "{C}", "a b unknownunk", 404, "E1005", "JobConfiguration with id unknownunk could not be found.")]
    [InlineData("POST", "new", "{C}", "a b a", 409, "E1004", "Job `{a}` is in the sequence more than once.")]
    [InlineData("POST", "new", "{C}", "a delayed", 409, "E1004", "Job `{delayed}` runs by a fixed delay and cannot be added to a queue.")]
    [InlineData("POST", "a name of more than fifty characters, which is too long", "{C}", "a b", 409, "E4001", "Maximum length of property `name`is 50, but given length was 55")]
    [InlineData("PUT", "missing", "{C}", "a b", 404, "E7020", "Job queue does not exist: `missing`")]
    [InlineData("PUT", "taken", "{C}", "t1", 409, "E7024", "Job queue must have at least two jobs.")]
    [InlineData("GET", "missing", "", "", 404, "E7020", "Job queue does not exist: `missing`")]
    [InlineData("DELETE", "missing", "", "", 404, "E7020", "Job queue does not exist: `missing`")]
    public async Task A_queue_that_breaks_a_rule_is_refused_in_DHIS2s_words_and_nothing_changes(
        string method, string name, string cron, string sequence, int status, string code, string message)
    {
        await using var node = await TestNode.StartAsync();
        var jobs = new Dictionary<string, string>();
        foreach (var job in (string[])["a", "b", "t1", "t2"])
            jobs[job] = await CreateAsync(node.Http);
        jobs["delayed"] = await CreateAsync(node.Http, """{"name":"delayed","jobType":"CONTINUOUS_ANALYTICS_TABLE","delay":3600,"enabled":false}""");
        using var taken = await SendAsync(node.Http, HttpMethod.Post, "taken", Body(Cron, jobs["t1"], jobs["t2"]));
        var before = await node.Http.GetStringAsync("/api/jobConfigurations?fields=*&paging=false", Cancel);

        var uids = sequence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(j => jobs.GetValueOrDefault(j, j));
        using var refused = await SendAsync(
            node.Http, new HttpMethod(method), name, method is "POST" or "PUT" ? Body(cron.Replace("{C}", Cron, StringComparison.Ordinal), [.. uids]) : null);

        var envelope = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((status, status, code), ((int)refused.StatusCode, envelope.GetProperty("httpStatusCode").GetInt32(), Text(envelope, "errorCode")));
        var expected = jobs.Aggregate(message, (m, j) => m.Replace($"{{{j.Key}}}", j.Value, StringComparison.Ordinal));
        Assert.StartsWith(expected, Text(envelope, "message"), StringComparison.Ordinal);
        Assert.Equal(before, await node.Http.GetStringAsync("/api/jobConfigurations?fields=*&paging=false", Cancel));
    }

    [Theory]
    [InlineData("", 409)]
    [InlineData("null", 409)]
    [InlineData("[]", 409)]
    [InlineData("""{"cronExpression":"0 0 4 ? * *","sequence":"abc"}""", 409)]
    [InlineData("""{"cronExpression":{},"sequence":[]}""", 409)]
    [InlineData("""{"sequence":[1,2]}""", 409)]
    public async Task A_queue_that_cannot_be_read_is_refused(string body, int status)
    {
        using var refused = await SendAsync(HttpMethod.Post, "unread", body);

        Assert.Equal(status, (int)refused.StatusCode);
        Assert.DoesNotContain("unread", await Http.GetStringAsync("/api/scheduler/queues", Cancel), StringComparison.Ordinal);
    }

    private Task<string> CreateAsync() => CreateAsync(Http);

    private static Task<string> CreateAsync(HttpClient http) => CreateAsync(
        http, $$"""{"name":"Queued {{Guid.NewGuid()}}","jobType":"TEST","cronExpression":"{{SharedNode.NextCron()}}"}""");

    private static async Task<string> CreateAsync(HttpClient http, string job)
    {
        using var created = await http.PostAsync("/api/jobConfigurations", Json(job), Cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return Text((await created.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("response"), "uid");
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string name, string body) => SendAsync(Http, method, name, body);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, string name, string? body)
    {
        using var request = new HttpRequestMessage(method, $"/api/scheduler/queues/{Uri.EscapeDataString(name)}");
        if (body is not null)
            request.Content = Json(body);
        return await http.SendAsync(request, Cancel);
    }

    private async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path, Cancel);

    private static string Body(string cron, params string[] sequence) => JsonSerializer.Serialize(new { cronExpression = cron, sequence });

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static IEnumerable<string> Texts(JsonElement element, string name, string? member = null) =>
        element.GetProperty(name).EnumerateArray().Select(e => member is null ? e.GetString()! : Text(e, member));
}
