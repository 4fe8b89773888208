using Dhis2Grpc.Server.Metadata;
using static Dhis2Grpc.Server.Tests.Metadata.Documents;

namespace Dhis2Grpc.Server.Tests.Metadata;

public sealed class ImportStrategyTests
{
    private static readonly string One = Of(("dataElements", [Element("aaaaaaaaaa1", "Births")]));
    private static readonly string Two = Of(("dataElements", [Element("aaaaaaaaaa1", "Births"), Element("aaaaaaaaaa2", "Deaths")]));

    [Fact]
    public async Task Create_refuses_what_exists()
    {
        await using var imports = new Imports();
        await imports.TextAsync(One);
        var report = await imports.TextAsync(Two, new MetadataImportOptions { Strategy = ImportStrategy.Create, Atomic = AtomicMode.None });
        Assert.Equal(new ImportStats(1, 0, 0, 1), report.Stats);
        Assert.Equal("E5000", report.Types[0].Objects[0].Errors[0].Code);
    }

    [Fact]
    public async Task Update_refuses_what_is_new()
    {
        await using var imports = new Imports();
        await imports.TextAsync(One);
        var report = await imports.TextAsync(Two, new MetadataImportOptions { Strategy = ImportStrategy.Update, Atomic = AtomicMode.None });
        Assert.Equal(new ImportStats(0, 1, 0, 1), report.Stats);
        Assert.Equal("E5001", report.Types[0].Objects[0].Errors[0].Code);
    }

