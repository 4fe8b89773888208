using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Tests.Jobs;

public sealed class ResourceTableJobTests
{
    [Fact]
    public async Task Stages_and_items_come_in_the_described_order_and_the_start_time_is_recorded()
    {
        await using var store = SampleStore.OfTheFactSheet();

        var run = await store.ResourceTablesAsync();

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Single(run.Processes);
        Assert.Equal(["Drop SQL views", "Generate resource tables", "Create SQL views"], run.Stages.Select(s => s.Description));
        Assert.Equal(
        [
            "_orgunitstructure", "_datasetorganisationunitcategory", "_categoryoptioncomboname", "_dataelementgroupsetstructure",
            "_indicatorgroupsetstructure", "_organisationunitgroupsetstructure", "_categorystructure", "_dataelementstructure",
            "_periodstructure", "_dateperiodstructure", "_dataelementcategoryoptioncombo",
        ], run.Stage("Generate").Items.Select(i => i.Description));
        Assert.Equal("6 rows", run.Stage("Generate").Items[0].Summary);
        Assert.Equal("2024-06-15T03:00:00.000Z", store.Settings.Values["keyLastSuccessfulResourceTablesUpdate"]);
    }

    [Fact]
    public async Task An_empty_store_gives_tables_with_their_fixed_columns()
    {
        await using var store = new SampleStore();

        var run = await store.ResourceTablesAsync();

        Assert.Equal(JobRunOutcome.Completed, run.Outcome);
        Assert.Equal(["organisationunitid", "organisationunituid", "level"], await Columns(store, "_orgunitstructure"));
        Assert.Equal(["organisationunitid", "organisationunitname", "startdate"], await Columns(store, "_organisationunitgroupsetstructure"));
        Assert.Equal(["0|0|0|0"], await store.TextsAsync(
            "select (select count(*) from _orgunitstructure), (select count(*) from _organisationunitgroupsetstructure), (select count(*) from _periodstructure), (select count(*) from _dataelementstructure)"));
        Assert.Equal(["1"], await store.TextsAsync("select count(*) from _categorystructure"));
    }

    [Fact]
    public async Task Units_carry_their_ancestors_by_level_and_nothing_below_themselves()
    {
        await using var store = SampleStore.OfTheFactSheet();

        await store.ResourceTablesAsync();

        Assert.Equal([$"3|{U("R")}|{U("D1")}|{U("A")}|Unit D1|{store.Id("A")}"], await store.TextsAsync(
            $"select level, uidlevel1, uidlevel2, uidlevel3, namelevel2, idlevel3 from _orgunitstructure where organisationunituid = '{U("A")}'"));
        Assert.Equal([$"2|{U("R")}|{U("D1")}||"], await store.TextsAsync(
            $"select level, uidlevel1, uidlevel2, uidlevel3, idlevel3 from _orgunitstructure where organisationunituid = '{U("D1")}'"));
        Assert.Equal(
            ["organisationunitid", "organisationunituid", "level", "idlevel1", "uidlevel1", "namelevel1", "idlevel2", "uidlevel2", "namelevel2", "idlevel3", "uidlevel3", "namelevel3"],
            await Columns(store, "_orgunitstructure"));
    }

    [Fact]
    public async Task A_month_knows_the_longer_periods_it_counts_to_and_no_shorter_ones()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.PeriodId("202401");

        await store.ResourceTablesAsync();

