using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Contract.Tests.Grpc;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;

namespace Contract.Tests.Rest;

/// <summary>The feed of notifications that scripts poll.</summary>
public sealed class TaskRoutesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_script_that_polls_sees_a_run_begin_and_end_and_its_summary_also_after_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-tasks-").FullName;
        try
        {
            using var gates = new GatedJob(items: 2);
            string job;
            JsonElement ended;
            await using (var node = await TestNode.StartAsync(gates.Into, dataDirectory: directory))
            {
                var it = new RunsOfNode(node);
                job = await it.CreateAsync(JobType.DataSync);
                var path = $"/api/system/tasks/data_sync/{job}";
                Assert.Equal("[]", await node.Http.GetStringAsync(path, Cancel));
                var run = await it.ExecuteAsync(job);
                using var watch = it.Watch(new() { RunId = run });
                var watched = new Watched();
                await watched.UntilAsync(watch, _ => watched.Runs[run].Sequence is [{ Stages: [{ Items.Count: 1 }] }]);

                var running = await GetAsync(node.Http, path);
                Assert.Equal(["[1/2] #1", "Gates", "Gated"], running.EnumerateArray().Select(n => Text(n, "message")));
                var first = running[0];
                Assert.Equal(
                    ("LOOP", "DATA_SYNC", false, Text(first, "uid")),
                    (Text(first, "level"), Text(first, "category"), first.GetProperty("completed").GetBoolean(), Text(first, "id")));
                Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$", Text(first, "time"));
                using var empty = await node.Http.GetAsync($"/api/system/taskSummaries/DATA_SYNC/{job}", Cancel);
                Assert.Equal((HttpStatusCode.OK, "", null), (empty.StatusCode, await empty.Content.ReadAsStringAsync(Cancel), empty.Content.Headers.ContentType));
                gates.Release(2);
                await watched.UntilAsync(watch, m => m.Terminal);

                var news = await GetAsync(node.Http, $"{path}?lastId={Text(first, "uid")}");
                Assert.True(news[0].GetProperty("completed").GetBoolean());
                Assert.DoesNotContain(news.EnumerateArray(), n => Text(n, "uid") == Text(first, "uid"));
                ended = await GetAsync(node.Http, path);
            }

            await using var again = await TestNode.StartAsync(gates.Into, dataDirectory: directory);
            Assert.Equal(ended.GetRawText(), (await GetAsync(again.Http, $"/api/42/system/tasks/DATA_SYNC/{job}")).GetRawText());
            var ofType = await GetAsync(again.Http, "/api/system/tasks/DATA_SYNC");
            Assert.Equal(ended.GetRawText(), ofType.GetProperty(job).GetRawText());
            var all = await GetAsync(again.Http, "/api/system/tasks");
            Assert.Equal(ended.GetRawText(), all.GetProperty("DATA_SYNC").GetProperty(job).GetRawText());
            Assert.Equal("{}", all.GetProperty("ANALYTICS_TABLE").GetRawText());
            var summary = await GetAsync(again.Http, $"/api/system/taskSummaries/DATA_SYNC/{job}");
            Assert.Equal(("SUCCESS", "(process completed implicitly)"), (Text(summary, "status"), Text(summary, "description")));
            Assert.Equal(summary.GetRawText(), (await GetAsync(again.Http, "/api/system/taskSummaries/data_sync")).GetProperty(job).GetRawText());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Failures_found_errors_and_unknown_types_are_told()
    {
        await using var node = await TestNode.StartAsync();
        var it = new RunsOfNode(node);
        var failing = await it.CreateAsync(JobType.Test, new() { Stages = 1, FailAtStage = 0, FailWithMessage = "as told" });
        var skipping = await it.CreateAsync(JobType.Test, new() { Stages = 1, Items = 2, FailAtItem = 1, FailWithPolicy = FailurePolicy.SkipItem });
        await it.RunAsync(failing);
        await it.RunAsync(skipping);

        var told = await GetAsync(node.Http, $"/api/system/tasks/TEST/{failing}");
        Assert.Equal(("ERROR", "as told", true), (Text(told[0], "level"), Text(told[0], "message"), told[0].GetProperty("completed").GetBoolean()));
        var summaries = await GetAsync(node.Http, "/api/system/taskSummaries/TEST");
        Assert.Equal(("ERROR", "as told"), (Text(summaries.GetProperty(failing), "status"), Text(summaries.GetProperty(failing), "description")));
        var warned = summaries.GetProperty(skipping);
        Assert.Equal("WARNING", Text(warned, "status"));
        Assert.Equal((skipping, "E1004"), (Text(warned.GetProperty("conflicts")[0], "object"), Text(warned.GetProperty("conflicts")[0], "errorCode")));

        Assert.Equal("[]", await node.Http.GetStringAsync($"/api/system/tasks/PREDICTOR/{failing}", Cancel));
        Assert.Equal("[]", await node.Http.GetStringAsync("/api/system/tasks/TEST/unknownunkn", Cancel));
        Assert.Equal("{}", await node.Http.GetStringAsync("/api/system/tasks/PREDICTOR", Cancel));
        foreach (var path in (string[])["tasks/FOO", "tasks/FOO/abc", "taskSummaries/FOO", "taskSummaries/FOO/abc"])
        {
            using var refused = await node.Http.GetAsync($"/api/system/{path}", Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Equal(
                "No enum constant org.hisp.dhis.scheduling.JobType.FOO", Text(await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel), "message"));
        }
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) => await http.GetFromJsonAsync<JsonElement>(path, Cancel);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
