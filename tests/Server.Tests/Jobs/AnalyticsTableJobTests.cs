using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Tests.Jobs;

public sealed class AnalyticsTableJobTests
{
    [Fact]
    public async Task The_worked_example_gives_two_rows_of_2024()
    {
        await using var store = SampleStore.OfTheFactSheet();
        Example(store);

        var run = await store.AnalyticsTablesAsync();

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal(
            [
                $"{U("DE1")}-202401-{U("A")}-HllvX50cXC0-HllvX50cXC0|10|31|310|2024Q1|{U("D1")}|0|2024-01-01 00:00:00|2024-01-31 00:00:00|2024|3",
                $"{U("DE1")}-202401-{U("B")}-HllvX50cXC0-HllvX50cXC0|5|31|155|2024Q1|{U("D1")}|0|2024-01-01 00:00:00|2024-01-31 00:00:00|2024|3",
            ],
            await store.TextsAsync("select id, value, daysno, daysxvalue, quarterly, uidlevel2, approvallevel, pestartdate::varchar, peenddate::varchar, year, oulevel from analytics_2024 order by 1"));
        Assert.Equal(["15"], await store.TextsAsync($"select sum(value) from analytics where quarterly = '2024Q1' and uidlevel2 = '{U("D1")}'"));
    }

    [Fact]
    public async Task A_full_run_has_the_described_stages_and_items_and_records_its_success()
    {
        await using var store = SampleStore.OfTheFactSheet();
        Example(store);
        store.Value("DE1", "A", "202312", "1");

        var run = await store.AnalyticsTablesAsync();

        var process = Assert.Single(run.Processes);
        Assert.Equal("Analytics table update process", process.Description);
        Assert.Equal(
            [
                "Drop SQL views", "Generate resource tables", "Create SQL views",
                "Validating analytics table DATA_VALUE", "Performing pre-create table work", "Dropping temporary tables DATA_VALUE",
                "Creating analytics tables DATA_VALUE", "Populating analytics tables DATA_VALUE", "Invoking analytics table hooks DATA_VALUE",
                "Creating indexes DATA_VALUE", "Analyzing analytics tables DATA_VALUE",
                "Dropping SQL views", "Swapping analytics tables DATA_VALUE", "Creating SQL views",
                "Validating analytics table COMPLETENESS", "Validating analytics table COMPLETENESS_TARGET", "Validating analytics table ORG_UNIT_TARGET",
                "Validating analytics table OWNERSHIP", "Validating analytics table EVENT", "Validating analytics table VALIDATION_RESULT",
                "Validating analytics table ENROLLMENT", "Updating settings", "Clearing caches",
            ],
            run.Stages.Select(s => s.Description));
        Assert.All(run.Stages, s => Assert.Equal(ProgressStatus.Success, s.Status));
        Assert.Equal(["analytics_2023: 1 rows", "analytics_2024: 2 rows"], run.Stage("Populating").Items.Select(i => $"{i.Description}: {i.Summary}"));
        Assert.Equal("Partitions 2023, 2024", run.Stage("Swapping").Items[0].Summary);
        Assert.Equal("Tables of type EVENT are not built by this server yet; nothing was done", run.Stage("Validating analytics table EVENT").Summary);
        Assert.Equal("2024-06-15T03:00:00.000Z", store.Settings.Values["keyLastSuccessfulAnalyticsTablesUpdate"]);
        Assert.Equal("00:00:00.000", store.Settings.Values["keyLastSuccessfulAnalyticsTablesRuntime"]);
        Assert.Equal("2024-06-15T03:00:00.000Z", store.Settings.Values["keyLastSuccessfulResourceTablesUpdate"]);
    }

    [Fact]
    public async Task Types_and_resource_tables_can_be_skipped()
    {
        await using var store = SampleStore.OfTheFactSheet();
        Example(store);

        var run = await store.AnalyticsTablesAsync(new AnalyticsTableParameters
        {
            SkipResourceTables = true,
            SkipTableTypes = { AnalyticsTableType.DataValue, AnalyticsTableType.Event, AnalyticsTableType.Enrollment, AnalyticsTableType.Ownership },
        });

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal(
            ["Validating analytics table COMPLETENESS", "Validating analytics table COMPLETENESS_TARGET", "Validating analytics table ORG_UNIT_TARGET", "Validating analytics table VALIDATION_RESULT", "Updating settings", "Clearing caches"],
            run.Stages.Select(s => s.Description));
    }