        Assert.Equal(["202401|31|2024|202401|202401B|2024Q1|2024NovQ1|2024S1|2023AprilS2|2024NovS1|2024|2023April|2023July|2023Oct|2024Nov"], await store.TextsAsync(
            """
            select iso, daysno, year, monthly, bimonthly, quarterly, quarterlynov, sixmonthly, sixmonthlyapril, sixmonthlynov, yearly,
                financialapril, financialjuly, financialoct, financialnov
            from _periodstructure
            """));
        Assert.Equal(["||||||"], await store.TextsAsync(
            "select daily, weekly, weeklywednesday, weeklythursday, weeklysaturday, weeklysunday, biweekly from _periodstructure"));
    }

    [Fact]
    public async Task A_week_counts_by_its_fourth_day()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.PeriodId("2024W1");
        store.PeriodId("2025W1"); // 2024-12-30 to 2025-01-05

        await store.ResourceTablesAsync();

        Assert.Equal(["2024W1|2024|||2024BiW1|202401", "2025W1|2025|||2025BiW1|202501"], await store.TextsAsync(
            "select weekly, year, weeklywednesday, weeklysunday, biweekly, monthly from _periodstructure order by 1"));
    }

    [Fact]
    public async Task Invalid_periods_and_repeated_identifiers_are_left_out()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.PeriodId("202401");
        store.PeriodId("20240105");
        store.Sql("insert into period select 9001, periodtypeid, '2024-01-01', '2024-01-31', '202401' from periodtype where name = 'Monthly'");
        store.Sql("insert into period select 9002, periodtypeid, '2024-02-01', '2024-02-01', '202402' from periodtype where name = 'Monthly'");

        await store.ResourceTablesAsync();

        Assert.Equal(["202401|31", "20240105|1"], await store.TextsAsync("select iso, daysno from _periodstructure order by 1"));
    }

    [Fact]
    public async Task Days_cover_the_years_around_the_data_up_to_the_first_day_after()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.PeriodId("202401");
        store.PeriodId("9000"); // far off: its years, not those between

        await store.ResourceTablesAsync();

        Assert.Equal(["2019-01-01|2030-01-01|4019"], await store.TextsAsync(
            "select min(dateperiod)::varchar, max(dateperiod)::varchar, count(*) from _dateperiodstructure where year < 5000"));
        Assert.Equal(["2024-01-01|2024W1|202401|2024|2023April"], await store.TextsAsync(
            "select dateperiod::varchar, weekly, monthly, yearly, financialapril from _dateperiodstructure where dateperiod = '2024-01-01'"));
        Assert.Equal(["2030"], await store.TextsAsync("select year from _dateperiodstructure where dateperiod = '2030-01-01'"));
    }

    [Fact]
    public async Task Every_day_has_the_period_of_each_type_that_contains_it()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.PeriodId("202101"); // after a year of 53 weeks

        await store.ResourceTablesAsync();

        var columns = string.Join(", ", PeriodType.All.Select(t => t.Column));
        var days = await store.TextsAsync($"select dateperiod::varchar, {columns} from _dateperiodstructure where year between 2019 and 2022 order by 1");
        var expected = Enumerable.Range(0, days.Count)
            .Select(i => new DateOnly(2019, 1, 1).AddDays(i))
            .Select(day => $"{day:yyyy-MM-dd}|{string.Join('|', PeriodType.All.Select(t => t.Containing(day).Iso))}");
        Assert.Equal(1461, days.Count);
        Assert.Equal(expected, days);
    }

    [Fact]
    public async Task A_combo_is_valid_while_all_its_options_are()
    {
        await using var store = new SampleStore();
        store.Option("M", "2020-01-01").Option("S", null, "2024-06-30").Option("T");
        store.Combo("SexSite", ("Sex", ["M"]), ("Site", ["S", "T"])).Combo("Hollow", ("Sex", ["M"]), ("Empty", []));
        store.Sql($"insert into categoryoptioncombo (categoryoptioncomboid, uid, name, ignoreapproval) values (7001, 'hollow00000', 'hollow', true); insert into categorycombos_optioncombos values ({store.Id("Hollow")}, 7001)");
        store.Sql($"update categoryoptioncombo set ignoreapproval = true, name = null where categoryoptioncomboid = {store.Id("M, T")}");

        await store.ResourceTablesAsync();

        Assert.Equal(["M, S||2020-01-01|2024-06-30", "Option M, Option T|0|2020-01-01|", "default|||"], await store.TextsAsync(
            "select categoryoptioncomboname, approvallevel, startdate::varchar, enddate::varchar from _categoryoptioncomboname order by 1"));
    }

    [Fact]
    public async Task Attribute_combos_are_open_where_all_options_are_assigned_to_the_unit()
    {
        await using var store = new SampleStore();
        store.Unit("R").Unit("A", "R").Unit("B", "R").Unit("C", "R");
        store.Option("P", "2020-01-01", "2023-12-31", "A", "B").Option("Q", "2021-01-01", null, "A");
        store.Element("E").Combo("Project", ("Partner", ["P", "Q"]));
        store.DataSet("Plain", "Monthly", ["E"], ["C"]);
        store.DataSet("Shared", "Monthly", ["E"], ["A", "B", "C"], combo: "Project", openAfterEnd: 2);

        await store.ResourceTablesAsync();

        Assert.Equal(
            ["Set Plain|Unit C|default||", "Set Shared|Unit A|P|2020-01-01|2024-02-29", "Set Shared|Unit A|Q|2021-01-01|", "Set Shared|Unit B|P|2020-01-01|2024-02-29"],
            await store.TextsAsync(
                """
                select d.name, o.name, c.name, x.costartdate::varchar, x.coenddate::varchar
                from _datasetorganisationunitcategory x join dataset d using (datasetid) join organisationunit o using (organisationunitid)
                join categoryoptioncombo c on c.categoryoptioncomboid = x.attributeoptioncomboid order by all
                """));
    }

    [Fact]
    public async Task Group_sets_give_a_column_by_short_name_and_one_by_uid()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.GroupSet("dataelement", "Kind", "Area", false, ("G1", ["DE1", "DE2"]), ("G2", ["DE2"]));
        store.GroupSet("dataelement", "Other", "area", false, ("G3", ["DE3"]));

        await store.ResourceTablesAsync();

        Assert.Equal(["dataelementid", "dataelementname", "Area", U("Kind"), "area 2", U("Other")], await Columns(store, "_dataelementgroupsetstructure"));
        Assert.Equal([$"Element DE1|Group G1|{U("G1")}||", $"Element DE2|Group G1|{U("G1")}||", $"Element DE3|||Group G3|{U("G3")}"], await store.TextsAsync(
            $"select dataelementname, \"Area\", \"{U("Kind")}\", \"area 2\", \"{U("Other")}\" from _dataelementgroupsetstructure order by 1"));
    }

    [Fact]
    public async Task A_unit_takes_the_group_of_its_nearest_ancestor_only_in_sets_that_say_so()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.GroupSet("orgunit", "Inherit", "In", true, ("Near", ["D1"]), ("Own", ["A", "R"]));
        store.GroupSet("orgunit", "Plain", "Pl", false, ("P", ["D1"]));

        await store.ResourceTablesAsync();

        Assert.Equal(
            ["Unit A|Group Own||", "Unit B|Group Near||", "Unit C|Group Own||", "Unit D1|Group Near|Group P|", "Unit D2|Group Own||", "Unit R|Group Own||"],
            await store.TextsAsync("select organisationunitname, \"In\", \"Pl\", startdate from _organisationunitgroupsetstructure order by 1"));
    }

    [Fact]
    public async Task Option_combos_know_their_options_and_option_groups()
    {
        await using var store = new SampleStore();
        store.Combo("SexAge", ("Sex", ["M", "F"]), ("Age", ["Y", "O"]));
        store.Sql("insert into categoryoptiongroupset (categoryoptiongroupsetid, uid, name, shortname, datadimension, datadimensiontype) values (81, 'gset0000000', 'Ages', 'Ages', true, 'DISAGGREGATION')");
        store.Sql($"insert into categoryoptiongroup (categoryoptiongroupid, uid, name) values (82, 'grp00000000', 'Young ones'); insert into categoryoptiongroupsetmembers values (81, 82, 0); insert into categoryoptiongroupmembers values (82, {store.Id("Y")})");

        await store.ResourceTablesAsync();

        Assert.Equal(
            [$"F, O|Option F|{U("F")}|Option O||", $"F, Y|Option F|{U("F")}|Option Y|Young ones|grp00000000", $"M, O|Option M|{U("M")}|Option O||", $"M, Y|Option M|{U("M")}|Option Y|Young ones|grp00000000", "default|||||"],
            await store.TextsAsync($"select categoryoptioncomboname, \"Sex\", \"{U("Sex")}\", \"Age\", \"Ages\", gset0000000 from _categorystructure order by 1"));
    }

    [Fact]
    public async Task Data_elements_show_the_set_under_approval_first_and_the_shortest_period_type_of_all()
    {
        await using var store = new SampleStore();
        store.Unit("R").Element("E").Element("F").Element("G");
        store.DataSet("Week", "Weekly", ["E", "F"], ["R"]).DataSet("Quart", "Quarterly", ["E"], ["R"], workflow: 77).DataSet("Annual", "Yearly", ["F"], ["R"]);

        await store.ResourceTablesAsync();

        Assert.Equal([$"{U("E")}|Set Quart|{U("Quart")}||77|Weekly", $"{U("F")}|Set Week|{U("Week")}|0||Weekly", $"{U("G")}|||||"], await store.TextsAsync(
            "select dataelementuid, datasetname, datasetuid, datasetapprovallevel, workflowid, periodtypename from _dataelementstructure order by 1"));
    }

    [Fact]
    public async Task Row_counts_follow_from_the_metadata()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Combo("SexAge", ("Sex", ["M", "F"]), ("Age", ["Y", "O"])).Element("DE4", combo: "SexAge");
        foreach (var type in PeriodType.All)
            store.PeriodId(type.Containing(new DateOnly(2024, 3, 15)).Iso);

        await store.ResourceTablesAsync();

        Assert.Equal(["6|23|7|4|5"], await store.TextsAsync(
            "select (select count(*) from _orgunitstructure), (select count(*) from _periodstructure), (select count(*) from _dataelementcategoryoptioncombo), (select count(*) from _dataelementstructure), (select count(*) from _categorystructure)"));
    }

    [Fact]
    public async Task A_failing_table_leaves_all_previous_tables_and_fails_the_run()
    {
        await using var store = SampleStore.OfTheFactSheet();
        await store.ResourceTablesAsync();
        var recorded = store.Settings.Values["keyLastSuccessfulResourceTablesUpdate"];
        store.Time.Advance(TimeSpan.FromHours(1));
        store.Unit("E", "D2").Sql("alter table dataset rename to dataset_gone");

        var run = await store.ResourceTablesAsync();

        Assert.Equal(JobRunOutcome.Failed, run.Outcome);
        Assert.Equal(ProgressStatus.Error, run.Stage("Generate").Status);
        Assert.Equal(ProgressStatus.Error, run.Stage("Generate").Items[1].Status);
        Assert.Equal(["6"], await store.TextsAsync("select count(*) from _orgunitstructure"));
        Assert.Empty(await store.TextsAsync("select table_name from information_schema.tables where table_name like '%!_temp%' escape '!'"));
        Assert.Equal(recorded, store.Settings.Values["keyLastSuccessfulResourceTablesUpdate"]);
    }

    private static string U(string name) => SampleStore.Uid(name);

    private static Task<List<string>> Columns(SampleStore store, string table) =>
        store.TextsAsync($"select column_name from information_schema.columns where table_name = '{table}' order by ordinal_position");
}
