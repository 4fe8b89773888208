using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Tests.Jobs;

namespace Dhis2Grpc.Server.Tests.Analytics;

public sealed class AnalyticsQueryTests
{
    [Fact]
    public async Task The_worked_example_sums_a_quarter_of_a_district()
    {
        await using var store = await ExampleAsync();

        Assert.Equal(["DE1 2024Q1 D1 15"], await AskAsync(store, ["dx:DE1", "pe:2024Q1", "ou:D1"]));
        Assert.Equal(["DE1 202401 A 10", "DE1 202401 B 5"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:A;B"]));
        Assert.Empty(await AskAsync(store, ["dx:DE1", "pe:202402", "ou:D1"]));
        Assert.Empty(await AskAsync(store, ["dx:DE1", "pe:202401", "ou:D2"]));
    }

    [Fact]
    public async Task An_aggregation_level_decides_what_counts_above_it()
    {
        await using var store = SampleStore.OfTheFactSheet();
        Example(store);
        store.Value("DE1", "D1", "202401", "100").Sql($"insert into dataelementaggregationlevels values ({store.Id("DE1")}, 2, 0)");
        await store.AnalyticsTablesAsync();

        Assert.Equal(["DE1 202401 D1 100", "DE1 202401 R 100", "DE1 202401 A 10"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:D1;R;A"]));
        Assert.Equal(["DE1 202401 R 100"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:R"]));
        Assert.Equal(["DE1 202401 100"], await AskAsync(store, ["dx:DE1", "pe:202401"], ["ou:D1"]));
    }

    [Fact]
    public async Task Levels_and_groups_take_units_as_boundaries()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.GroupSet("orgunit", "Set", "Set", false, ("Grp", ["A", "C", "D2"])).Sql($"insert into orgunitlevel (orgunitlevelid, uid, name, level) values (1, '{U("Lev")}', 'Facility', 3)");
        store.Value("DE1", "A", "202401", "1").Value("DE1", "B", "202401", "2").Value("DE1", "C", "202401", "4");
        await store.AnalyticsTablesAsync();

        Assert.Equal(["DE1 202401 A 1", "DE1 202401 B 2"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:D1;LEVEL-3"]));
        Assert.Equal(["DE1 202401 A 1", "DE1 202401 B 2", "DE1 202401 C 4"], await AskAsync(store, ["dx:DE1", "pe:202401", $"ou:LEVEL-{U("Lev")}"]));
        Assert.Equal(["DE1 202401 D1 3", "DE1 202401 D2 4"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:LEVEL-2"]));
        Assert.Equal(["DE1 202401 C 4", "DE1 202401 D2 4"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:D2;OU_GROUP-Grp"]));
        Assert.Equal(["DE1 202401 A 1", "DE1 202401 C 4", "DE1 202401 D2 4"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:OU_GROUP-Grp"]));
        Assert.Equal("E7124", await CodeAsync(store, ["dx:DE1", "pe:202401", "ou:LEVEL-9;LEVEL-8"]));
    }

    [Fact]
    public async Task Relative_periods_count_from_the_given_day()
    {
        await using var store = await ExampleAsync();

        Assert.Equal(["DE1 202401 D1 15"], await AskAsync(store, ["dx:DE1", "pe:LAST_3_MONTHS;202401", "ou:D1"], change: q => q with { Today = new DateOnly(2024, 4, 1) }));
        Assert.Equal(["DE1 2024 D1 15"], await AskAsync(store, ["dx:DE1", "pe:LAST_YEAR", "ou:D1"], change: q => q with { Today = new DateOnly(2025, 4, 1) }));
        Assert.Empty(await AskAsync(store, ["dx:DE1", "pe:LAST_3_MONTHS", "ou:D1"], change: q => q with { Today = new DateOnly(2025, 4, 1) }));
    }

    [Fact]
    public async Task Values_of_longer_periods_are_shown_for_shorter_ones_only_as_averages_over_time()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Element("POP", aggregation: "AVERAGE_SUM_ORG_UNIT").Element("YR");
        store.DataSet("Annual", "Yearly", ["POP", "YR"], ["A", "B"]);
        store.Value("POP", "A", "2024", "100").Value("POP", "B", "2024", "50").Value("YR", "A", "2024", "7");
        await store.AnalyticsTablesAsync();

        Assert.Equal(["POP 202403 D1 150", "POP 2024Q1 D1 150", "POP 2024 D1 150"], await AskAsync(store, ["dx:POP", "pe:202403;2024Q1;2024", "ou:D1"]));
        Assert.Equal(["YR 2024 D1 7"], await AskAsync(store, ["dx:YR", "pe:202403;2024", "ou:D1"]));
    }

    [Fact]
    public async Task Text_is_shown_as_it_is_and_aggregated_by_count_only()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Element("TXT", "TEXT", "NONE").Element("BAD", "TEXT", "SUM").Value("TXT", "A", "202401", "closed").Value("TXT", "B", "202401", "open");
        await store.AnalyticsTablesAsync();

        Assert.Equal(["TXT 202401 A closed", "TXT 202401 B open"], await AskAsync(store, ["dx:TXT", "pe:202401", "ou:A;B"]));
        Assert.Equal(["TXT 202401 D1 2"], await AskAsync(store, ["dx:TXT", "pe:202401", "ou:D1"], change: q => q with { Aggregation = Aggregation.Count }));
        Assert.Equal("E7115", await CodeAsync(store, ["dx:BAD", "pe:202401", "ou:D1"]));
        Assert.Equal("E7115", await CodeAsync(store, ["dx:TXT", "pe:202401", "ou:D1"], q => q with { Aggregation = Aggregation.Last }));
    }

    [Fact]
    public async Task Booleans_average_to_the_percentage_of_days()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Element("YES", "BOOLEAN", "AVERAGE").Value("YES", "A", "202401", "true").Value("YES", "A", "202402", "false");
        await store.AnalyticsTablesAsync();

        Assert.Equal(["YES 2024Q1 A 51.67"], await AskAsync(store, ["dx:YES", "pe:2024Q1", "ou:A"])); // 31 of 60 days
        Assert.Equal(["YES 2024Q1 A 1"], await AskAsync(store, ["dx:YES", "pe:2024Q1", "ou:A"], change: q => q with { Aggregation = Aggregation.Sum }));
    }

    [Fact]
    public async Task Operands_combos_categories_and_group_sets_divide_values()
    {
        await using var store = SampleStore.OfTheFactSheet();
        store.Combo("Sexes", ("Sex", ["M", "F"])).Element("DIS", combo: "Sexes");
        store.GroupSet("orgunit", "Ougs", "Ougs", false, ("Rural", ["A"]), ("Urban", ["B"])).GroupSet("dataelement", "Degs", "Degs", false, ("Some", ["DIS"]), ("Other", ["DE1"]));
        store.Value("DIS", "A", "202401", "1", combo: "coc M").Value("DIS", "A", "202401", "2", combo: "coc F").Value("DIS", "B", "202401", "4", combo: "coc F").Value("DE1", "A", "202401", "8");
        await store.AnalyticsTablesAsync();

        Assert.Equal(["DIS.cM 202401 D1 1", "DIS.cF 202401 D1 6"], await AskAsync(store, ["dx:DIS.cM;DIS.cF", "pe:202401", "ou:D1"]));
        Assert.Equal(["DIS cF 202401 D1 6", "DIS cM 202401 D1 1"], (await AskAsync(store, ["dx:DIS", "co", "pe:202401", "ou:D1"])).Order(StringComparer.Ordinal));
        Assert.Equal(["DIS cF 202401 D1 6"], await AskAsync(store, ["dx:DIS", "co:cF", "pe:202401", "ou:D1"]));
        Assert.Equal(["DIS M 202401 D1 1", "DIS F 202401 D1 6"], await AskAsync(store, ["dx:DIS", "Sex", "pe:202401", "ou:D1"]));
        Assert.Equal(["DIS 202401 D1 1"], await AskAsync(store, ["dx:DIS", "pe:202401", "ou:D1"], ["Sex:M"]));
        Assert.Equal(["DIS Rural 202401 3", "DIS Urban 202401 4"], await AskAsync(store, ["dx:DIS", "Ougs:Rural;Urban", "pe:202401"]));
        Assert.Equal(["Some 202401 7", "Other 202401 8"], await AskAsync(store, ["Degs", "pe:202401"]));
        Assert.Equal(["202401 7"], await AskAsync(store, ["pe:202401"], ["dx:DIS"]));
        Assert.Equal(["DIS HllvX50cXC0 7"], await AskAsync(store, ["dx:DIS", "ao"], ["pe:202401;2024Q1"]));
        Assert.Equal(["DIS 202401 D1 7"], await AskAsync(store, ["dx:DE_GROUP-Some", "pe:202401", "ou:D1"]));
    }

    [Fact]
    public async Task Rows_can_be_ordered_by_value_or_left_out()
    {
        await using var store = await ExampleAsync();

        Assert.Equal(["DE1 202401 B 5", "DE1 202401 A 10"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:A;B"], change: q => q with { Ascending = true }));
        Assert.Equal(["DE1 202401 A 10", "DE1 202401 B 5"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:B;A"], change: q => q with { Ascending = false }));
        Assert.Empty(await AskAsync(store, ["dx:DE1", "pe:202401", "ou:A;B"], change: q => q with { SkipData = true }));
    }

    [Theory]
    [InlineData("E7101")]
    [InlineData("E7102", "pe:202401", "ou:R")]
    [InlineData("E7104", "dx:DE1", "ou:R")]
    [InlineData("E7111", "dx:DE1", "dx:DE2", "pe:202401")]
    [InlineData("E7103", "dx:DE1", "pe:202401", "ou:R", "filter ou:A")]
    [InlineData("E7110", "dx:DE1", "pe:202401", "filter co")]
    [InlineData("E7124", "dx", "pe:202401", "ou:R")]
    [InlineData("E7124", "dx:", "pe:202401", "ou:R")]
    [InlineData("E7124", "dx:NOPE", "pe:202401", "ou:R")]
    [InlineData("E7124", "dx:DE1", "pe:20241301", "ou:R")]
    [InlineData("E7124", "dx:DE1", "pe:LAST_9_MOONS", "ou:R")]
    [InlineData("E7124", "dx:DE1", "pe:202401", "ou:NOPE")]
    [InlineData("E7124", "dx:DE1", "pe:202401", "ou:USER_ORGUNIT")]
    [InlineData("E7124", "dx:DE1", "pe:202401", "ou:OU_GROUP-nope")]
    [InlineData("E7124", "dx:DE1", "pe:202401", "ou:LEVEL-nope")]
    [InlineData("E7124", "dx:DE1", "pe:202401", "co:NOPE")]
    [InlineData("E7125", "dx:DE1", "pe:202401", "zz:NOPE")]
    [InlineData(null, "dx:DE1.REPORTING_RATE", "pe:202401", "ou:R")]
    public async Task A_question_that_makes_no_sense_is_refused_with_DHIS2s_code(string? code, params string[] dimensions)
    {
        await using var store = await ExampleAsync();

        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => AskAsync(
            store, [.. dimensions.Where(d => !d.StartsWith("filter", StringComparison.Ordinal))], [.. dimensions.Where(d => d.StartsWith("filter", StringComparison.Ordinal)).Select(d => d[7..])]));

        Assert.Equal(code, e.Code);
        Assert.Equal(code is null ? ErrorKind.Unimplemented : ErrorKind.InvalidArgument, e.Kind);
    }

    [Fact]
    public async Task Tables_never_built_are_said_so()
    {
        await using var store = SampleStore.OfTheFactSheet();
        await store.SaveAsync();

        Assert.Equal("E7144", (await Assert.ThrowsAsync<Dhis2Exception>(() => AskAsync(store, ["dx:DE1", "pe:202401", "ou:R"]))).Code);
        await store.ResourceTablesAsync();
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => AskAsync(store, ["dx:DE1", "pe:202401", "ou:R"]));
        Assert.Equal(("E7144", ErrorKind.Conflict), (e.Code, e.Kind));
    }

    [Fact]
    public async Task Metadata_that_came_after_the_tables_is_known_and_new_tables_are_noticed()
    {
        await using var store = await ExampleAsync();
        using var cache = new AnalyticsKeyCache();
        Assert.Equal(["DE1 202401 R 15"], await AskAsync(store, ["dx:DE1", "pe:202401", "ou:R"], cache: cache));
        store.Element("NEW").Unit("E", "D2").Value("NEW", "E", "202301", "3");
        await store.SaveAsync();

        Assert.Empty(await AskAsync(store, ["dx:NEW", "pe:202301", "ou:E"], cache: cache));
        await store.AnalyticsTablesAsync(new AnalyticsTableParameters());

        Assert.Equal(["NEW 202301 E 3"], await AskAsync(store, ["dx:NEW", "pe:202301", "ou:E"], cache: cache));
        Assert.Equal(["NEW 2023 R 3"], await AskAsync(store, ["dx:NEW", "pe:2023", "ou:R"], cache: cache));
    }

    [Theory]
    [InlineData(15.0, "15", "15")]
    [InlineData(0.125, "0.13", "0.125")]
    [InlineData(-0.125, "-0.13", "-0.125")]
    [InlineData(1.005, "1.01", "1.005")]
    [InlineData(-0.001, "0", "-0.001")]
    [InlineData(1.0 / 3, "0.33", "0.3333333333")]
    [InlineData(12345678901234.5, "12345678901234.5", "12345678901234.5")]
    [InlineData(1e20, "100000000000000000000", "100000000000000000000")]
    public void Values_are_rounded_to_two_decimals_and_whole_numbers_have_none(double value, string rounded, string unrounded)
    {
        Assert.Equal(rounded, ValueText.Of(value, skipRounding: false));
        Assert.Equal(unrounded, ValueText.Of(value, skipRounding: true));
    }

    private static string U(string name) => SampleStore.Uid(name);

    private static void Example(SampleStore store) => store
        .Value("DE1", "A", "202401", "10").Value("DE1", "B", "202401", "5").Value("DE1", "A", "202402", "0")
        .Value("DE2", "A", "202401", "abc").Value("DE3", "A", "202401", "7", deleted: true);

    private static async Task<SampleStore> ExampleAsync()
    {
        var store = SampleStore.OfTheFactSheet();
        Example(store);
        await store.AnalyticsTablesAsync();
        return store;
    }

    // Asks with names in place of UIDs, and gives rows as "DE1 202401 A 10".
    private static async Task<List<string>> AskAsync(
        SampleStore store, string[] dimensions, string[]? filters = null, Func<AnalyticsQuery, AnalyticsQuery>? change = null, AnalyticsKeyCache? cache = null)
    {
        using var own = new AnalyticsKeyCache();
        var queries = new AnalyticsQueries(store.Warehouse, cache ?? own);
        var query = new AnalyticsQuery
        {
            Dimensions = [.. dimensions.Select(store.WithUids)],
            Filters = [.. (filters ?? []).Select(store.WithUids)],
            Today = new DateOnly(2024, 6, 15),
        };
        var result = await queries.QueryAsync(change?.Invoke(query) ?? query, TestContext.Current.CancellationToken);
        return
        [
            .. result.Rows.Select(r => string.Join(' ', [
                .. result.Axes.Select((a, i) => string.Join('.', a.Items[r.Items[i]].Uid.Split('.').Select(store.NameOf))),
                r.Value is { } v ? ValueText.Of(v, false) : r.Text!])),
        ];
    }

    private static async Task<string?> CodeAsync(SampleStore store, string[] dimensions, Func<AnalyticsQuery, AnalyticsQuery>? change = null) =>
        (await Assert.ThrowsAsync<Dhis2Exception>(() => AskAsync(store, dimensions, change: change))).Code;
}
