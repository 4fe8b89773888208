using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Tests.Warehouse;
using Dhis2Grpc.Server.Warehouse;
using DuckDB.NET.Data;
using Microsoft.Extensions.Logging.Abstractions;
using static Dhis2Grpc.Server.Tests.Metadata.Documents;

namespace Dhis2Grpc.Server.Tests.Metadata;

/// <summary>Every type of metadata in its own tables.</summary>
public sealed class ProjectionTests
{
    private const string Program = """
        {"trackedEntityAttributes":[{"id":"attribute01","name":"First name","shortName":"First","valueType":"TEXT","unique":true}],
         "dataElements":[{"id":"element0001","name":"Weight","shortName":"Weight","valueType":"NUMBER","domainType":"TRACKER","aggregationType":"SUM"}],
         "programs":[{"id":"program0001","name":"Birth","shortName":"Birth","programType":"WITH_REGISTRATION","programStages":[{"id":"stage000001"},{"id":"stage000002"}],
           "notificationTemplates":[{"id":"template001"}],"programTrackedEntityAttributes":[{"id":"pteAttrib01"}]}],
         "programTrackedEntityAttributes":[{"id":"pteAttrib01","mandatory":true,"program":{"id":"program0001"},"trackedEntityAttribute":{"id":"attribute01"}}],
         "programStages":[{"id":"stage000001","name":"Visit","program":{"id":"program0001"},"sortOrder":2,"programStageDataElements":[{"id":"psElement01","compulsory":"true","dataElement":{"id":"element0001"}}]},
           {"id":"stage000002","name":"Birth"}],
         "programNotificationTemplates":[{"id":"template001","name":"T","messageTemplate":"M","deliveryChannels":["SMS","EMAIL"],"recipientProgramAttribute":{"id":"attribute01"}}],
         "programRules":[{"id":"rule0000001","name":"R","condition":"true","program":{"id":"program0001"},"programRuleActions":[{"id":"action00001"}]}],
         "programRuleActions":[{"id":"action00001","programRuleActionType":"HIDEFIELD","dataElement":{"id":"element0001"}}],
         "programIndicators":[{"id":"indicator01","name":"I","shortName":"I","program":{"id":"program0001"},"expression":"1"}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Programs_and_all_that_hangs_on_them_refer_to_each_other_by_key()
    {
        await using var imports = new Imports();
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(Program)).Status);
        await CheckAsync();
        // Each part alone, and everything again: nothing comes loose, nothing is doubled.
        await imports.TextAsync("""{"programStages":[{"id":"stage000002","name":"Birth"}]}""");
        await imports.TextAsync("""{"programTrackedEntityAttributes":[{"id":"pteAttrib01","mandatory":true,"program":{"id":"program0001"},"trackedEntityAttribute":{"id":"attribute01"}}]}""");
        await CheckAsync();
        await imports.TextAsync(Program);
        await CheckAsync();

        async Task CheckAsync()
        {
            Assert.Equal(["Birth|program0001|", "Visit|program0001|2"],
                await imports.Store.TextsAsync("select s.name, p.uid, s.sort_order from programstage s join program p using (programid) order by 1"));
            Assert.Equal(["stage000001|element0001|psElement01|true"], await imports.Store.TextsAsync(
                "select s.uid, e.uid, x.uid, x.compulsory::varchar from programstagedataelement x join programstage s using (programstageid) join dataelement e using (dataelementid)"));
            Assert.Equal(["program0001|attribute01|true"], await imports.Store.TextsAsync(
                "select p.uid, a.uid, mandatory::varchar from program_attributes join program p using (programid) join trackedentityattribute a using (trackedentityattributeid)"));
            Assert.Equal(["template001|program0001|attribute01|EMAIL", "template001|program0001|attribute01|SMS"], await imports.Store.TextsAsync("""
                select t.uid, p.uid, a.uid, d.deliverychannel from programnotificationtemplate t join program p using (programid)
                join trackedentityattribute a using (trackedentityattributeid)
                join programnotificationtemplate_deliverychannel d on d.programnotificationtemplatedeliverychannelid = t.programnotificationtemplateid order by 4
                """));
            Assert.Equal(["action00001|rule0000001|element0001|program0001"], await imports.Store.TextsAsync("""
                select a.uid, r.uid, e.uid, p.uid from programruleaction a join programrule r using (programruleid) join dataelement e using (dataelementid)
                join program p on p.programid = r.programid
                """));
            Assert.Equal(["AVERAGE|EVENT"], await imports.Store.TextsAsync("select aggregationtype, analyticstype from programindicator"));
        }
    }

    [Fact]
    public async Task Data_sets_hold_periods_operands_and_sections()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync("""
            {"dataSets":[{"id":"dataset0001","name":"S","shortName":"S","periodType":"Monthly","dataSetElements":[{"dataElement":{"id":"element0001"}}],
               "dataInputPeriods":[{"period":{"id":"202401"},"openingDate":"2024-01-01","closingDate":"2024-03-01T00:00:00.000"},{"period":{"id":"202402"}}],
               "compulsoryDataElementOperands":[{"dataElement":{"id":"element0001"},"categoryOptionCombo":{"id":"HllvX50cXC0"}}],"legendSets":[{"id":"legendset01"}]}],
             "sections":[{"id":"section0001","name":"First","dataSet":{"id":"dataset0001"},"sortOrder":1,"dataElements":[{"id":"element0001"}],
               "greyedFields":[{"dataElement":{"id":"element0001"},"categoryOptionCombo":{"id":"HllvX50cXC0"}}]}],
             "legendSets":[{"id":"legendset01","name":"L","legends":[{"id":"legend00001","name":"low","startValue":0,"endValue":"10.5","color":"#fff"}]}],
             "optionSets":[{"id":"optionset01","name":"O","valueType":"TEXT","options":[{"id":"option00001"}]}],"options":[{"id":"option00001","code":"A","name":"a"}],
             "dataElements":[{"id":"element0001","name":"A","shortName":"A","valueType":"TEXT","domainType":"AGGREGATE","aggregationType":"NONE","optionSet":{"id":"optionset01"}}]}
            """);
        Assert.Equal(ImportStatus.Ok, report.Status);
        Assert.Equal(["202401|2024-01-01|2024-03-01", "202402||"], await imports.Store.TextsAsync(
            "select p.iso, openingdate::varchar, closingdate::varchar from datainputperiod join period p using (periodid) order by 1"));
        Assert.Equal(["element0001|HllvX50cXC0", "element0001|HllvX50cXC0"], await imports.Store.TextsAsync("""
            select e.uid, c.uid from (select dataelementoperandid from datasetoperands union all select dataelementoperandid from sectiongreyedfields)
            join dataelementoperand using (dataelementoperandid) join dataelement e using (dataelementid) join categoryoptioncombo c using (categoryoptioncomboid)
            """));
        Assert.Equal(["section0001|dataset0001|element0001"], await imports.Store.TextsAsync(
            "select s.uid, d.uid, e.uid from section s join dataset d using (datasetid) join sectiondataelements using (sectionid) join dataelement e using (dataelementid)"));
        Assert.Equal(["low|0|10.5"], await imports.Store.TextsAsync("select name, startvalue, endvalue from maplegend join datasetlegendsets on legendsetid = maplegendsetid"));
        Assert.Equal(["option00001|optionset01|element0001"], await imports.Store.TextsAsync(
            "select o.uid, s.uid, e.uid from optionvalue o join optionset s using (optionsetid) join dataelement e on e.optionsetid = s.optionsetid"));
    }

    [Fact]
    public async Task Users_come_with_credentials_of_either_age_and_never_with_passwords()
    {
        await using var imports = new Imports();
        await imports.TextAsync("""
            {"users":[{"id":"user0000001","firstName":"A","surname":"B","username":"new","password":"Secret-123","userRoles":[{"id":"role0000001"}]},
               {"id":"user0000002","firstName":"C","surname":"D","userCredentials":{"username":"old","password":"Secret-123","userRoles":[{"id":"role0000001"}]},"organisationUnits":[{"id":"u0000000001"}]}],
             "userRoles":[{"id":"role0000001","name":"R","authorities":["F_ONE","F_TWO"]}],"userGroups":[{"id":"group000001","name":"G","users":[{"id":"user0000002"}]}]}
            """);
        await imports.TextAsync(Of(("organisationUnits", [Unit(1)])));
        Assert.Equal(["new|R|2", "old|R|2"], await imports.Store.TextsAsync("""
            select u.username, r.name, (select count(*) from userroleauthorities a where a.userroleid = r.userroleid)
            from userinfo u join userrolemembers m on m.userid = u.userinfoid join userrole r using (userroleid) order by 1
            """));
        Assert.Equal(["G|old"], await imports.Store.TextsAsync("select g.name, u.username from usergroup g join usergroupmembers m using (usergroupid) join userinfo u on u.userinfoid = m.userid"));
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select count(*) from object where contains(json, 'Secret-123')"));
    }

    [Fact]
    public async Task Objects_stored_before_the_tables_were_known_get_their_rows()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Program);
        var tables = MetadataTypes.Projected.SelectMany(t => t.Parts.Select(p => p.Table).Append(t.Table!)).Distinct().ToList();
        var before = await CountsAsync();
        await using (var write = await imports.Store.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct))
        {
            await write.Connection.ExecuteAsync("delete from projectionversion; delete from program; delete from programstage; delete from programstagedataelement; delete from program_attributes", Ct);
            await write.CommitAsync(Ct);
        }
        var upgrade = new ProjectionUpgrade(imports.Store.Warehouse, TimeProvider.System, NullLogger<ProjectionUpgrade>.Instance);
        await upgrade.RunAsync(Ct);
        Assert.Equal(before, await CountsAsync());
        await upgrade.RunAsync(Ct);
        Assert.Equal(before, await CountsAsync());

        async Task<List<string>> CountsAsync() => await imports.Store.TextsAsync(string.Join(" union all ", tables.Select(t => $"select '{t}', count(*) from {t}")) + " order by 1");
    }

    [Fact]
    public async Task A_file_of_the_first_schema_gets_all_tables_filled()
    {
        var directory = Directory.CreateTempSubdirectory("warehouse-").FullName;
        await using (var connection = new DuckDBConnection($"Data Source={Path.Combine(directory, "warehouse.duckdb")}"))
        {
            await connection.OpenAsync(Ct);
            await using var script = typeof(IWarehouse).Assembly.GetManifestResourceStream("Dhis2Grpc.Server.Warehouse.DuckDb.Schema.V1.sql")!;
            await using var command = connection.CreateCommand();
            command.CommandText = $"""
                {await new StreamReader(script).ReadToEndAsync(Ct)}
                create table schemaversion (version integer not null); insert into schemaversion values (1);
                insert into object values
                    ('constants', 'constant001', null, 'C', '2024-01-01', '2024-01-02', '{"{"}"id":"constant001","name":"C","value":"1.5"{"}"}'),
                    ('sections', 'section0001', null, 'S', '2024-01-01', '2024-01-02', '{"{"}"id":"section0001","name":"S","sortOrder":"not a number"{"}"}');
                """;
            command.ExecuteNonQuery();
        }
        await using (var store = new TemporaryWarehouse(directory))
        {
            await new ProjectionUpgrade(store.Warehouse, TimeProvider.System, NullLogger<ProjectionUpgrade>.Instance).RunAsync(Ct);
            Assert.Equal(["constant001|1.5|2024-01-02 00:00:00"], await store.TextsAsync("select uid, value, lastupdated::varchar from constant"));
            Assert.Equal(["section0001|"], await store.TextsAsync("select uid, sortorder from section"));
            Assert.Equal(["default"], await store.TextsAsync("select name from categorycombo"));
        }
        Directory.Delete(directory, recursive: true);
    }

    private const string Sexes = """
        "categoryOptions":[{"id":"option00001","name":"F"},{"id":"option00002","name":"M"}],"categories":[{"id":"category001","name":"Sex","categoryOptions":[{"id":"option00001"},{"id":"option00002"}]}],
        "categoryCombos":[{"id":"combo000001","name":"Sex","categories":[{"id":"category001"}]}]
        """;

    private static string Combo(string uid, string option) =>
        $$"""{"id":"{{uid}}","name":"N {{uid}}","categoryCombo":{"id":"combo000001"},"categoryOptions":[{"id":"{{option}}"}]}""";

    [Fact]
    public async Task Of_two_option_combos_for_the_same_options_the_second_is_refused()
    {
        await using var imports = new Imports();
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync($$"""{{{Sexes}},"categoryOptionCombos":[{{Combo("cocFemale01", "option00001")}}]}""")).Status);

        var report = await imports.TextAsync($$"""
            {"categoryOptionCombos":[{{Combo("cocFemale02", "option00001")}},{{Combo("cocMale0001", "option00002")}},{{Combo("cocMale0002", "option00002")}},{{Combo("cocFemale01", "option00001")}}]}
            """, new MetadataImportOptions { Atomic = AtomicMode.None });

        Assert.Equal(
        [
            "cocMale0002 E1131 Unexpected CategoryOptionCombo provided with CategoryOptions: [option00002] for CategoryCombo: combo000001. Missing expected CategoryOptionCombos with CategoryOption sets: []",
        ], Errors(report).Where(e => e.StartsWith("cocMale", StringComparison.Ordinal)));
        Assert.Equal(new ImportStats(1, 1, 0, 2), report.Stats);
        Assert.Equal(["cocFemale01", "cocMale0001"], await imports.Store.TextsAsync("select uid from categoryoptioncombo where uid <> 'HllvX50cXC0' order by 1"));

        report = await imports.TextAsync($$"""{"categoryOptionCombos":[{{Combo("cocFemale02", "option00001")}}]}""");
        Assert.Equal(
        [
            "cocFemale02 E1132 Provided CategoryOptionCombo cocFemale02 cannot be processed (potential duplicate). An existing CategoryOptionCombo cocFemale01 has the same CategoryCombo combo000001 and same CategoryOptions [option00001]",
        ], Errors(report));
        Assert.Equal(ImportStatus.Error, report.Status);

        static IEnumerable<string> Errors(MetadataImportReport report) => report.Types.SelectMany(t => t.Objects).SelectMany(o => o.Errors.Select(e => $"{o.Uid} {e.Code} {e.Message}"));
    }

    [Fact]
    public async Task A_generated_option_combo_of_another_node_stands_for_the_one_here()
    {
        await using var other = new Imports();
        await other.TextAsync($$"""{{{Sexes}}}""");
        await other.TextAsync("""{"constants":[{"id":"constant001","name":"C","value":1}]}""");
        var generated = await other.Store.ScalarAsync<string>("select x.uid from categoryoptioncombo x where x.name = 'F'");
        using var exported = await other.ExportAsync();
        await using var imports = new Imports();
        await imports.TextAsync($$"""{{{Sexes}},"categoryOptionCombos":[{{Combo("cocFemale01", "option00001")}}]}""");

        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(exported.RootElement.GetRawText())).Status);
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync($$"""
            {"dataElements":[{"id":"aaaaaaaaaa1","name":"E","shortName":"E","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"}],
             "predictors":[{"id":"predictor01","name":"P","periodType":"Monthly","output":{"id":"aaaaaaaaaa1"},"outputCombo":{"id":"{{generated}}"},"generator":{"expression":"1"} }],
             "categoryOptionCombos":[{{Combo(generated!, "option00001")}}]}
            """)).Status);

        Assert.Equal(2, await imports.Store.ScalarAsync<long>("select count(*) from categoryoptioncombo where uid <> 'HllvX50cXC0'"));
        Assert.Equal(["cocFemale01|N cocFemale01"], await imports.Store.TextsAsync("select c.uid, c.name from predictor p join categoryoptioncombo c on c.categoryoptioncomboid = p.generatoroutputcombo"));
    }

    [Fact]
    public async Task An_option_combo_takes_the_place_of_the_generated_one()
    {
        await using var imports = new Imports();
        await imports.TextAsync("""
            {"categoryCombos":[{"id":"combo000001","name":"Sex","categories":[{"id":"category001"}]}],"categories":[{"id":"category001","name":"Sex","categoryOptions":[{"id":"optionF0001"}]}],
             "categoryOptions":[{"id":"optionF0001","name":"F"}]}
            """);
        var generated = await imports.Store.TextsAsync("select uid, categoryoptioncomboid from categoryoptioncombo where uid <> 'HllvX50cXC0'");
        var (uid, key) = (Assert.Single(generated).Split('|')[0], generated[0].Split('|')[1]);
        var indicator = new JsonObject
        {
            ["id"] = "indicator01",
            ["name"] = "I",
            ["shortName"] = "I",
            ["numerator"] = $"#{{abcdefghijk.{uid}}}",
            ["denominator"] = "1",
            ["indicatorType"] = Reference("type0000001"),
        };
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(Of(("indicators", [indicator]), ("indicatorTypes", [new JsonObject { ["id"] = "type0000001", ["name"] = "T", ["factor"] = 1 }])))).Status);

        var report = await imports.TextAsync("""{"categoryOptionCombos":[{"id":"given000001","categoryCombo":{"id":"combo000001"},"categoryOptions":[{"id":"optionF0001"}]}]}""");

        Assert.Equal((ImportStatus.Ok, 1), (report.Status, report.Stats.Created));
        Assert.Equal([$"given000001|F|{key}"], await imports.Store.TextsAsync("select uid, name, categoryoptioncomboid from categoryoptioncombo where uid <> 'HllvX50cXC0'"));
        Assert.Equal(["#{abcdefghijk.given000001}"], await imports.Store.TextsAsync("select numerator from indicator"));
        Assert.Equal(0, await imports.Store.ScalarAsync<long>($"select count(*) from object where contains(json, '{uid}')"));
    }
}
