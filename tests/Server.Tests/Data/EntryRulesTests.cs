using Dhis2.Common.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;
using static Server.Tests.Data.DataWarehouse;
using ImportStrategy = Dhis2Grpc.Server.Data.ImportStrategy;

namespace Server.Tests.Data;

/// <summary>Imports by the rules of 2.43 and later: data set by data set. Today is 2024-03-15.</summary>
public class EntryRulesTests
{
    private const string Good = """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouClinic001","value":"1"}""";
    private const string Other = "dsMonthly02";

    private static readonly User _clerk = UserWith(Authorities.DataValueAdd);
    private static readonly DataImportOptions _entry = new() { Release = ImportRelease.From43 };

    [Theory]
    [InlineData("E8100", """{"dataElement":"deNumber001","orgUnit":"ouClinic001","value":"1"}""")]
    [InlineData("E8100", """{"dataElement":"deNumber001","period":"20241","orgUnit":"ouClinic001","value":"1"}""")]
    [InlineData("E8102", """{"period":"202401","orgUnit":"ouClinic001","value":"1"}""")]
    [InlineData("E8103", """{"dataElement":"nopeUid1234","period":"202401","orgUnit":"ouClinic001","value":"1"}""")]
    [InlineData("E8104", """{"dataElement":"nope","period":"202401","orgUnit":"ouClinic001","value":"1"}""")]
    [InlineData("E8105", """{"dataElement":"deNumber001","period":"202401","value":"1"}""")]
    [InlineData("E8106", """{"dataElement":"deNumber001","period":"202401","orgUnit":"nope","value":"1"}""")]
    [InlineData("E8107", """{"dataElement":"deNumber001","period":"202401","orgUnit":"nopeUid1234","value":"1"}""")]
    [InlineData("E8108", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouClinic001","categoryOptionCombo":"nopeUid1234","value":"1"}""")]
    [InlineData("E8109", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouClinic001","categoryOptionCombo":"nope","value":"1"}""")]
    [InlineData("E8110", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouClinic001","attributeOptionCombo":"nopeUid1234","value":"1"}""")]
    [InlineData("E8111", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouClinic001","attributeOptionCombo":"nope","value":"1"}""")]
    public async Task What_names_nothing_ends_the_import_before_anything_is_written(string code, string bad)
    {
        await using var data = await WithSetAsync();
        var summary = await data.ImportAsync(Document(Good, bad), _entry);
        Assert.Equal("ERROR", summary.Status);
        var conflict = Assert.Single(summary.Conflicts);
        Assert.Equal(code, conflict.ErrorCode);
        Assert.StartsWith("Value #1 ", conflict.Value, StringComparison.Ordinal);
        Assert.Equal([-1], conflict.Indexes);
        Assert.Empty(summary.RejectedIndexes);
        Assert.Empty(await data.RowsAsync());
    }

    [Theory]
    [InlineData("E8004", "\"dataSet\":\"nope\"")]
    [InlineData("E8005", "\"dataSet\":\"nopeUid1234\"")]
    [InlineData("E8008", "\"dataSet\":\"dsMonthly01\",\"completeDate\":\"soon\"")]
    [InlineData("E8009", "\"dataSet\":\"dsMonthly01\",\"completeDate\":\"2024-02-01\",\"period\":\"202401\"")]
    [InlineData("E8009", "\"completeDate\":\"2024-02-01\",\"period\":\"202401\",\"orgUnit\":\"ouClinic001\"")]
    public async Task Header_is_checked_first(string code, string header)
    {
        await using var data = await WithSetAsync();
        var summary = await data.ImportAsync($$"""{{{header}},"dataValues":[{{Good}}]}""", _entry);
        Assert.Equal(("ERROR", code), (summary.Status, Assert.Single(summary.Conflicts).ErrorCode));
        Assert.Empty(await data.RowsAsync());
    }