    [Fact]
    public async Task Without_resource_tables_the_run_fails_and_says_why()
    {
        await using var store = SampleStore.OfTheFactSheet();
        Example(store);

        var run = await store.AnalyticsTablesAsync(new AnalyticsTableParameters { SkipResourceTables = true });

        Assert.Equal(JobRunOutcome.Failed, run.Outcome);
        Assert.Contains("resource tables do not exist", run.Error, StringComparison.Ordinal);
        Assert.Empty(store.Settings.Values);
    }

    [Fact]
    public async Task An_empty_store_is_no_error_and_leaves_old_tables()
    {
        await using var store = new SampleStore();

        var empty = await store.AnalyticsTablesAsync();
        store.Unit("R");
        var noValues = await store.AnalyticsTablesAsync();

        Assert.Equal((JobRunOutcome.Completed, JobRunOutcome.Completed), (empty.Outcome, noValues.Outcome));
        Assert.Equal("There are no organisation unit levels; nothing was done", empty.Stage("Validating").Summary);
        Assert.Equal("There are no data values; nothing was done", noValues.Stage("Validating").Summary);
        Assert.DoesNotContain(noValues.Stages, s => s.Description!.StartsWith("Populating", StringComparison.Ordinal));
        Assert.Empty(await store.TextsAsync("select table_name from information_schema.tables where table_name like 'analytics\\_%' escape '\\'"));
    }

    [Theory]
    // value type, aggregation type, zero is significant, stored text, include zeros, what analytics shows
    [InlineData("NUMBER", "SUM", false, "10", false, "10|")]
    [InlineData("NUMBER", "SUM", false, "-0010.50", false, "-10.5|")]
    [InlineData("INTEGER", "SUM", false, "+5", false, null)]
    [InlineData("INTEGER", "SUM", false, "1e3", false, null)]
    [InlineData("INTEGER", "SUM", false, ".5", false, null)]
    [InlineData("INTEGER", "SUM", false, "5.", false, null)]
    [InlineData("INTEGER", "SUM", false, " 5", false, null)]
    [InlineData("INTEGER", "SUM", false, "5\n", false, null)]
    [InlineData("NUMBER", "SUM", false, "nan", false, null)]
    [InlineData("NUMBER", "SUM", false, "", false, null)]
    [InlineData("NUMBER", "SUM", false, "abc", false, null)]
    [InlineData("NUMBER", "SUM", true, "0", false, null)]
    [InlineData("NUMBER", "SUM", true, "0", true, "0|")]
    [InlineData("NUMBER", "SUM", false, "0", true, null)]
    [InlineData("NUMBER", "SUM", false, "0.0", false, "0|")]
    [InlineData("NUMBER", "AVERAGE", false, "0", false, "0|")]
    [InlineData("NUMBER", "AVERAGE_SUM_ORG_UNIT", false, "0", false, "0|")]
    [InlineData("BOOLEAN", "SUM", false, "true", false, "1|")]
    [InlineData("BOOLEAN", "SUM", false, "false", false, "0|")]
    [InlineData("BOOLEAN", "SUM", false, "1", false, null)]
    [InlineData("TRUE_ONLY", "SUM", false, "true", false, "1|")]
    [InlineData("TRUE_ONLY", "SUM", false, "false", false, null)]
    [InlineData("TEXT", "NONE", false, "0", false, "|0")]
    [InlineData("LONG_TEXT", "NONE", false, "some text", false, "|some text")]
    [InlineData("DATE", "NONE", false, "2024-01-03", false, "|2024-01-03")]
    [InlineData("COORDINATE", "NONE", false, "[1,2]", false, null)]
    [InlineData("FILE_RESOURCE", "NONE", false, "x", false, null)]
    public async Task A_value_is_shown_by_its_type(string type, string aggregation, bool significant, string text, bool zeros, string? shown)
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Element("X", type, aggregation, zero: significant).Value("X", "A", "202401", text);
        if (zeros)
            store.Settings.Values["keyIncludeZeroValuesInAnalytics"] = "true";

