using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Tests.Jobs;

/// <summary>Full, last-years and latest updates, in June 2024.</summary>
public sealed class AnalyticsUpdateTests
{
    private const string All = "select pe, value, year from analytics order by pe, value";

    [Fact]
    public async Task Last_years_renew_their_partitions_and_keep_earlier_ones_as_they_are()
    {
        await using var store = await ThreeYearsAsync();
        store.Sql("update datavalue set value = value || '0', lastupdated = '2024-06-15 02:00:00'");

        var run = await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 2 });

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal("Analytics table update process from 2023", run.Processes[0].Description);
        Assert.Equal(["analytics_2023", "analytics_2024"], run.Stage("Populating").Items.Select(i => i.Description));
        Assert.Equal(["202201|1|2022", "202301|20|2023", "202401|30|2024"], await store.TextsAsync(All));
        Assert.Equal(["1"], await store.TextsAsync("select value from analytics_2022"));
    }

    [Fact]
    public async Task A_year_of_the_update_that_has_no_data_any_more_loses_its_partition()
    {
        await using var store = await ThreeYearsAsync();
        store.Sql($"update datavalue set deleted = true where periodid = {store.PeriodId("202301")}");

        await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 2 });

        Assert.Equal(["202201|1|2022", "202401|3|2024"], await store.TextsAsync(All));
        Assert.Equal(["analytics", "analytics_2022", "analytics_2024"], await Views(store));
    }

    [Fact]
    public async Task A_last_years_update_without_data_in_them_does_nothing()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202001", "1");
        await store.AnalyticsTablesAsync();

        var run = await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 1 });

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal("No year of the update has data; nothing was done", run.Stage("Table updates").Summary);
        Assert.Equal(["202001|1|2020"], await store.TextsAsync(All));
    }

    [Fact]
    public async Task The_years_count_in_the_servers_zone_from_the_start_of_the_run()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", "1").Value("DE1", "A", "202501", "2").Value("DE1", "A", "202312", "3").Value("DE1", "A", "202601", "4");

        var run = await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 1 });

        Assert.Equal(["analytics_2024", "analytics_2025", "analytics_2026"], run.Stage("Populating").Items.Select(i => i.Description));
    }

    [Fact]
    public async Task A_full_update_drops_years_that_have_no_data_any_more()
    {
        await using var store = await ThreeYearsAsync();
        store.Sql($"update datavalue set deleted = true where periodid = {store.PeriodId("202201")}");

        await store.AnalyticsTablesAsync();

        Assert.Equal(["analytics", "analytics_2023", "analytics_2024"], await Views(store));
    }

    [Fact]
    public async Task A_latest_update_gathers_what_changed_and_removes_it_from_the_years()
    {
        await using var store = await ThreeYearsAsync();
        await ChangeAsync(store);

        var run = await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 0 });

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal("Analytics table update process, latest partition", run.Processes[0].Description);
        Assert.DoesNotContain(run.Stages, s => s.Description == "Generate resource tables");
        Assert.Equal(["analytics_0: 2 rows"], run.Stage("Populating").Items.Select(i => $"{i.Description}: {i.Summary}"));
        Assert.Equal("2 rows", run.Stage("Removing").Summary);
        Assert.Equal(["202201|11|2022", "202401|3|2024", "202401|5|2024"], await store.TextsAsync(All));
        Assert.Equal(["202201|11", "202401|5"], await store.TextsAsync("select pe, value from analytics_0 order by 1"));
        Assert.Equal("2024-06-15T04:00:00.000Z", store.Settings.Values["keyLastSuccessfulLatestAnalyticsPartitionUpdate"]);
        Assert.Equal("2024-06-15T03:00:00.000Z", store.Settings.Values["keyLastSuccessfulAnalyticsTablesUpdate"]);
    }

    [Fact]
    public async Task A_later_latest_update_starts_from_the_full_one_again_and_rests_when_nothing_changed()
    {
        await using var store = await ThreeYearsAsync();
        await ChangeAsync(store);
        await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 0 });
        store.Time.Advance(TimeSpan.FromHours(1));

        var idle = await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 0 });
        store.Value("DE2", "B", "202301", "8", updated: "2024-06-15 05:30:00").Sql($"update datavalue set value = '12', lastupdated = '2024-06-15 05:31:00' where periodid = {store.PeriodId("202201")}");
        store.Time.Advance(TimeSpan.FromHours(1));
        await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 0 });

        Assert.Equal("No data value changed since the last update; nothing was done", idle.Stage("Validating").Summary);
        Assert.Equal(["202201|12|2022", "202301|8|2023", "202401|3|2024", "202401|5|2024"], await store.TextsAsync(All));
    }

    [Fact]
    public async Task Changes_of_earlier_years_outlive_a_last_years_update_and_a_full_one_takes_all_home()
    {
        await using var store = await ThreeYearsAsync();
        await ChangeAsync(store);
        await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 0 });
        store.Time.Advance(TimeSpan.FromHours(1));

        await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 1 });
        var afterYears = (await store.TextsAsync(All), await Views(store));
        store.Time.Advance(TimeSpan.FromHours(1));
        await store.AnalyticsTablesAsync();

        Assert.Equal(["202201|11|2022", "202401|3|2024", "202401|5|2024"], afterYears.Item1);
        Assert.Equal(["analytics", "analytics_2022", "analytics_2023", "analytics_2024"], afterYears.Item2);
        Assert.Equal(afterYears.Item1, await store.TextsAsync(All));
        Assert.Equal(["analytics", "analytics_2022", "analytics_2024"], await Views(store));
    }

    [Fact]
    public async Task A_latest_update_needs_a_full_one_before()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", "1");

        var run = await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = 0 });

        Assert.Equal(JobRunOutcome.Failed, run.Outcome);
        Assert.Contains("needs an earlier full update", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Negative_years_are_refused()
    {
        await using var store = SampleStore.OfTheFactSheet();

        var run = await store.AnalyticsTablesAsync(new AnalyticsTableParameters { LastYears = -1 });

        Assert.Equal(JobRunOutcome.Failed, run.Outcome);
        Assert.Contains("lastYears must not be negative: -1", run.Error, StringComparison.Ordinal);
    }

    private static async Task<SampleStore> ThreeYearsAsync()
    {
        var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202201", "1").Value("DE1", "A", "202301", "2").Value("DE1", "A", "202401", "3");
        await store.AnalyticsTablesAsync();
        return store;
    }

    // An hour after the full update: one value changed, one deleted, one new.
    private static async Task ChangeAsync(SampleStore store)
    {
        store.Sql($"update datavalue set value = '11', lastupdated = '2024-06-15 03:10:00' where periodid = {store.PeriodId("202201")}");
        store.Sql($"update datavalue set deleted = true, lastupdated = '2024-06-15 03:10:00' where periodid = {store.PeriodId("202301")}");
        store.Value("DE1", "B", "202401", "5", updated: "2024-06-15 03:20:00");
        await store.SaveAsync();
        store.Time.Advance(TimeSpan.FromHours(1));
    }

    private static Task<List<string>> Views(SampleStore store) =>
        store.TextsAsync("select table_name from information_schema.tables where table_type = 'VIEW' and table_name like 'analytics%' order by 1");
}