    [Theory]
    [InlineData("E8003", "delete from datasetelement", false)]
    [InlineData("E8020", "delete from datasetelement where dataelementid = 301", true)]
    [InlineData("E8021", "update dataset set periodtypeid = (select periodtypeid from periodtype where name = 'Yearly')", false)]
    [InlineData("E8022", "update datasetsource set sourceid = 103", false)]
    [InlineData("E8023", "update dataset set categorycomboid = 999", false)]
    [InlineData("E8024", "update dataelement set categorycomboid = 999", false)]
    [InlineData("E8024", "update datasetelement set categorycomboid = 999", false)]
    [InlineData("E8025", """
        insert into dataelementcategoryoption (categoryoptionid, uid, name) values (901, 'coSouth0001', 'South');
        insert into categoryoptioncombos_categoryoptions values (902, 901);
        insert into categoryoption_organisationunits values (901, 103);
        """, false)]
    [InlineData("E8030", "update dataset set expirydays = 43", false)]
    [InlineData("E8030", "update dataset set openfutureperiods = -2", false)]
    [InlineData("E8030", """
        insert into object values ('dataSets', 'dsMonthly01', null, 'Monthly', '2020-01-01', '2020-01-01', '{"id":"dsMonthly01","dataInputPeriods":[{"period":{"id":"202402"}}]}')
        """, false)]
    [InlineData("E8031", "update organisationunit set closeddate = '2023-12-31' where organisationunitid = 104", false)]
    [InlineData("E8032", """
        insert into dataelementcategoryoption (categoryoptionid, uid, name, enddate) values (901, 'coShort0001', 'Short', '2024-01-30');
        insert into categoryoptioncombos_categoryoptions values (902, 901);
        """, false)]
    [InlineData("E8033", """
        update dataset set workflowid = 71;
        insert into period values (81, 9, '2024-01-01', '2024-01-31', '202401');
        insert into dataapproval values (91, 92, 71, 81, 102, 902, false, null, null, null, null);
        """, false)]
    [InlineData("E8010", """
        insert into object values ('dataSets', 'dsMonthly01', null, 'Monthly', '2020-01-01', '2020-01-01', '{"id":"dsMonthly01","sharing":{"public":"rwr-----"}}')
        """, false)]
    [InlineData("E8011", """
        insert into object values ('users', 'usTester001', null, 'Tester', '2020-01-01', '2020-01-01', '{"id":"usTester001","organisationUnits":[{"id":"ouSouth0001"}]}')
        """, false)]
    [InlineData("E8012", """
        insert into dataelementcategoryoption (categoryoptionid, uid, name) values (901, 'coClosed001', 'Closed');
        insert into categoryoptioncombos_categoryoptions values (902, 901);
        insert into object values ('categoryOptions', 'coClosed001', null, 'Closed', '2020-01-01', '2020-01-01', '{"id":"coClosed001","sharing":{"public":"rw------"}}');
        """, false)]
    public async Task Data_set_takes_all_of_its_values_or_none(string code, string setup, bool named)
    {
        await using var data = await WithSetAsync();
        const string combo = ",\"attributeOptionCombo\":\"cocClosed01\"";
        var document = (named ? "{\"dataSet\":\"dsMonthly01\"," : "{")
            + $"\"dataValues\":[{Value(Number, "202401", Clinic, "1", combo)},{Value(Text, "202401", Clinic, "x", combo)}]}}";
        Assert.Equal("SUCCESS", (await data.ImportAsync(document, _entry with { DryRun = true }, caller: _clerk)).Status);
        await data.ExecuteAsync(setup);
        await using (var write = await data.Files.Warehouse.BeginWriteAsync(WriteTurn.Documents, Cancel))
        {
            await MetadataRevision.AdvanceAsync(write.Connection, Cancel);
            await write.CommitAsync(Cancel);
        }

        var summary = await data.ImportAsync(document, _entry, caller: _clerk);
        Assert.Equal("ERROR", summary.Status);
        var conflict = Assert.Single(summary.Conflicts);
        Assert.Equal(code, conflict.ErrorCode);
        Assert.Equal([0, 1], conflict.Indexes);
        Assert.Equal([0, 1], summary.RejectedIndexes);
        Assert.NotEmpty(conflict.Value);
        Assert.Equal((0, 0, 2, 0), Counts(summary));
        Assert.Empty(await data.RowsAsync());
    }

