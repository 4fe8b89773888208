using System.Text;
using Contract.Tests.Hosting;
using Dhis2Grpc.Client.CommandLine;

namespace Client.Tests.CommandLine;

/// <summary>The commands about jobs and runs, against the real server.</summary>
public sealed class JobCommandTests : IAsyncLifetime
{
    private const string Slow = "{\"stages\":1,\"items\":500,\"itemDuration\":20}";

    private TestNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await TestNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_job_is_created_listed_shown_changed_switched_and_deleted()
    {
        var created = await Run("jobs", "create", "--name", "Nightly trial", "--type", "test", "--cron", "0 0 2 * * ?", "--parameters", "{\"items\":\"3\"}", "--code", "NT");
        Assert.Equal((ExitCode.Ok, ""), (created.Code, created.Error));
        var uid = Assert.Single(created.Lines);

        var list = await Run("jobs", "list", "--json");
        var listed = Assert.Single(list.Json.GetProperty("jobConfigurations").EnumerateArray());
        Assert.Equal((uid, "TEST", "SCHEDULED"), (Text(listed, "id"), Text(listed, "jobType"), Text(listed, "jobStatus")));
        Assert.Equal(3, listed.GetProperty("jobParameters").GetProperty("items").GetInt32());
        Assert.Contains("Nightly trial", (await Run("jobs", "list", "--type", "TEST")).Output, StringComparison.Ordinal);
        Assert.Empty((await Run("jobs", "list", "--type", "PREDICTOR")).Output);

        foreach (var reference in (string[])[uid, "nightly TRIAL", "NT"])
            Assert.Equal(uid, Text((await Run("jobs", "get", reference, "--json")).Json, "id"));
        Assert.Contains("0 0 2 * * ?", (await Run("jobs", "get", uid)).Output, StringComparison.Ordinal);

        var updated = await Run("jobs", "update", uid, "--cron", "0 0 3 * * ?", "--json");
        Assert.Equal("0 0 3 * * ?", Text(updated.Json, "cronExpression"));
        Assert.Equal(3, updated.Json.GetProperty("jobParameters").GetProperty("items").GetInt32());
        Assert.Equal(ExitCode.Usage, (await Run("jobs", "update", uid)).Code);

        Assert.False((await Run("jobs", "disable", uid, "--json")).Json.GetProperty("enabled").GetBoolean());
        Assert.Equal("DISABLED", Text((await Run("jobs", "get", uid, "--json")).Json, "jobStatus"));
        Assert.True((await Run("jobs", "enable", uid, "--json")).Json.GetProperty("enabled").GetBoolean());

        Assert.False((await Run("jobs", "delete", uid, "--dry-run", "--json")).Json.GetProperty("deleted").GetBoolean());
        Assert.True((await Run("jobs", "delete", uid, "--json")).Json.GetProperty("deleted").GetBoolean());
        var gone = await Run("jobs", "get", uid);
        Assert.Equal(ExitCode.NotFound, gone.Code);
        Assert.Contains(uid, gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_goes_out_as_JSON_and_comes_back_from_standard_input()
    {
        var document = "{\"name\":\"From a file\",\"jobType\":\"TEST\",\"cronExpression\":\"0 0 1 * * ?\",\"jobParameters\":{\"stages\":2},}";
        var created = await CliRun.RunAsync(
            ["jobs", "create", "--file", "-", "--json"], Environment(), Encoding.UTF8.GetBytes(document));
        Assert.Equal(ExitCode.Ok, created.Code);
        var uid = Text(created.Json, "id");
        var shown = await Run("jobs", "get", uid, "--json");
        var replaced = await CliRun.RunAsync(
            ["jobs", "update", uid, "--file", "-", "--json"], Environment(),
            Encoding.UTF8.GetBytes(shown.Output.Replace("From a file", "Another name", StringComparison.Ordinal)));
        Assert.Equal((ExitCode.Ok, ""), (replaced.Code, replaced.Error));
        Assert.Equal("Another name", Text(replaced.Json, "name"));
        Assert.Equal(2, replaced.Json.GetProperty("jobParameters").GetProperty("stages").GetInt32());
    }

    [Fact]
    public async Task A_dry_run_stores_nothing_and_a_refusal_is_exit_code_1_with_its_code()
    {
        Assert.Equal(ExitCode.Ok, (await Run("jobs", "create", "--name", "x", "--type", "TEST", "--dry-run")).Code);
        Assert.Empty((await Run("jobs", "list", "--json")).Json.GetProperty("jobConfigurations").EnumerateArray());
        var refused = await Run("jobs", "create", "--name", "x", "--type", "TEST", "--cron", "every day", "--json");
        Assert.Equal(ExitCode.Failed, refused.Code);
        Assert.Empty(refused.Output);
        Assert.StartsWith("E", Text(refused.JsonError, "code"), StringComparison.Ordinal);
        Assert.NotEmpty(refused.JsonError.GetProperty("reports").EnumerateArray());
        var line = await Run("jobs", "create", "--name", "x", "--type", "TEST", "--cron", "every day");
        Assert.Single(line.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_run_is_started_waited_for_watched_and_found_again()
    {
        await Run("jobs", "create", "--name", "short", "--type", "TEST", "--parameters", "{\"stages\":2,\"items\":3}");
        var started = await Run("jobs", "run", "short", "--json");
        Assert.Equal(ExitCode.Ok, started.Code);
        var runId = Text(started.Json, "runId");
        Assert.Equal(ExitCode.Ok, (await Run("watch", runId)).Code);

        var waited = await Run("jobs", "run", "short", "--wait", "--json");
        Assert.Equal((ExitCode.Ok, "COMPLETED"), (waited.Code, Text(waited.Json, "state")));

        var watched = await Run("jobs", "run", "short", "--watch");
        Assert.Equal(ExitCode.Ok, watched.Code);
        Assert.Contains("short (TEST) started", watched.Lines[0], StringComparison.Ordinal);
        Assert.Contains("short (TEST) COMPLETED in", watched.Lines[^1], StringComparison.Ordinal);

        var lines = (await Run("jobs", "run", "short", "--watch", "--json")).Lines;
        Assert.All(lines, l => Assert.StartsWith("{", l, StringComparison.Ordinal));
        Assert.Equal([true], lines.Select(l => new CliRun(0, l, "").Json).Where(e => e.GetProperty("terminal").GetBoolean()).Select(_ => true));

        Assert.Equal(4, (await Run("runs", "--json")).Json.GetProperty("runs").GetArrayLength());
        Assert.Equal(1, (await Run("runs", "-n", "1", "--json")).Json.GetProperty("runs").GetArrayLength());
        Assert.Equal(0, (await Run("runs", "--state", "FAILED", "--json")).Json.GetProperty("runs").GetArrayLength());
        Assert.Equal(runId, Text((await Run("runs", runId, "--json")).Json, "runId"));
        Assert.Equal(ExitCode.NotFound, (await Run("runs", "20000101T000000000Z-nothing")).Code);
        Assert.Contains("COMPLETED", (await Run("runs", "--job", "short")).Output, StringComparison.Ordinal);

        var completed = await Run("completed", "--json");
        Assert.Equal("SUCCESS", Text(completed.Json.GetProperty("TEST")[0], "status"));
        Assert.Contains("SUCCESS", (await Run("completed")).Output, StringComparison.Ordinal);
        Assert.Contains("3/3", (await Run("completed", "TEST")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Run("completed", "TEST", "--json")).Json.GetProperty("sequence").GetArrayLength());
    }

    [Fact]
    public async Task A_run_that_fails_is_exit_code_1()
    {
        await Run("jobs", "create", "--name", "bad", "--type", "TEST", "--parameters", "{\"stages\":1,\"items\":2,\"failAtStage\":0,\"failAtItem\":0,\"failWithMessage\":\"on purpose\"}");
        var waited = await Run("jobs", "run", "bad", "--wait");
        Assert.Equal(ExitCode.Failed, waited.Code);
        Assert.Contains("FAILED", waited.Output, StringComparison.Ordinal);
        var watched = await Run("jobs", "run", "bad", "--watch");
        Assert.Equal(ExitCode.Failed, watched.Code);
        Assert.Contains("on purpose", watched.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_is_shown_refused_a_second_time_and_cancelled()
    {
        await Run("jobs", "create", "--name", "long", "--type", "TEST", "--parameters", Slow);
        Assert.Equal("{}", Compact((await Run("running", "--json")).Output));
        Assert.False((await Run("cancel", "TEST", "--json")).Json.GetProperty("cancelled").GetBoolean());
        var runId = Assert.Single((await Run("jobs", "run", "long")).Lines);
        Assert.Equal("RUNNING", Text((await Run("running", "--json")).Json.GetProperty("TEST")[0], "status"));
        Assert.Contains("TEST", (await Run("running")).Output, StringComparison.Ordinal);
        Assert.NotEmpty((await Run("running", "TEST")).Output);

        var second = await Run("jobs", "run", "long", "--json");
        Assert.Equal((ExitCode.Failed, "E7006"), (second.Code, Text(second.JsonError, "code")));

        Assert.True((await Run("cancel", runId, "--json")).Json.GetProperty("cancelled").GetBoolean());
        var watched = await Run("watch", runId);
        Assert.Equal(ExitCode.Failed, watched.Code);
        Assert.Contains("STOPPED", watched.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupting_a_watch_is_exit_code_130_and_leaves_the_run_alone()
    {
        await Run("jobs", "create", "--name", "long", "--type", "TEST", "--parameters", Slow);
        var runId = Assert.Single((await Run("jobs", "run", "long")).Lines);
        using var interrupt = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watched = await CliRun.RunAsync(["watch"], Environment(), interrupt: interrupt.Token);
        Assert.Equal((ExitCode.Interrupted, ""), (watched.Code, watched.Error));
        Assert.Equal("RUNNING", Text((await Run("runs", runId, "--json")).Json, "state"));
        Assert.Equal(ExitCode.Ok, (await Run("cancel", "long")).Code);
    }

    [Fact]
    public async Task Types_ping_and_info_are_told_and_a_wrong_login_is_exit_code_5()
    {
        var types = (await Run("jobs", "types", "--json")).Json.GetProperty("jobTypes").EnumerateArray().ToList();
        Assert.Contains("ANALYTICS_TABLE", types.Select(t => Text(t, "jobType")));
        Assert.Contains("lastYears", (await Run("jobs", "types")).Output, StringComparison.Ordinal);
        Assert.StartsWith("pong", (await Run("ping")).Output, StringComparison.Ordinal);
        Assert.Equal("pong", Text((await Run("ping", "--json")).Json, "message"));
        var info = (await Run("info", "--json")).Json;
        Assert.Equal("admin", Text(info.GetProperty("me"), "username"));
        Assert.NotEmpty(Text(info.GetProperty("system"), "version"));
        Assert.Contains("admin", (await Run("info")).Output, StringComparison.Ordinal);
        var rest = await CliRun.OnAsync(_node.RestUrl, "ping");
        Assert.Equal(ExitCode.Unreachable, rest.Code);
        Assert.Contains("is no gRPC address", rest.Error, StringComparison.Ordinal);
        var wrong = await Run("ping", "--user", "admin", "--password", "nope");
        Assert.Equal(ExitCode.Forbidden, wrong.Code);
        Assert.DoesNotContain("nope", wrong.Error, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Environment() => new() { ["DHIS2_SERVER"] = _node.GrpcUrl.ToString() };

    private Task<CliRun> Run(params string[] args) => CliRun.OnAsync(_node.GrpcUrl, args);

    private static string Text(System.Text.Json.JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static string Compact(string json) => string.Concat(json.Where(c => !char.IsWhiteSpace(c)));
}