        var run = await store.AnalyticsTablesAsync();

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal(shown is null ? [] : [shown], await store.TextsAsync("select value, textvalue from analytics"));
    }

    [Fact]
    public async Task A_number_too_large_for_a_double_is_left_out()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", new string('9', 400)).Value("DE1", "B", "202401", "7");

        var run = await store.AnalyticsTablesAsync();

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal(["7"], await store.TextsAsync("select value from analytics"));
    }

    [Fact]
    public async Task Type_validation_can_be_switched_off()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "202401", "1e3").Value("DE1", "B", "202401", "abc").Value("DE1", "C", "202401", "inf");
        store.Settings.Values["keySkipDataTypeValidationInAnalyticsTableExport"] = "true";

        await store.AnalyticsTablesAsync();

        Assert.Equal(["1000"], await store.TextsAsync("select value from analytics"));
    }

    [Fact]
    public async Task Tracker_elements_deleted_null_and_later_values_are_left_out()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Element("T", domain: "TRACKER").Value("T", "A", "202401", "1").Value("DE1", "A", "202401", "2", deleted: true)
            .Value("DE2", "A", "202401", null).Value("DE3", "A", "202401", "3", updated: "2024-06-15 03:00:00").Value("DE3", "B", "202401", "4", updated: "2024-06-15 02:59:59");

        await store.AnalyticsTablesAsync();

        Assert.Equal(["4"], await store.TextsAsync("select value from analytics"));
    }

    [Fact]
    public async Task Values_outside_the_validity_of_their_option_combos_are_left_out_on_request()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Option("Old", null, "2023-12-31").Option("New", "2024-01-01").Combo("Time", ("When", ["Old", "New"])).Element("X", combo: "Time");
        foreach (var period in new[] { "202312", "202401" })
            store.Value("X", "A", period, "1", combo: "coc Old").Value("X", "A", period, "2", combo: "coc New");

        await store.AnalyticsTablesAsync();
        var all = await store.TextsAsync("select pe, value from analytics order by all");
        store.Settings.Values["keyRespectMetaDataStartEndDatesInAnalyticsTableExport"] = "true";
        await store.AnalyticsTablesAsync();

        Assert.Equal(["202312|1", "202312|2", "202401|1", "202401|2"], all);
        Assert.Equal(["202312|1", "202401|2"], await store.TextsAsync("select pe, value from analytics order by all"));
    }

    [Fact]
    public async Task A_financial_year_stands_in_the_partition_of_its_first_day()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Value("DE1", "A", "2020April", "5");

        await store.AnalyticsTablesAsync();

        Assert.Equal(["2020April|2020"], await store.TextsAsync("select pe, year from analytics_2020"));
    }

    [Fact]
    public async Task Columns_come_in_the_described_order_and_follow_the_metadata()
    {
        await using var store = SampleStore.OfTheFactSheet();
        Example(store);
        store.GroupSet("dataelement", "Degs", "Degs", false, ("G1", ["DE1"])).GroupSet("orgunit", "Ougs", "Ougs", false, ("G2", ["A"]));
        store.Combo("Sexes", ("Sex", ["M", "F"])).Category("Donor", ["X", "Y"], "ATTRIBUTE");

        await store.AnalyticsTablesAsync();
        store.GroupSet("orgunit", "Late", "Late", false, ("G3", ["A"]));
        await store.AnalyticsTablesAsync(new AnalyticsTableParameters { SkipResourceTables = true });

        Assert.Equal(
            [
                "id", U("Degs"), U("Ougs"), U("Sex"), U("Donor"), "uidlevel1", "uidlevel2", "uidlevel3", "daily", "weekly", "weeklywednesday", "weeklythursday",
                "weeklyfriday", "weeklysaturday", "weeklysunday", "biweekly", "monthly", "bimonthly", "quarterly", "quarterlynov", "sixmonthly", "sixmonthlyapril",
                "sixmonthlynov", "yearly", "financialfeb", "financialapril", "financialjuly", "financialaug", "financialsep", "financialoct", "financialnov",
                "approvallevel", "dx", "co", "ao", "pestartdate", "peenddate", "year", "pe", "ou", "oulevel", "daysxvalue", "daysno", "value", "textvalue",
            ],
            await store.TextsAsync("select column_name from information_schema.columns where table_name = 'analytics' order by ordinal_position"));
        Assert.Equal([$"{U("G1")}|{U("G2")}", $"{U("G1")}|"], await store.TextsAsync($"select \"{U("Degs")}\", \"{U("Ougs")}\" from analytics order by ou"));
    }

    [Fact]
    public async Task New_resource_tables_keep_the_views_readable()
    {
        await using var store = SampleStore.OfTheFactSheet();
        Example(store);
        store.GroupSet("orgunit", "Ougs", "Ougs", false, ("G2", ["A"]));
        await store.AnalyticsTablesAsync();
        store.Sql("delete from orgunitgroupset").Unit("Deep", "A");

        await store.ResourceTablesAsync();

        Assert.Equal(["2|0"], await store.TextsAsync("select count(*), count(uidlevel4) from analytics"));
        Assert.Empty(await store.TextsAsync($"select 1 from information_schema.columns where table_name = 'analytics' and column_name = '{U("Ougs")}'"));
    }

    [Fact]
    public async Task An_aggregation_level_hides_what_was_entered_below_it_from_it_and_above()
    {
        await using var store = SampleStore.OfTheFactSheet();
        Example(store);
        store.Value("DE1", "D1", "202401", "100").Sql($"insert into dataelementaggregationlevels values ({store.Id("DE1")}, 2, 0)");

        var run = await store.AnalyticsTablesAsync();

        Assert.Equal([$"||{U("A")}|10", $"||{U("B")}|5", $"{U("R")}|{U("D1")}||100"], await store.TextsAsync("select uidlevel1, uidlevel2, uidlevel3, value from analytics order by ou"));
        Assert.Equal("2 rows", run.Stage("Applying aggregation level 2").Items[0].Summary);
        Assert.Equal(["100|100|10"], await store.TextsAsync(
            $"select (select sum(value) from analytics where uidlevel2 = '{U("D1")}'), (select sum(value) from analytics where uidlevel1 = '{U("R")}'), (select sum(value) from analytics where uidlevel3 = '{U("A")}')"));
    }

    [Fact]
    public async Task Several_aggregation_levels_are_applied_from_the_deepest_up()
    {
        await using var store = new SampleStore();
        store.Unit("L1").Unit("L2", "L1").Unit("L3", "L2").Unit("L4", "L3").Element("X", levels: [1, 3]);
        foreach (var (unit, value) in new[] { ("L1", "1"), ("L2", "20"), ("L3", "300"), ("L4", "4000") })
            store.Value("X", unit, "202401", value);

        var run = await store.AnalyticsTablesAsync();

        Assert.Equal(["Applying aggregation level 3 DATA_VALUE", "Applying aggregation level 1 DATA_VALUE"],
            run.Stages.Where(s => s.Description!.StartsWith("Applying", StringComparison.Ordinal)).Select(s => s.Description));
        Assert.Equal(["1|1|0|0|0", "2|0|20|0|0", "3|0|300|300|0", "4|0|0|0|4000"], await store.TextsAsync(
            "select oulevel, if(uidlevel1 is null, 0, value), if(uidlevel2 is null, 0, value), if(uidlevel3 is null, 0, value), if(uidlevel4 is null, 0, value) from analytics order by 1"));
    }

    private static void Example(SampleStore store) => store
        .Value("DE1", "A", "202401", "10").Value("DE1", "B", "202401", "5").Value("DE1", "A", "202402", "0")
        .Value("DE2", "A", "202401", "abc").Value("DE3", "A", "202401", "7", deleted: true);

    private static string U(string name) => SampleStore.Uid(name);
}
