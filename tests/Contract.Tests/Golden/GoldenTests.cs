using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit.Sdk;

namespace Contract.Tests.Golden;

/// <summary>What the server answers to what, in files to read: requests and responses side by side, in the folders beside
/// this file. Each folder gets a fresh node and is read in the order of its files' names. Run with UPDATE_GOLDEN=1 to
/// write the responses anew, then review what changed.</summary>
public sealed class GoldenTests
{
    // The time at which the original document's example was made.
    private static readonly DateTimeOffset _start = new(2018, 2, 22, 15, 15, 34, 67, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static bool Updates => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") is not null;

    [Theory]
    [InlineData("original")]
    [InlineData("2.39", "Dhis2:Version=2.39.0")]
    [InlineData("newest", "Dhis2:Version=2.44.0")]
    public Task Requests_are_answered_as_written_down(string group, params string[] settings) =>
        RunAsync(group, settings, (_, _) => Task.FromResult<IEnumerable<string>>([]));

    [Fact]
    public async Task Bad_input_is_refused_as_written_down_and_leaves_nothing_behind()
    {
        var cases = 0;
        List<string>? before = null;
        await RunAsync("bad-input", [], async (node, exchanges) =>
        {
            var now = await ContentAsync(node);
            // The first file makes what the others could damage.
            cases += before is null ? 0 : exchanges;
            var (old, changed) = (before ?? now, now.Except(before ?? now).ToList());
            before = now;
            return changed.Select(c => $"something was left behind:\n{c}\nin place of\n{old[now.IndexOf(c)]}");
        });
        Assert.True(cases >= 150, $"There are {cases} cases.");
    }

    private static async Task RunAsync(string group, string[] settings, Func<TestNode, int, Task<IEnumerable<string>>> after)
    {
        var time = new FakeTimeProvider(_start);
        await using var node = await TestNode.StartAsync(b => b.Services.AddSingleton<IJob, StatisticsJob>(), time, settings: settings);
        using var conversation = new Conversation(node, time);
        await conversation.BeginAsync();
        var files = Directory.GetFiles(Path.Combine(Folder(), group), "*.http").Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(files);
        var faults = new List<string>();
        foreach (var file in files)
        {
            var exchanges = Exchange.Parse(await File.ReadAllTextAsync(file, Cancel)).ToList();
            var answers = new List<string>();
            foreach (var exchange in exchanges)
            {
                try
                {
                    var answer = await conversation.AnswerAsync(exchange);
                    answers.Add(exchange.Print(answer));
                    if (!Updates && exchange.Response != answer)
                        faults.Add($"{Path.GetFileName(file)}: {exchange.Title}\nexpected\n{exchange.Response}\nbut got\n{answer}");
                }
                catch (Exception e) when (e is XunitException or HttpRequestException)
                {
                    answers.Add(exchange.Print(exchange.Response));
                    faults.Add($"{Path.GetFileName(file)}: {exchange.Title}\n{e.Message}");
                }
            }

            if (Updates)
                await File.WriteAllTextAsync(file, string.Join('\n', answers), Cancel);
            faults.AddRange((await after(node, exchanges.Count)).Select(f => $"{Path.GetFileName(file)}: {f}"));
        }

        Assert.True(faults.Count == 0, $"{faults.Count} responses are not as written down.\n{string.Join("\n\n", faults)}");
    }

    /// <summary>All that a request could leave behind.</summary>
    private static async Task<List<string>> ContentAsync(TestNode node)
    {
        var parts = new List<string>();
        foreach (var path in new[] { "/api/jobConfigurations?fields=*&paging=false", "/api/scheduling/runs", "/api/scheduler/queues", "/api/systemSettings" })
            parts.Add(await node.Http.GetStringAsync(path, Cancel));
        var warehouse = node.Services.GetRequiredService<IWarehouse>();
        await using var connection = await warehouse.OpenReadAsync(Cancel);
        var tables = connection.CreateCommand();
        await using (tables)
        {
            tables.CommandText = "select table_name from information_schema.tables where table_type = 'BASE TABLE' order by 1";
            var names = new List<string>();
            await using (var rows = await tables.ExecuteReaderAsync(Cancel))
            {
                while (await rows.ReadAsync(Cancel))
                    names.Add(rows.GetString(0));
            }

            foreach (var name in names)
            {
                // A hash of all rows, whatever their order.
                tables.CommandText = $"select count(*), coalesce(sum(hash(t)::hugeint % 1000000007), 0)::varchar from \"{name}\" t";
                await using var row = await tables.ExecuteReaderAsync(Cancel);
                await row.ReadAsync(Cancel);
                parts.Add($"{name}: {row.GetInt64(0)} {row.GetString(1)}");
            }
        }

        return parts;
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dhis2Grpc.sln")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "tests", "Contract.Tests", "Golden");
    }

    /// <summary>Work for a job of the system, of which the server has none of its own yet.</summary>
    private sealed class StatisticsJob : IJob
    {
        public JobType Type => JobType.DataStatistics;

        public Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
        {
            context.Progress.StartProcess("Data statistics");
            return Task.CompletedTask;
        }
    }
}
