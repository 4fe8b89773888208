using Contract.Tests.Hosting;
using Dhis2Grpc.Client.CommandLine;

namespace Client.Tests.CommandLine;

/// <summary>The commands about queues and errors of runs, against the real server.</summary>
public sealed class QueueCommandTests : IAsyncLifetime
{
    private TestNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await TestNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_queue_is_created_shown_changed_and_deleted()
    {
        var (a, b) = (await CreateAsync("first"), await CreateAsync("second"));
        Assert.Equal((ExitCode.Ok, ""), await OutcomeAsync("queues", "list"));
        var created = await Run("queues", "create", "Night", "first", b, "--cron", "0 0 2 * * ?", "--json");
        Assert.Equal((ExitCode.Ok, "Night"), (created.Code, Text(created.Json, "name")));
        Assert.Equal([a, b], created.Json.GetProperty("sequence").EnumerateArray().Select(j => j.GetString()));

        var listed = Assert.Single((await Run("queues", "list", "--json")).Json.GetProperty("queues").EnumerateArray());
        Assert.Equal(("Night", "SCHEDULED"), (Text(listed, "name"), Text(listed, "status")));
        Assert.Contains("first, second", (await Run("queues", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("second", (await Run("queues", "get", "Night")).Output, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Usage, (await Run("queues", "update", "Night")).Code);
        Assert.Equal(ExitCode.Ok, (await Run("queues", "update", "Night", "second", "first", "--name", "Day", "--cron", "0 0 3 * * ?")).Code);
        var changed = (await Run("queues", "get", "Day", "--json")).Json;
        Assert.Equal("0 0 3 * * ?", Text(changed, "cronExpression"));
        Assert.Equal([b, a], changed.GetProperty("sequence").EnumerateArray().Select(j => j.GetString()));
        Assert.Equal(ExitCode.NotFound, (await Run("queues", "get", "Night")).Code);
        var refused = await Run("queues", "create", "Other", "first", "second", "--cron", "0 0 2 * * ?", "--json");
        Assert.Equal((ExitCode.Failed, "E7022"), (refused.Code, Text(refused.JsonError, "code")));

        Assert.True((await Run("queues", "delete", "Day", "--json")).Json.GetProperty("deleted").GetBoolean());
        Assert.False((await Run("jobs", "get", "first", "--json")).Json.GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task A_queue_is_run_and_watched_through_its_jobs()
    {
        // Over before any watch could stand.
        var jobs = new[] { await CreateAsync("first"), await CreateAsync("second") };
        await Run("queues", "create", "Night", "first", "second", "--cron", "0 0 2 * * ?");

        var shown = await Run("queues", "run", "Night", "--watch");
        Assert.Equal((ExitCode.Ok, ""), (shown.Code, shown.Error));
        Assert.Contains("first (TEST) COMPLETED", shown.Output, StringComparison.Ordinal);
        Assert.Contains("second (TEST) COMPLETED", shown.Output, StringComparison.Ordinal);
        Assert.Contains("Night COMPLETED in", shown.Output, StringComparison.Ordinal);

        var lines = (await Run("queues", "run", "Night", "--watch", "--json")).Lines.Select(l => new CliRun(0, l, "").Json).ToList();
        Assert.Equal("COMPLETED", Text(lines[^1].GetProperty("queueRun"), "state"));
        Assert.True(lines[^1].GetProperty("terminal").GetBoolean());
        Assert.Equal(
            jobs,
            lines.Where(l => l.TryGetProperty("run", out var run) && run.GetProperty("terminal").GetBoolean()).Select(l => Text(l.GetProperty("run"), "jobId")));
        var again = await Run("queues", "watch", "Night");
        Assert.Equal(ExitCode.Ok, again.Code);
        Assert.Contains("Night COMPLETED in", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_found_wrong_is_listed()
    {
        await CreateAsync("faulty", "{\"stages\":1,\"items\":3,\"failAtItem\":1,\"failWithPolicy\":\"SKIP_ITEM\",\"failWithMessage\":\"wrong thing\"}");
        await CreateAsync("good");
        Assert.Equal((ExitCode.Ok, ""), await OutcomeAsync("jobs", "errors"));
        foreach (var job in (string[])["faulty", "good"])
            Assert.Equal(ExitCode.Ok, (await Run("jobs", "run", job, "--wait")).Code);

        Assert.Contains("wrong thing", (await Run("jobs", "errors")).Output, StringComparison.Ordinal);
        var one = Assert.Single((await Run("jobs", "errors", "faulty", "--json")).Json.GetProperty("jobs").EnumerateArray());
        Assert.Equal(("E1004", "E1004"), (Text(one, "codes"), Text(one.GetProperty("errors")[0], "code")));
        Assert.Empty((await Run("jobs", "errors", "good", "--json")).Json.GetProperty("jobs").EnumerateArray());
        Assert.Empty((await Run("jobs", "errors", "--code", "E7605", "--json")).Json.GetProperty("jobs").EnumerateArray());
        Assert.Single((await Run("jobs", "errors", "--type", "test", "--json")).Json.GetProperty("jobs").EnumerateArray());
    }

    private async Task<string> CreateAsync(string name, string parameters = "{\"stages\":1}") =>
        Assert.Single((await Run("jobs", "create", "--name", name, "--type", "TEST", "--cron", SharedNode.NextCron(), "--parameters", parameters)).Lines);

    private async Task<(int, string)> OutcomeAsync(params string[] args)
    {
        var run = await Run(args);
        return (run.Code, run.Output);
    }

    private Task<CliRun> Run(params string[] args) => CliRun.OnAsync(_node.GrpcUrl, args);

    private static string Text(System.Text.Json.JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
