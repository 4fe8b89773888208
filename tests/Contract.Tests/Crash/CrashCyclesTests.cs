using System.Globalization;
using System.Text.RegularExpressions;
using Dhis2.Scheduling.V1;
using DuckDB.NET.Data;
using Grpc.Health.V1;

namespace Contract.Tests.Crash;

/// <summary>Kills the server in the middle of runs and imports, again and again on the same data directory, and holds each next
/// one to what was answered. <c>DHIS2_CRASH_CYCLES</c> sets how often (5), <c>DHIS2_CRASH_SEED</c> repeats the kill points.</summary>
public sealed partial class CrashCyclesTests(ITestOutputHelper output)
{
    private const string Question =
        "/api/analytics?dimension=dx:Element0000;Element0001&dimension=pe:2024;202401;202402&dimension=ou:Region0000Q;UnitQ000003";

    private static readonly string[] Kept = ["dhis2.litedb", "dhis2-log.litedb", "dhis2.lock", "warehouse.duckdb", "warehouse.duckdb.wal", "backups"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_answered_survives_kill_after_kill_and_nothing_is_half_there()
    {
        var cycles = Setting("DHIS2_CRASH_CYCLES", 5);
        var seed = Setting("DHIS2_CRASH_SEED", Environment.TickCount);
        output.WriteLine($"{cycles} cycles, seed {seed}");
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();

        var (tests, analytics, answer, tables) = await PrepareAsync(directory.Path);
        var jobs = new JobLedger[] { new('r', 4, new JobLedger.Rest()), new('g', 5, new JobLedger.Grpc()) };
        ILedger[] ledgers =
        [
            .. jobs, tests, analytics,
            new DataLedger(SampleDocuments.Rest, (s, d, _) => Uploads.PostAsync(s, "/api/dataValueSets", d)),
            new DataLedger(SampleDocuments.Grpc, Uploads.SendValuesAsync),
            new MetadataLedger('m', (s, d, _) => Uploads.PostAsync(s, "/api/metadata", d)),
            new MetadataLedger('n', Uploads.SendMetadataAsync),
        ];
        var server = await ServerProcess.StartAsync(directory.Path);
        try
        {
            for (var cycle = 1; cycle <= cycles; cycle++)
            {
                await CrashAsync(server, ledgers, tests, random);
                // Recovery may itself be cut short.
                if (cycle % 2 == 0)
                    await CrashAtStartAsync(directory.Path, random);

                await server.DisposeAsync();
                server = await ServerProcess.StartAsync(directory.Path);
                Assert.True(server.StartedIn < TimeSpan.FromSeconds(30), $"It took {server.StartedIn} to start.");
                Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving,
                    (await new Health.HealthClient(server.Channel).CheckAsync(new(), cancellationToken: Ct)).Status);
                var found = new List<string>();
                foreach (var ledger in ledgers)
                    found.Add(await ledger.CheckAsync(server));
                // A start that was cut short may have recovered everything, and its words are lost.
                if (cycle % 2 == 1)
                    AssertSaid(server.Log, tests.Lost, analytics.Lost);
                Assert.Equal(answer, await server.Http.GetStringAsync(Question, Ct));
                await NoOthersAsync(server, jobs);
                Assert.Empty(Leftovers(directory.Path));
                output.WriteLine($"{cycle}: ready in {server.StartedIn.TotalSeconds:0.00} s; {string.Join("; ", found)}");
            }

            server.Terminate();
            Assert.Equal(0, await server.EndAsync());
            Assert.Equal(tables, Tables(directory.Path));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    // Metadata, values, and analytics tables that answer a question whose answer never changes.
    private static async Task<(RunLedger Tests, RunLedger Analytics, string Answer, IReadOnlyList<string> Tables)> PrepareAsync(string directory)
    {
        await using var server = await ServerProcess.StartAsync(directory);
        await Uploads.PostAsync(server, "/api/metadata", SampleDocuments.Metadata());
        var months = Enumerable.Range(1, 12).Select(m => string.Create(CultureInfo.InvariantCulture, $"2024{m:00}"));
        await Uploads.PostAsync(server, "/api/dataValueSets", SampleDocuments.Values(SampleDocuments.Quiet, months, "3"));
        var test = await CreateAsync(server, new() { Test = new() { Stages = 2, Items = 10, ItemDuration = 10 }, JobType = JobType.Test });
        var analytics = await CreateAsync(server, new() { JobType = JobType.AnalyticsTable });
        var build = new RunLedger(analytics, JobType.AnalyticsTable);
        await build.RunAsync(server);
        var answer = await server.Http.GetStringAsync(Question, Ct);
        // 12 months in 20 clinics.
        Assert.Contains("""["Element0000","2024","Region0000Q","720"]""", answer, StringComparison.Ordinal);
        server.Terminate();
        Assert.Equal(0, await server.EndAsync());
        return (new(test, JobType.Test), build, answer, Tables(directory));
    }

    private static async Task<string> CreateAsync(ServerProcess server, JobConfiguration job)
    {
        job.Name = $"{job.JobType}";
        job.CronExpression = "0 0 6 29 2 ?";
        return (await new JobConfigurationService.JobConfigurationServiceClient(server.Channel)
            .CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Ct)).JobConfiguration.Id;
    }

    private async Task CrashAsync(ServerProcess server, ILedger[] ledgers, RunLedger busy, Random random)
    {
        var work = Task.WhenAll(ledgers.Select(l => Task.Run(() => l.WorkAsync(server), Ct)));
        await await Task.WhenAny(busy.Busy, work);
        var after = TimeSpan.FromMilliseconds(random.Next(1_500));
        await Task.WhenAny(Task.Delay(after, TimeProvider.System, Ct), work);
        output.WriteLine($"killed {after.TotalMilliseconds} ms into the work");
        await server.KillAsync();
        await work;
    }

    private async Task CrashAtStartAsync(string directory, Random random)
    {
        await using var server = ServerProcess.Launch(directory);
        var after = TimeSpan.FromMilliseconds(random.Next(1_500));
        await Task.Delay(after, TimeProvider.System, Ct);
        output.WriteLine($"killed {after.TotalMilliseconds} ms after its start");
        await server.KillAsync();
    }

    private static void AssertSaid(string log, params string?[] lost)
    {
        Assert.Contains("was not closed in order", log, StringComparison.Ordinal);
        foreach (var run in lost.OfType<string>())
            Assert.Contains($"Run {run} of job", log, StringComparison.Ordinal);
    }

    private static async Task NoOthersAsync(ServerProcess server, JobLedger[] ledgers)
    {
        var all = await new JobConfigurationService.JobConfigurationServiceClient(server.Channel)
            .ListJobConfigurationsAsync(new() { Paging = false }, cancellationToken: Ct);
        var expected = ledgers.SelectMany(l => l.Alive);
        Assert.Equal(expected.Order(), all.JobConfigurations.Where(j => j.JobType == JobType.ResourceTable).Select(j => j.Id).Order());
    }

    // Tables and views without the years that data brings along.
    private static List<string> Tables(string directory)
    {
        using var connection = new DuckDBConnection($"Data Source={Path.Combine(directory, "warehouse.duckdb")};ACCESS_MODE=READ_ONLY");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select distinct table_schema || '.' || table_name from information_schema.tables";
        using var reader = command.ExecuteReader();
        var names = new SortedSet<string>(StringComparer.Ordinal);
        while (reader.Read())
            names.Add(Year().Replace(reader.GetString(0), "_year"));
        return [.. names];
    }

    private static IEnumerable<string> Leftovers(string directory)
    {
        var root = new DirectoryInfo(directory);
        return root.EnumerateFileSystemInfos().Where(f => !Kept.Contains(f.Name)).SelectMany(f => f switch
        {
            DirectoryInfo folder => folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => $"{folder.Name}/{file.Name}"),
            _ => [f.Name],
        });
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [GeneratedRegex(@"_\d{4}$")]
    private static partial Regex Year();
}
