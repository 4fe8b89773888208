using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Contract.Tests.Grpc;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Jobs.DataSync;
using Dhis2Grpc.Server.Progress;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Rest;

/// <summary>Progress, errors and upkeep of single jobs by REST.</summary>
public sealed class JobProgressRoutesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Progress_and_errors_of_a_job_are_there_while_it_runs_after_it_and_after_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-errors-").FullName;
        try
        {
            using var job = new FaultFindingJob();
            string uid, run;
            await using (var node = await TestNode.StartAsync(job.Into, dataDirectory: directory))
            {
                var it = new RunsOfNode(node);
                uid = await it.CreateAsync(JobType.DataSync);
                Assert.Equal("", await node.Http.GetStringAsync($"/api/43/jobConfigurations/{uid}/progress", Cancel));
                Assert.Equal("[]", await node.Http.GetStringAsync($"/api/43/jobConfigurations/{uid}/progress/errors", Cancel));
                Assert.Equal("{}", await node.Http.GetStringAsync($"/api/43/jobConfigurations/{uid}/errors", Cancel));
                run = await it.ExecuteAsync(uid);
                await job.Found.WaitAsync(TimeSpan.FromSeconds(20), Cancel);

                var running = await GetAsync(node.Http, $"/api/43/jobConfigurations/{uid}/progress");
                Assert.Equal("RUNNING", Text(running.GetProperty("sequence")[0], "status"));
                Assert.Equal(2, running.GetProperty("errors").GetProperty("fbfJHSPpUQD").GetProperty("E7605").GetArrayLength());
                Assert.Equal("[\"E1005\"]", JsonSerializer.Serialize(running.GetProperty("errors").GetProperty(uid).EnumerateObject().Select(c => c.Name)));
                Assert.True((await GetAsync(node.Http, "/api/41/scheduling/running/DATA_SYNC")).TryGetProperty("errors", out _));
                Assert.Equal(JsonValueKind.Array, (await GetAsync(node.Http, "/api/scheduling/running/data_sync")).ValueKind);
                Assert.Equal(JsonValueKind.Array, (await GetAsync(node.Http, "/api/40/scheduling/running/DATA_SYNC")).ValueKind);
                using var watch = it.Watch(new() { RunId = run });
                job.Release();
                await new Watched().UntilAsync(watch, m => m.Terminal);
            }

            await using var again = await TestNode.StartAsync(job.Into, dataDirectory: directory);
            var progress = await GetAsync(again.Http, $"/api/jobConfigurations/{uid}/progress");
            Assert.Equal("SUCCESS", Text(progress.GetProperty("sequence")[0], "status"));
            Assert.True((await GetAsync(again.Http, "/api/42/scheduling/completed/DATA_SYNC")).TryGetProperty("errors", out _));
            var list = await GetAsync(again.Http, $"/api/jobConfigurations/{uid}/progress/errors");
            Assert.Equal(
                [("E7605", "fbfJHSPpUQD"), ("E7605", "fbfJHSPpUQD"), ("E1005", null)],
                list.EnumerateArray().Select(e => (Text(e, "code"), e.TryGetProperty("id", out var id) ? id.GetString() : null)));
            Assert.Equal(("DataElement", "[\"first\"]", "Not accessible: first"), (Text(list[0], "type"), list[0].GetProperty("args").GetRawText(), Text(list[0], "message")));
            var errors = await GetAsync(again.Http, $"/api/jobConfigurations/{uid}/errors");
            Assert.Equal((uid, "DATA_SYNC", "E1005 E7605"), (Text(errors, "id"), Text(errors, "type"), Text(errors, "codes")));
            Assert.All((string[])["created", "executed", "finished"], m => Assert.NotEmpty(Text(errors, m)));
            Assert.Equal(3, errors.GetProperty("errors").GetArrayLength());
            Assert.Equal("E1005 E7605", Text(await GetAsync(again.Http, $"/api/jobConfigurations/{uid}"), "errorCodes"));
            Assert.Equal(3, (await new RunsOfNode(again).GetAsync(run)).Errors.Count);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Errors_of_all_jobs_are_filtered()
    {
        using var faults = new FaultFindingJob();
        faults.Release();
        await using var node = await TestNode.StartAsync(faults.Into);
        var it = new RunsOfNode(node);
        var sync = await it.CreateAsync(JobType.DataSync);
        var test = await it.CreateAsync(JobType.Test, new() { Stages = 1, Items = 2, FailAtItem = 1, FailWithPolicy = FailurePolicy.SkipItem });
        var good = await it.CreateAsync(JobType.Test);
        foreach (var job in new[] { sync, test, good })
            await it.RunAsync(job);

        Assert.Equal([test, sync], await ErrorsAsync(node, ""));
        foreach (var (query, expected) in new (string, string[])[]
        {
            ("code=E7605", [sync]), ("code=E7605,E1004", [test, sync]), ("code=E7605&code=E1004", [test, sync]), ("code=E9999", []),
            ("object=fbfJHSPpUQD", [sync]), ($"object={test}", [test]), ("object=unknownunkn", []),
            ("type=TEST", [test]), ("type=test&type=DATA_SYNC", [test, sync]), ("type=PREDICTOR", []),
            ("from=2020-01-01", [test, sync]), ("from=2999-01-01", []), ("to=2020-01-01", []), ("to=2999-01-01", [test, sync]),
            ("user=abcdefghijk", []), ("code=E1005&type=TEST", []), ("includeInput=true", [test, sync]),
        })
            Assert.Equal((query, expected), (query, (await ErrorsAsync(node, query)).ToArray()), Pairs);
        // A good run takes its job off the list.
        await it.Jobs.UpdateJobConfigurationAsync(
            new()
            {
                JobConfiguration = new() { Id = test, Test = new() { Stages = 1 } },
                UpdateMask = new() { Paths = { "test" } },
            },
            cancellationToken: Cancel);
        await it.RunAsync(test);
        Assert.Equal([sync], await ErrorsAsync(node, ""));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await it.Runs.ListJobRunErrorsAsync(
            new() { From = new() { Seconds = long.MaxValue } }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        foreach (var bad in (string[])["type=NOPE", "from=yesterday"])
            Assert.Equal(HttpStatusCode.BadRequest, (await node.Http.GetAsync($"/api/jobConfigurations/errors?{bad}", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Due_stale_clean_and_revert_answer_and_refuse_as_documented()
    {
        using var gates = new GatedJob(items: 1);
        await using var node = await TestNode.StartAsync(gates.Into);
        var it = new RunsOfNode(node);
        var (running, idle) = (await it.CreateAsync(JobType.DataSync), await it.CreateAsync(JobType.Test));
        await it.ExecuteAsync(running);

        var due = await GetAsync(node.Http, "/api/jobConfigurations/due?seconds=2000000000&includeWaiting=true");
        Assert.Contains(due.EnumerateArray(), j => Text(j, "id") == idle && Text(j, "jobType") == "TEST");
        Assert.DoesNotContain(due.EnumerateArray(), j => Text(j, "id") == running);
        Assert.Equal("[]", await node.Http.GetStringAsync("/api/jobConfigurations/due?seconds=1", Cancel));
        Assert.Equal("[]", await node.Http.GetStringAsync("/api/jobConfigurations/stale?seconds=600", Cancel));
        Assert.Equal([running], (await GetAsync(node.Http, "/api/jobConfigurations/stale?seconds=-1")).EnumerateArray().Select(j => Text(j, "id")));
        foreach (var (method, path, status, message) in new[]
        {
            ("GET", "due", 400, "Required request parameter 'seconds' is not present"),
            ("GET", "stale", 400, "Required request parameter 'seconds' is not present"),
            ("GET", "due?seconds=soon", 400, "`soon` in the query is not valid"),
            ("POST", "clean", 400, "Required request parameter 'minutes' is not present"),
            ("POST", "clean?minutes=0", 204, ""),
            ("POST", "clean?minutes=2147483647", 204, ""),
            ("POST", "clean?minutes=-2147483648", 204, ""),
            ("POST", "clean?minutes=2147483648", 400, "`2147483648` in the query is not valid"),
            ("POST", $"{idle}/revert", 409, "Job is not running"),
            ("POST", $"{running}/revert", 409, "Failed to transition job from RUNNING state"),
            ("POST", "unknownunkn/revert", 404, "JobConfiguration with id unknownunkn could not be found."),
            ("GET", "unknownunkn/progress", 404, "JobConfiguration with id unknownunkn could not be found."),
            ("GET", "unknownunkn/errors", 404, "JobConfiguration with id unknownunkn could not be found."),
            ("POST", $"{idle}/cancel", 204, ""),
            ("POST", "unknownunkn/cancel", 404, "JobConfiguration with id unknownunkn could not be found."),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/jobConfigurations/{path}");
            using var answer = await node.Http.SendAsync(request, Cancel);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.Equal((path, status), (path, (int)answer.StatusCode));
            Assert.StartsWith(message, text.Length == 0 ? "" : Text(JsonDocument.Parse(text).RootElement, "message"), StringComparison.Ordinal);
        }

        gates.Release(1);
    }

    [Fact]
    public async Task Only_who_may_sees_errors_and_does_upkeep()
    {
        using var faults = new FaultFindingJob();
        faults.Release();
        await using var node = await TestNode.StartAsync(faults.Into);
        var it = new RunsOfNode(node);
        await node.AddUserAsync("reader00001", "reader", "reader");
        await node.AddUserAsync("logger00001", "logger", "logger", "F_JOB_LOG_READ");
        await node.AddUserAsync("upkeep00001", "upkeep", "upkeep", "F_PERFORM_MAINTENANCE");
        var job = (await it.Jobs.CreateJobConfigurationAsync(
            new() { JobConfiguration = new() { Name = "as reader", JobType = JobType.DataSync, CronExpression = SharedNode.NextCron(), ExecutedBy = "reader00001" } },
            cancellationToken: Cancel)).JobConfiguration.Id;
        var other = await it.CreateAsync(JobType.Test);
        await it.RunAsync(job);

        foreach (var (user, method, path, status) in new[]
        {
            ("reader", "GET", "jobConfigurations/errors", 403), ("logger", "GET", "jobConfigurations/errors", 200), ("upkeep", "GET", "jobConfigurations/errors", 403),
            ("reader", "GET", $"jobConfigurations/{other}/progress", 403), ("logger", "GET", $"jobConfigurations/{other}/progress", 200),
            ("reader", "GET", $"jobConfigurations/{job}/progress", 200), ("reader", "GET", $"jobConfigurations/{job}/errors", 200),
            ("reader", "GET", $"jobConfigurations/{other}/errors", 403), ("reader", "GET", $"jobConfigurations/{other}/progress/errors", 403),
            ("reader", "POST", "jobConfigurations/clean?minutes=1", 403), ("upkeep", "POST", "jobConfigurations/clean?minutes=1", 204),
            ("reader", "POST", $"jobConfigurations/{other}/revert", 403), ("upkeep", "POST", $"jobConfigurations/{other}/revert", 409),
            ("reader", "POST", $"jobConfigurations/{other}/cancel", 403), ("reader", "POST", $"jobConfigurations/{job}/cancel", 204),
            ("upkeep", "POST", $"jobConfigurations/{other}/cancel", 204), ("reader", "POST", "scheduling/cancel/TEST", 403),
            ("reader", "GET", "jobConfigurations/due?seconds=1", 200), ("reader", "GET", "scheduler", 200), ("reader", "DELETE", "scheduler/queues/x", 403),
        })
        {
            using var http = node.ConnectHttp(user, user);
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/{path}");
            using var answer = await http.SendAsync(request, Cancel);
            Assert.Equal((user, path, status), (user, path, (int)answer.StatusCode));
        }

        using var reader = node.ConnectHttp("reader", "reader");
        var refused = await reader.GetAsync($"/api/jobConfigurations/{other}/progress", Cancel);
        Assert.Equal($"User has no access to JobConfiguration:{other}", Text(await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel), "message"));
        Assert.False((await GetAsync(reader, "/api/41/scheduling/completed/DATA_SYNC")).TryGetProperty("errors", out _));
    }

    private static bool Pairs((string Query, string[] Jobs) one, (string Query, string[] Jobs) other) =>
        one.Query == other.Query && one.Jobs.SequenceEqual(other.Jobs);

    private static async Task<List<string>> ErrorsAsync(TestNode node, string query) =>
        [.. (await GetAsync(node.Http, $"/api/jobConfigurations/errors?{query}")).EnumerateArray().Select(e => Text(e, "id"))];

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) => await http.GetFromJsonAsync<JsonElement>(path, Cancel);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>A job, of type DATA_SYNC, that finds things wrong, and ends when the test lets it.</summary>
    private sealed class FaultFindingJob : IJob, IDisposable
    {
        private readonly TaskCompletionSource _found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public JobType Type => JobType.DataSync;

        public Task Found => _found.Task;

        public void Into(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder)
        {
            builder.Services.Remove(builder.Services.Single(s => s.ImplementationType == typeof(DataSyncJob)));
            builder.Services.AddSingleton<IJob>(this);
        }

        public void Release() => _released.TrySetResult();

        public async Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
        {
            context.Progress.StartProcess("Faults");
            foreach (var which in (string[])["first", "second"])
                context.Progress.AddError(new("E7605", "fbfJHSPpUQD", "DataElement", [which], $"Not accessible: {which}"));
            context.Progress.AddError(new("E1005", null, null, [], "Not found"));
            _found.TrySetResult();
            await _released.Task.WaitAsync(cancellationToken);
            context.Progress.CompleteProcess("3 found");
        }

        public void Dispose() => _released.TrySetResult();
    }
}