    [Theory]
    [InlineData("E8120", """{"dataElement":"deNumber001","period":"202402","orgUnit":"ouClinic001","comment":"none"}""")]
    [InlineData("E8120", """{"dataElement":"deNumber001","period":"202402","orgUnit":"ouClinic001","value":null}""")]
    [InlineData("E8122", """{"dataElement":"deNumber001","period":"202402","orgUnit":"ouClinic001","value":"many"}""")]
    [InlineData("E8123", """{"dataElement":"deOption001","period":"202402","orgUnit":"ouClinic001","value":"GREEN"}""")]
    [InlineData("E8125", null)]
    public async Task Value_that_is_wrong_is_left_out_alone(string code, string? bad)
    {
        await using var data = await WithSetAsync();
        bad ??= Value(Number, "202402", Clinic, "1", $",\"comment\":\"{new string('é', 5001)}\"");
        var summary = await data.ImportAsync(Document(Good, bad), _entry);
        Assert.Equal("WARNING", summary.Status);
        var conflict = Assert.Single(summary.Conflicts);
        Assert.Equal(code, conflict.ErrorCode);
        Assert.StartsWith("Value #1 ", conflict.Value, StringComparison.Ordinal);
        Assert.Equal([1], conflict.Indexes);
        Assert.Equal([1], summary.RejectedIndexes);
        Assert.Equal((0, 1, 1, 0), Counts(summary));
        Assert.Single(await data.RowsAsync());

        var atomic = await data.ImportAsync(Document(Value(Number, "202401", Clinic, "9"), bad), _entry with { Atomic = true });
        Assert.Equal(("ERROR", code, "E8000"), (atomic.Status, atomic.Conflicts[0].ErrorCode, atomic.Conflicts[1].ErrorCode));
        Assert.Contains("|1|", Assert.Single(await data.RowsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comment_stands_in_for_a_value_where_the_data_set_says_so()
    {
        await using var data = await WithSetAsync();
        await data.ExecuteAsync("update dataset set novaluerequirescomment = true");
        var commented = """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouClinic001","comment":"none"}""";
        Assert.Equal("SUCCESS", (await data.ImportAsync(Document(commented), _entry)).Status);
        var summary = await data.ImportAsync(Document("""{"dataElement":"deNumber001","period":"202401","orgUnit":"ouClinic001"}"""), _entry);
        Assert.Equal(("ERROR", "E8121"), (summary.Status, Assert.Single(summary.Conflicts).ErrorCode));
    }

    [Fact]
    public async Task Two_values_of_one_key_are_refused()
    {
        await using var data = await WithSetAsync();
        var summary = await data.ImportAsync(Document(Good, Value(Text, "202401", Clinic, "x"), Good), _entry);
        Assert.Equal(("ERROR", "E8128"), (summary.Status, Assert.Single(summary.Conflicts).ErrorCode));
        Assert.StartsWith("Value #[0, 2] all affect the same data value", summary.Conflicts[0].Value, StringComparison.Ordinal);
        Assert.Empty(await data.RowsAsync());
    }

    [Fact]
    public async Task New_changed_equal_and_deleted_values_count_as_updated_and_are_stamped_here()
    {
        await using var data = await WithSetAsync();
        const string theirs = ",\"storedBy\":\"clerk\",\"created\":\"2020-01-01\",\"lastUpdated\":\"2020-01-01\",\"followUp\":true";
        var document = Document(Value(Number, "202401", Clinic, "1", theirs), Value(Text, "202401", Clinic, "t"));
        Assert.Equal((0, 2, 0, 0), Counts(await data.ImportAsync(document, _entry)));
        var stamps = await data.Files.TextsAsync("select distinct storedby, created::varchar, lastupdated::varchar from datavalue");
        Assert.Equal(["tester|2024-03-15 12:00:00|2024-03-15 12:00:00"], stamps);
        data.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((0, 2, 0, 0), Counts(await data.ImportAsync(document, _entry)));
        // No change, and no later time that would win over a change at another node.
        Assert.Equal(["2024-03-15 12:00:00|1"], await data.Files.TextsAsync("select distinct lastupdated::varchar, (select count(distinct changed) from datavalue) from datavalue"));
        Assert.Equal((0, 1, 0, 0), Counts(await data.ImportAsync(Document(Value(Number, "202401", Clinic, "1", ",\"deleted\":true")), _entry)));
        Assert.Equal((0, 0, 0, 1), Counts(await data.ImportAsync(Document(Value(Text, "202401", Clinic, null)), _entry with { Strategy = ImportStrategy.Delete })));
        Assert.Equal(["1|true", "t|true"], await data.Files.TextsAsync("select value, deleted::varchar from datavalue order by 1"));
    }

    [Fact]
    public async Task Mixed_values_need_a_data_set_or_to_be_grouped()
    {
        await using var data = await WithSetAsync();
        await data.ExecuteAsync($"""
            insert into dataset (datasetid, uid, name, periodtypeid, categorycomboid, mobile) select 402, '{Other}', 'Other', 9, categorycomboid, false from dataset;
            insert into datasetelement values (461, 402, 302, null);
            insert into datasetsource values (402, 104);
            """);
        var mixed = Document(Good, Value(Integer, "202401", Clinic, "2"));
        var refused = await data.ImportAsync(mixed, _entry);
        Assert.Equal(("ERROR", "E8002"), (refused.Status, Assert.Single(refused.Conflicts).ErrorCode));
        Assert.Equal([0, 1], refused.RejectedIndexes);
        Assert.Empty(await data.RowsAsync());
        Assert.Equal((0, 2, 0, 0), Counts(await data.ImportAsync(mixed, _entry with { AutoGroup = true })));

        // A data set that takes nothing does not hold up the other.
        await data.ExecuteAsync("delete from datasetsource where datasetid = 402");
        var half = await data.ImportAsync(mixed, _entry with { AutoGroup = true });
        Assert.Equal(("ERROR", "E8022"), (half.Status, Assert.Single(half.Conflicts).ErrorCode));
        Assert.Equal([1], half.RejectedIndexes);
        Assert.Equal((0, 1, 1, 0), Counts(half));
        var none = await data.ImportAsync(Document(Good, Value(Flag, "202401", Clinic, "true")), _entry with { AutoGroup = true });
        Assert.Equal(("ERROR", "E8003"), (none.Status, Assert.Single(none.Conflicts).ErrorCode));
    }

    [Fact]
    public async Task Header_may_follow_the_values_and_completes_what_is_whole()
    {
        await using var data = await WithSetAsync();
        var document = $$"""{"dataValues":[{"dataElement":"{{Number}}","value":"1"}],"dataSet":"{{DataSet}}","period":"202401","orgUnit":"{{Clinic}}","completeDate":"2024-02-03"}""";
        var summary = await data.ImportAsync(document, _entry);
        Assert.Equal(("SUCCESS", "2024-02-03"), (summary.Status, summary.DataSetComplete));
        Assert.Equal(1, await data.Files.ScalarAsync<long>("select count(*) from completedatasetregistration"));
        Assert.Equal("false", (await data.ImportAsync(document.Replace("\"1\"", "\"many\"", StringComparison.Ordinal), _entry)).DataSetComplete);
        Assert.Equal("SUCCESS", (await data.ImportAsync(document, _entry with { DryRun = true })).Status);
    }

    [Fact]
    public async Task Force_passes_over_times_for_those_who_hold_all_authorities()
    {
        await using var data = await WithSetAsync();
        await data.ExecuteAsync("update dataset set expirydays = 1");
        Assert.Equal("ERROR", (await data.ImportAsync(Document(Good), _entry with { Force = true }, caller: _clerk)).Status);
        Assert.Equal("SUCCESS", (await data.ImportAsync(Document(Good), _entry with { Force = true })).Status);
    }

    private static (int Imported, int Updated, int Ignored, int Deleted) Counts(ImportSummary summary) =>
        (summary.ImportCount.Imported, summary.ImportCount.Updated, summary.ImportCount.Ignored, summary.ImportCount.Deleted);

    private static async Task<DataWarehouse> WithSetAsync()
    {
        var data = await CreateAsync();
        await data.ExecuteAsync("""
            update dataset set categorycomboid = (select categorycomboid from categorycombo where uid = 'bjDvmb4bfuf');
            update dataelement set categorycomboid = (select categorycomboid from categorycombo where uid = 'bjDvmb4bfuf');
            insert into datasetsource values (401, 104);
            insert into datasetelement values (453, 401, 314, null);
            insert into categoryoptioncombo (categoryoptioncomboid, uid, name) values (902, 'cocClosed01', 'Closed');
            insert into categorycombos_optioncombos (categorycomboid, categoryoptioncomboid) select categorycomboid, 902 from categorycombo where uid = 'bjDvmb4bfuf';
            """);
        return data;
    }
}
