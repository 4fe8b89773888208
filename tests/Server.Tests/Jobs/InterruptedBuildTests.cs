using System.Data.Common;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Tests.Progress;
using Dhis2Grpc.Server.Tests.Warehouse;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Tests.Jobs;

/// <summary>Whatever ends a build early, readers keep the tables they had.</summary>
public sealed class InterruptedBuildTests
{
    private const string All = "select pe, value from analytics order by 1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Generate resource tables")]
    [InlineData("Populating analytics tables DATA_VALUE")]
    [InlineData("Swapping analytics tables DATA_VALUE")]
    public async Task A_cancelled_run_changes_nothing_and_the_next_one_succeeds(string stage)
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", "1");
        await store.AnalyticsTablesAsync();
        var recorded = store.Settings.Values["keyLastSuccessfulAnalyticsTablesUpdate"];
        store.Value("DE1", "A", "202301", "2").Unit("E", "D2");
        await store.SaveAsync();
        store.Time.Advance(TimeSpan.FromHours(1));

        using var cancel = new CancellationTokenSource();
        var feed = new RunFeed(Runs.Run(), store.Time, f =>
        {
            if (f.Snapshot().Progress.Processes.SelectMany(p => p.Stages).Any(s => s.Description == stage && s.Status == ProgressStatus.Running))
                cancel.Cancel();
        });
        var run = await store.AnalyticsTablesAsync(cancellation: cancel.Token, feed: feed);
        var afterwards = await store.TextsAsync(All);
        var leftovers = await store.TextsAsync("select table_name from information_schema.tables where table_name like '%!_temp%' escape '!'");
        var kept = store.Settings.Values["keyLastSuccessfulAnalyticsTablesUpdate"];
        var next = await store.AnalyticsTablesAsync();

        Assert.NotEqual(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal(["202401|1"], afterwards);
        Assert.Empty(leftovers);
        Assert.Equal(recorded, kept);
        Assert.Equal(JobRunOutcome.Completed, next.Outcome);
        Assert.Equal(["202301|2", "202401|1"], await store.TextsAsync(All));
    }

    [Fact]
    public async Task A_failing_stage_leaves_the_previous_tables_and_no_temporary_ones()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", "1");
        await store.AnalyticsTablesAsync();
        store.Value("DE1", "A", "202301", "2").Sql("alter table dataelementaggregationlevels rename column aggregationlevel to gone");

        var run = await store.AnalyticsTablesAsync();

        Assert.Equal(JobRunOutcome.Failed, run.Outcome);
        Assert.Equal(["202401|1"], await store.TextsAsync(All));
        Assert.Equal(["analytics_fact_2024"], await store.TextsAsync("select table_name from information_schema.tables where table_type = 'BASE TABLE' and table_name like 'analytics\\_%' escape '\\'"));
    }

    [Fact]
    public async Task A_long_statement_is_interrupted()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", "1");
        await store.AnalyticsTablesAsync();
        store.Sql($"insert into datavalue select {store.Id("DE1")}, {store.PeriodId("202401")}, i, {SampleStore.Default}, {SampleStore.Default}, (i % 977)::varchar, 'x', '2024-01-01', '2024-01-01', null, false, false, null from range(4000000) t(i)");
        await store.SaveAsync();

        using var cancel = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var feed = new RunFeed(Runs.Run(), store.Time, f =>
        {
            if (f.Snapshot().Progress.Processes.SelectMany(p => p.Stages).Any(s => s.Description!.StartsWith("Populating", StringComparison.Ordinal) && s.Items.Count > 0))
                started.TrySetResult();
        });
        var running = store.AnalyticsTablesAsync(cancellation: cancel.Token, feed: feed);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);
        await cancel.CancelAsync();
        var run = await running;

        Assert.NotEqual(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal(ProgressStatus.Cancelled, run.Stage("Populating").Items[0].Status);
        Assert.Equal(["202401|1"], await store.TextsAsync(All));
    }

    [Fact]
    public async Task Readers_see_one_build_or_the_next_while_tables_are_rebuilt()
    {
        await using var store = SampleStore.OfTheFactSheet();
        for (var month = 1; month <= 12; month++)
            store.Value("DE1", "A", $"2023{month:00}", "1").Value("DE1", "B", $"2024{month:00}", "1");
        await store.AnalyticsTablesAsync();
        using var cache = new AnalyticsKeyCache();
        var queries = new AnalyticsQueries(store.Warehouse, cache);
        var query = new AnalyticsQuery { Dimensions = [store.WithUids("dx:DE1"), "pe:2023;2024", store.WithUids("ou:R")], Today = new DateOnly(2024, 6, 15) };
        using var done = new CancellationTokenSource();

        var reading = Task.Run(async () =>
        {
            var answers = new HashSet<string>();
            while (!done.IsCancellationRequested)
            {
                var result = await queries.QueryAsync(query, Ct);
                answers.Add(string.Join(' ', result.Rows.Select(r => r.Value)));
            }

            return answers;
        }, Ct);
        // Each build doubles all values in both years: an answer that mixes builds would show.
        for (var build = 0; build < 4; build++)
        {
            store.Sql("update datavalue set value = (value::int * 2)::varchar");
            Assert.Equal(JobRunOutcome.Completed, (await store.AnalyticsTablesAsync()).Outcome);
        }

        await done.CancelAsync();
        Assert.Subset(new HashSet<string> { "12 12", "24 24", "48 48", "96 96", "192 192" }, await reading);
        Assert.Equal("192 192", string.Join(' ', (await queries.QueryAsync(query, Ct)).Rows.Select(r => r.Value)));
    }

    [Fact]
    public async Task A_reader_that_began_before_the_swap_finishes_on_the_old_tables()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", "1");
        await store.AnalyticsTablesAsync();
        await using var reader = await store.Warehouse.OpenReadAsync(Ct);
        await using var snapshot = await reader.BeginTransactionAsync(Ct);
        Assert.Equal(1, await reader.ScalarAsync<double>("select sum(value) from analytics", Ct));
        store.Sql("update datavalue set value = '2'");
        await store.AnalyticsTablesAsync();

        Assert.Equal(1, await reader.ScalarAsync<double>("select sum(value) from analytics", Ct));
        await snapshot.CommitAsync(Ct);
        Assert.Equal(2, await reader.ScalarAsync<double>("select sum(value) from analytics", Ct));
    }

    [Theory]
    [InlineData("Creating indexes DATA_VALUE", "202401|1")]
    [InlineData("Updating settings", "202301|22 202401|11")]
    public async Task A_file_left_by_a_killed_process_holds_the_tables_of_the_last_commit(string stage, string facts)
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", "1");
        await store.AnalyticsTablesAsync();
        store.Value("DE1", "A", "202301", "22").Sql($"update datavalue set value = '11' where periodid = {store.PeriodId("202401")}");

        // What the disk holds at this moment is what a process killed now leaves behind.
        var left = Directory.CreateTempSubdirectory("warehouse-killed-").FullName;
        try
        {
            var copied = false;
            var feed = new RunFeed(Runs.Run(), store.Time, f =>
            {
                if (copied || !f.Snapshot().Progress.Processes.SelectMany(p => p.Stages).Any(s => s.Description == stage))
                    return;
                copied = true;
                foreach (var file in Directory.GetFiles(store.Store.DataDirectory))
                    File.Copy(file, Path.Combine(left, Path.GetFileName(file)));
            });
            var run = await store.AnalyticsTablesAsync(feed: feed);
            Assert.Equal(JobRunOutcome.Completed, run.Outcome);
            Assert.True(copied);

            await using var reopened = new TemporaryWarehouse(left);
            Assert.Equal(facts, string.Join(' ', await reopened.TextsAsync(All)));
            Assert.Empty(await reopened.TextsAsync("select table_name from information_schema.tables where table_name like '%!_temp%' escape '!'"));
            Assert.Equal(["3"], await reopened.TextsAsync("select max(level) from _orgunitstructure"));
        }
        finally
        {
            Directory.Delete(left, recursive: true);
        }
    }
}