    [Fact]
    public async Task Validate_reports_and_stores_nothing()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(Two, new MetadataImportOptions { Mode = ImportMode.Validate });
        Assert.Equal((ImportStatus.Ok, 2), (report.Status, report.Stats.Created));
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select count(*) from dataelement"));
    }

    [Fact]
    public async Task An_update_replaces_the_whole_object()
    {
        await using var imports = new Imports();
        var full = Element("aaaaaaaaaa1", "Births");
        full["code"] = "B";
        full["description"] = "Live births";
        full["aggregationLevels"] = new System.Text.Json.Nodes.JsonArray(3, 2);
        full["zeroIsSignificant"] = "true";
        await imports.TextAsync(Of(("dataElements", [full])));
        Assert.Equal(["B|Live births|true"], await imports.Store.TextsAsync("select code, description, zeroissignificant::varchar from dataelement"));
        Assert.Equal(["3|0", "2|1"], await imports.Store.TextsAsync("select aggregationlevel, sort_order from dataelementaggregationlevels order by sort_order"));
        await imports.TextAsync(One);
        Assert.Equal(["||false"], await imports.Store.TextsAsync("select code, description, zeroissignificant::varchar from dataelement"));
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select count(*) from dataelementaggregationlevels"));
    }

    [Fact]
    public async Task Objects_without_id_get_one()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync("""{"organisationUnits":[{"name":"A","shortName":"A","openingDate":"2020-01-01"}]}""", new MetadataImportOptions { ReportMode = ImportReportMode.Full });
        var uid = report.Types[0].Objects[0].Uid;
        Assert.True(Dhis2Grpc.Server.Metadata.Uid.IsValid(uid));
        using var exported = await imports.ExportAsync("organisationUnits");
        Assert.Equal(uid, exported.RootElement.GetProperty("organisationUnits")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task References_and_objects_may_go_by_code()
    {
        await using var imports = new Imports();
        await imports.TextAsync("""{"dataElements":[{"id":"aaaaaaaaaa1","code":"B","name":"Births","shortName":"B","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"}]}""");
        await imports.TextAsync("""{"dataElementGroups":[{"id":"aaaaaaaaaa2","name":"G","dataElements":[{"code":"B"}]}]}""");
        Assert.Equal(["aaaaaaaaaa1"], await imports.Store.TextsAsync("select uid from dataelementgroupmembers join dataelement using (dataelementid)"));
        var report = await imports.TextAsync(
            """{"dataElements":[{"code":"B","name":"Live births","shortName":"B","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"}]}""",
            new MetadataImportOptions { Identifier = ImportIdentifier.Code });
        Assert.Equal(new ImportStats(0, 1, 0, 0), report.Stats);
        Assert.Equal(["aaaaaaaaaa1|Live births"], await imports.Store.TextsAsync("select uid, name from dataelement"));
    }

    [Fact]
    public async Task Unknown_types_and_members_are_kept_or_passed_over()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync("""
            {"date":"2024-01-01","system":{"id":"x"},"numbers":[1,2,[3]],"things":[{"id":"aaaaaaaaaa1","deep":{"a":[1.50,"é",null]}},{"noId":true}],
             "futureTypes":[{"id":"aaaaaaaaaa2","name":"F"}],"text":"t"}
            """);
        Assert.Equal((ImportStatus.Ok, 2), (report.Status, report.Stats.Created));
        using var exported = await imports.ExportAsync("things");
        Assert.Equal("""[{"id":"aaaaaaaaaa1","deep":{"a":[1.50,"é",null]}}]""", exported.RootElement.GetProperty("things").GetRawText().Replace("\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Default_objects_of_another_server_are_the_local_ones()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync("""
            {"dataElements":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","categoryCombo":{"id":"otherCombo1"}}],
             "categoryCombos":[{"id":"otherCombo1","name":"default","dataDimensionType":"DISAGGREGATION","categories":[{"id":"otherCateg1"}]}],
             "categories":[{"id":"otherCateg1","name":"default","dataDimensionType":"DISAGGREGATION","categoryOptions":[{"id":"missingOpt1"}]}]}
            """);
        Assert.Equal(ImportStatus.Ok, report.Status);
        Assert.Equal(["bjDvmb4bfuf"], await imports.Store.TextsAsync("select c.uid from dataelement join categorycombo c using (categorycomboid)"));
        Assert.Equal(1, await imports.Store.ScalarAsync<long>("select count(*) from categorycombo"));
    }

    [Fact]
    public async Task Missing_option_combos_are_generated_and_given_ones_kept()
    {
        await using var imports = new Imports();
        const string document = """
            {"categoryOptionCombos":[{"id":"given000001","name":"F, old","categoryCombo":{"id":"combo000001"},"categoryOptions":[{"id":"optionOld01"},{"id":"optionF0001"}]}],
             "categoryCombos":[{"id":"combo000001","name":"Sex and age","dataDimensionType":"DISAGGREGATION","categories":[{"id":"category001"},{"id":"category002"}]}],
             "categories":[{"id":"category001","name":"Sex","dataDimensionType":"DISAGGREGATION","categoryOptions":[{"id":"optionF0001"},{"id":"optionM0001"}]},
                           {"id":"category002","name":"Age","dataDimensionType":"DISAGGREGATION","categoryOptions":[{"id":"optionNew01"},{"id":"optionOld01"}]}],
             "categoryOptions":[{"id":"optionF0001","name":"F"},{"id":"optionM0001","name":"M"},{"id":"optionNew01","name":"new"},{"id":"optionOld01","name":"old"}]}
            """;
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(document)).Status);
        const string combos = """
            select o.name, string_agg(p.uid, ',' order by p.uid), o.uid from categoryoptioncombo o join categorycombos_optioncombos using (categoryoptioncomboid)
            join categorycombo c using (categorycomboid) join categoryoptioncombos_categoryoptions using (categoryoptioncomboid)
            join dataelementcategoryoption p using (categoryoptionid) where c.uid = 'combo000001' group by all order by 1
            """;
        var rows = await imports.Store.TextsAsync(combos);
        Assert.Equal(["F, new|optionF0001,optionNew01", "F, old|optionF0001,optionOld01", "M, new|optionM0001,optionNew01", "M, old|optionM0001,optionOld01"], rows.Select(r => r[..r.LastIndexOf('|')]));
        Assert.EndsWith("given000001", rows[1], StringComparison.Ordinal);
        await imports.TextAsync(document);
        Assert.Equal(rows, await imports.Store.TextsAsync(combos));

        await using var elsewhere = new Imports();
        await elsewhere.TextAsync(document);
        Assert.Equal(rows, await elsewhere.Store.TextsAsync(combos));
    }

    [Fact]
    public async Task Delete_takes_objects_out_of_lists_and_refuses_what_is_needed()
    {
        await using var imports = new Imports();
        await imports.TextAsync("""
            {"categoryCombos":[{"id":"combo000001","name":"Sex","dataDimensionType":"DISAGGREGATION","categories":[{"id":"category001"}]}],
             "categories":[{"id":"category001","name":"Sex","dataDimensionType":"DISAGGREGATION","categoryOptions":[{"id":"optionF0001"}]}],
             "categoryOptions":[{"id":"optionF0001","name":"F"}]}
            """);
        await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "A", "combo000001"), Element("aaaaaaaaaa2", "B")]),
            ("dataElementGroups", [Named("aaaaaaaaaa3", "G", "dataElements", "aaaaaaaaaa1", "aaaaaaaaaa2")])));
        var delete = new MetadataImportOptions { Strategy = ImportStrategy.Delete, Atomic = AtomicMode.None };

        var refused = await imports.TextAsync("""{"categoryCombos":[{"id":"combo000001"}]}""", delete);
        Assert.Equal((ImportStatus.Warning, new ImportStats(0, 0, 0, 1)), (refused.Status, refused.Stats));
        Assert.Equal("E4030", refused.Types[0].Objects[0].Errors[0].Code);
        Assert.Contains("DataElement aaaaaaaaaa1", refused.Types[0].Objects[0].Errors[0].Message, StringComparison.Ordinal);

        var done = await imports.TextAsync("""{"categoryCombos":[{"id":"combo000001"}],"dataElements":[{"id":"aaaaaaaaaa1"}]}""", delete);
        Assert.Equal((ImportStatus.Ok, new ImportStats(0, 0, 2, 0)), (done.Status, done.Stats));
        Assert.Equal(["aaaaaaaaaa2"], await imports.Store.TextsAsync("select uid from dataelementgroupmembers join dataelement using (dataelementid)"));
        Assert.Equal(1, await imports.Store.ScalarAsync<long>("select count(*) from categoryoptioncombo"));
        using var exported = await imports.ExportAsync();
        Assert.Equal("""[{"id":"aaaaaaaaaa2"}]""", exported.RootElement.GetProperty("dataElementGroups")[0].GetProperty("dataElements").GetRawText());
        Assert.DoesNotContain(exported.RootElement.GetProperty("categoryCombos").EnumerateArray(), c => c.GetProperty("name").GetString() == "Sex");
    }

    [Fact]
    public async Task What_has_data_is_not_deleted()
    {
        await using var imports = new Imports();
        await imports.TextAsync(One);
        await using (var write = await imports.Store.Warehouse.BeginWriteAsync(Server.Warehouse.WriteTurn.Documents, TestContext.Current.CancellationToken))
        {
            await Server.Warehouse.WarehouseSql.ExecuteAsync(write.Connection, """
                insert into datavalue select dataelementid, 1, 1, 1, 1, '5', null, now()::timestamp, now()::timestamp, null, null, false, null from dataelement
                """, TestContext.Current.CancellationToken);
            await write.CommitAsync(TestContext.Current.CancellationToken);
        }
        var report = await imports.TextAsync("""{"dataElements":[{"id":"aaaaaaaaaa1"}]}""", new MetadataImportOptions { Strategy = ImportStrategy.Delete });
        Assert.Equal((ImportStatus.Error, "E4030"), (report.Status, report.Types[0].Objects[0].Errors[0].Code));
        Assert.Equal(1, await imports.Store.ScalarAsync<long>("select count(*) from dataelement"));
    }
}
