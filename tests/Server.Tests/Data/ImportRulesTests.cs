using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;
using static Server.Tests.Data.DataWarehouse;

namespace Server.Tests.Data;

/// <summary>Who may enter data, where and when. Today is 2024-03-15.</summary>
public class ImportRulesTests
{
    private const string Clerks = "ugClerks001", Closed = "coClosed001", ClosedCombo = "cocClosed01";

    private static readonly User _clerk = UserWith(Authorities.DataValueAdd);

    [Theory]
    [InlineData("2024-01-01", "", "202401", null)]
    [InlineData("2024-02-01", "", "202401", "E7638")]
    [InlineData("2024-01-31", "", "202401", null)]
    [InlineData("", "2024-01-01", "202401", null)]
    [InlineData("", "2023-12-31", "202401", "E7638")]
    [InlineData("", "2023-12-31", "202401", null, 1)]
    [InlineData("", "2023-12-31", "202402", "E7638", 1)]
    public async Task Option_combo_is_used_within_the_days_of_its_options(string opens, string closes, string period, string? code, int after = 0)
    {
        await using var data = await WithClosedOptionAsync();
        await data.ExecuteAsync($"""
            update dataelementcategoryoption set startdate = nullif('{opens}', '')::date, enddate = nullif('{closes}', '')::date where uid = '{Closed}';
            update dataset set openperiodsaftercoenddate = {after};
            """);
        await ExpectAsync(data, Value(Number, period, Clinic, "1", $",\"attributeOptionCombo\":\"{ClosedCombo}\""), code);
    }

    [Theory]
    [InlineData(North, Clinic, null)]
    [InlineData(Clinic, Clinic, null)]
    [InlineData(South, Clinic, "E7639")]
    [InlineData(Clinic, North, "E7639")]
    public async Task Option_combo_is_used_at_and_below_the_units_of_its_options(string unit, string at, string? code)
    {
        await using var data = await WithClosedOptionAsync();
        await data.ExecuteAsync($"insert into categoryoption_organisationunits select 901, organisationunitid from organisationunit where uid = '{unit}'");
        await ExpectAsync(data, Value(Number, "202401", at, "1", $",\"attributeOptionCombo\":\"{ClosedCombo}\""), code);
    }

    [Theory]
    [InlineData("expirydays = 44", "202401", null)]
    [InlineData("expirydays = 43", "202401", "E7640")]
    [InlineData("expirydays = 0", "202001", null)]
    [InlineData("openfutureperiods = 0", "202402", null)]
    [InlineData("openfutureperiods = 0", "202403", "E7641")]
    [InlineData("openfutureperiods = 1", "202403", null)]
    [InlineData("openfutureperiods = 2", "202405", "E7641")]
    public async Task Data_set_takes_values_from_its_period_to_its_expiry(string set, string period, string? code)
    {
        await using var data = await WithDataSetAsync();
        await data.ExecuteAsync($"update dataset set {set}");
        var value = Value(Number, period, Clinic, "1");
        await ExpectAsync(data, value, code, caller: _clerk);
        // Where the data set is not reported it does not matter, nor with another kind of attribute option combo.
        await ExpectAsync(data, Value(Number, period, South, "1"), null, caller: _clerk);
        await ExpectAsync(data, Value(Number, period, Clinic, "1", $",\"attributeOptionCombo\":\"{Project}\""), null, caller: _clerk);
        var named = $$"""{"dataSet":"{{DataSet}}","dataValues":[{{Value(Number, period, South, "1")}}]}""";
        Assert.Equal(code, (await data.ImportAsync(named, new() { DryRun = true }, caller: _clerk)).Conflicts.SingleOrDefault()?.ErrorCode);
        // All authorities force it, others do not.
        await ExpectAsync(data, value, null, new() { Force = true });
        await ExpectAsync(data, value, code, new() { Force = true }, _clerk);
        await ExpectAsync(data, value, code == "E7640" ? null : code, caller: UserWith(Authorities.DataValueAdd, Authorities.EditExpired));
    }

    [Theory]
    [InlineData("""[{"period":{"id":"202401"},"openingDate":"2024-03-01T00:00:00.000","closingDate":"2024-03-15"}]""", "202401", null)]
    [InlineData("""[{"period":{"id":"202401"},"openingDate":"2024-03-16T00:00:00.000"}]""", "202401", "E7643")]
    [InlineData("""[{"period":{"id":"202401"},"closingDate":"2024-03-14T00:00:00.000"}]""", "202401", "E7643")]
    [InlineData("""[{"period":{"id":"202401"}}]""", "202402", "E7643")]
    [InlineData("[]", "202402", null)]
    public async Task Data_set_takes_the_periods_that_it_lists_while_they_are_open(string periods, string period, string? code)
    {
        await using var data = await WithDataSetAsync();
        await data.ExecuteAsync($$$"""
            insert into object values ('dataSets', '{{{DataSet}}}', null, 'Monthly', '2020-01-01', '2020-01-01', '{"id":"{{{DataSet}}}","dataInputPeriods":{{{periods}}}}')
            """);
        await ExpectAsync(data, Value(Number, period, Clinic, "1"), code);
        // At a unit that reports for no data set of the element, some data set of it must still be open.
        await ExpectAsync(data, Value(Number, period, South, "1"), code is null ? null : "E7644");
    }

    [Theory]
    [InlineData(Clinic, "202401", "E7642")]
    [InlineData(South, "202401", null)]
    [InlineData(Clinic, "202402", null)]
    public async Task Approved_data_takes_no_more_values_at_and_below_the_unit(string at, string period, string? code)
    {
        await using var data = await WithDataSetAsync();
        await data.ExecuteAsync($"""
            update dataset set workflowid = 71;
            insert into datasetsource values (401, 103);
            insert into period values (81, 9, '2024-01-01', '2024-01-31', '202401');
            insert into dataapproval select 91, 92, 71, 81, 102, categoryoptioncomboid, false, null, null, null, null from categoryoptioncombo where uid = '{Default}';
            """);
        var value = Value(Number, period, at, "1");
        await ExpectAsync(data, value, code, caller: _clerk);
        await ExpectAsync(data, value, null, new() { Force = true });
        if (code is null)
            return;
        var conflict = Assert.Single((await data.ImportAsync(Document(Value(Number, "202402", Clinic, "1"), value), caller: _clerk)).Conflicts);
        Assert.Equal(
            "Data is already approved for data set: `dsMonthly01` period: `202401` organisation unit: `ouClinic001` attribute option combo: `HllvX50cXC0`", conflict.Value);
        Assert.Equal([1], conflict.Indexes);
    }

    [Fact]
    public async Task Strict_data_elements_need_a_data_set()
    {
        await using var data = await WithDataSetAsync();
        var summary = await data.ImportAsync(Document(Value(Number, "202401", Clinic, "1")), new() { Strict = StrictChecks.DataElements });
        Assert.Equal(("ERROR", "E7602"), (summary.Status, Assert.Single(summary.Conflicts).ErrorCode));
        Assert.Empty(await data.RowsAsync());
    }

    [Fact]
    public async Task Of_two_data_sets_one_that_takes_the_value_is_enough_unless_all_are_asked_for()
    {
        await using var data = await WithDataSetAsync();
        await data.ExecuteAsync($$$"""
            update dataset set expirydays = 1;
            insert into dataset (datasetid, uid, name, periodtypeid, categorycomboid, mobile) select 402, 'dsMonthly02', 'Other', 9, categorycomboid, false from dataset;
            insert into datasetelement values (461, 402, 301, null);
            insert into datasetsource values (402, 104);
            """);
        var value = Value(Number, "202401", Clinic, "1");
        await ExpectAsync(data, value, null, caller: _clerk);
        await ExpectAsync(data, value, "E7640", new() { Strict = StrictChecks.DataSetLocking }, _clerk);
    }

    [Theory]
    [InlineData("""{"id":"coClosed001","sharing":{"public":"rw------","users":{},"userGroups":{}}}""", false)]
    [InlineData("""{"id":"coClosed001","sharing":{"public":"rwrw----"}}""", true)]
    [InlineData("""{"id":"coClosed001","sharing":{"public":"--------","users":{"usTester001":{"id":"usTester001","access":"rwrw----"}}}}""", true)]
    [InlineData("""{"id":"coClosed001","sharing":{"public":"--------","userGroups":{"ugClerks001":{"id":"ugClerks001","access":"--rw----"}}}}""", true)]
    [InlineData("""{"id":"coClosed001","publicAccess":"rwr-----","userGroupAccesses":[{"id":"ugOthers001","access":"rwrw----"}]}""", false)]
    [InlineData("""{"id":"coClosed001","publicAccess":"--------","userGroupAccesses":[{"id":"ugClerks001","access":"rwrw----"}]}""", true)]
    [InlineData("""{"id":"coClosed001"}""", true)]
    public async Task Options_are_for_those_they_are_shared_with(string option, bool allowed)
    {
        await using var data = await WithClosedOptionAsync();
        await data.ExecuteAsync($$$"""
            insert into object values ('categoryOptions', '{{{Closed}}}', null, 'Closed', '2020-01-01', '2020-01-01', '{{{option}}}');
            insert into object values ('userGroups', '{{{Clerks}}}', null, 'Clerks', '2020-01-01', '2020-01-01', '{"id":"{{{Clerks}}}","users":[{"id":"usTester001"}]}');
            """);
        foreach (var (member, code) in new[] { ("categoryOptionCombo", "E7614"), ("attributeOptionCombo", "E7616") })
        {
            var value = Value(Number, "202401", Clinic, "1", $",\"{member}\":\"{ClosedCombo}\"");
            await ExpectAsync(data, value, allowed ? null : code, caller: _clerk);
            await ExpectAsync(data, value, null);
        }
    }

    [Theory]
    [InlineData("""{"id":"dsMonthly01","sharing":{"public":"rwr-----"}}""", "E7601")]
    [InlineData("""{"id":"dsMonthly01","sharing":{"public":"rwrw----"}}""", null)]
    public async Task Data_set_of_the_header_must_be_writable(string set, string? code)
    {
        await using var data = await WithDataSetAsync();
        await data.ExecuteAsync($"insert into object values ('dataSets', '{DataSet}', null, 'Monthly', '2020-01-01', '2020-01-01', '{set}')");
        var document = $$"""{"dataSet":"{{DataSet}}","dataValues":[{{Value(Number, "202401", Clinic, "1")}}]}""";
        var summary = await data.ImportAsync(document, caller: _clerk);
        Assert.Equal(code, summary.Conflicts.SingleOrDefault()?.ErrorCode);
        Assert.Equal(code is null ? "SUCCESS" : "ERROR", summary.Status);
        Assert.Equal("SUCCESS", (await data.ImportAsync(document)).Status);
    }

    [Theory]
    [InlineData("""{"id":"usTester001","organisationUnits":[{"id":"ouNorth0001"}]}""", Clinic, null)]
    [InlineData("""{"id":"usTester001","organisationUnits":[{"id":"ouSouth0001"}]}""", Clinic, "E7617")]
    [InlineData("""{"id":"usOther0001","username":"Tester","organisationUnits":[{"id":"ouSouth0001"}]}""", Clinic, "E7617")]
    [InlineData("""{"id":"usOther0001","userCredentials":{"username":"tester"},"organisationUnits":[{"id":"ouClinic001"}]}""", North, "E7617")]
    [InlineData("""{"id":"usOther0001","username":"testers","organisationUnits":[{"id":"ouSouth0001"}]}""", Clinic, null)]
    [InlineData("""{"id":"usTester001"}""", Clinic, "E7617")]
    public async Task Caller_enters_data_at_and_below_its_units_as_metadata_knows_them(string user, string at, string? code)
    {
        await using var data = await WithDataSetAsync();
        var uid = user[7..18];
        await data.ExecuteAsync($"insert into object values ('users', '{uid}', null, 'Tester', '2020-01-01', '2020-01-01', '{user}')");
        await ExpectAsync(data, Value(Number, "202401", at, "1"), code, caller: _clerk);
    }

    [Fact]
    public async Task Conflict_of_a_rule_names_its_objects()
    {
        await using var data = await WithDataSetAsync();
        var summary = await data.ImportAsync(Document(Value(Number, "202412", Clinic, "1"), Value(Text, "202401", Clinic, "x")));
        var conflict = Assert.Single(summary.Conflicts);
        Assert.Equal("Period: `202412` is after latest open future period: `202402` for data element: `deNumber001` and data set: `dsMonthly01`", conflict.Value);
        Assert.Equal(("202412", "period"), (conflict.Object, conflict.Property));
        Assert.Equal(["dataElement=deNumber001", "dataSet=dsMonthly01", "period=202412"], conflict.Objects.Select(o => $"{o.Key}={o.Value}").Order(StringComparer.Ordinal));
        Assert.Equal([0], conflict.Indexes);
    }

    [Fact]
    public async Task Deleting_a_file_that_is_not_there_is_a_conflict()
    {
        await using var data = await CreateAsync();
        await data.ExecuteAsync("update dataelement set valuetype = 'FILE_RESOURCE' where uid = 'deText00001'");
        await data.ImportAsync(Document(Value(Text, "202401", Root, "frFile00001")));
        var summary = await data.ImportAsync(
            Document(Value(Text, "202402", Root, "frFile00001"), Value(Text, "202401", Root, "frFile00001"), Value(Number, "202401", Root, "1")),
            new() { Strategy = Dhis2Grpc.Server.Data.ImportStrategy.Delete });
        Assert.Equal(("WARNING", 1, 2), (summary.Status, summary.ImportCount.Deleted, summary.ImportCount.Ignored));
        Assert.Equal("E7645", Assert.Single(summary.Conflicts).ErrorCode);
        Assert.Equal([0, 2], summary.RejectedIndexes);
    }

    [Fact]
    public async Task What_imports_look_up_is_kept_until_metadata_changes()
    {
        await using var data = await CreateAsync();
        await ExpectAsync(data, Value("deFresh0001", "202401", Root, "1"), "E7610");
        await data.ExecuteAsync("""
            insert into dataelement (dataelementid, uid, name, valuetype, domaintype, aggregationtype, categorycomboid, zeroissignificant)
            values (399, 'deFresh0001', 'Fresh', 'NUMBER', 'AGGREGATE', 'SUM', 1, true)
            """);
        // The tables were changed behind the back of the count.
        await ExpectAsync(data, Value("deFresh0001", "202401", Root, "1"), "E7610");
        await using (var write = await data.Files.Warehouse.BeginWriteAsync(WriteTurn.Documents, Cancel))
        {
            await MetadataRevision.AdvanceAsync(write.Connection, Cancel);
            await write.CommitAsync(Cancel);
        }

        await ExpectAsync(data, Value("deFresh0001", "202401", Root, "1"), null);
    }

    private static async Task<DataWarehouse> WithDataSetAsync()
    {
        var data = await CreateAsync();
        await data.ExecuteAsync("""
            update dataset set categorycomboid = (select categorycomboid from categorycombo where uid = 'bjDvmb4bfuf');
            insert into datasetsource values (401, 104);
            """);
        return data;
    }

    private static async Task<DataWarehouse> WithClosedOptionAsync()
    {
        var data = await WithDataSetAsync();
        await data.ExecuteAsync($"""
            insert into dataelementcategoryoption (categoryoptionid, uid, name) values (901, '{Closed}', 'Closed');
            insert into categoryoptioncombo (categoryoptioncomboid, uid, name) values (902, '{ClosedCombo}', 'Closed');
            insert into categoryoptioncombos_categoryoptions values (902, 901);
            """);
        return data;
    }

    private static async Task ExpectAsync(DataWarehouse data, string value, string? code, DataImportOptions? options = null, User? caller = null)
    {
        var summary = await data.ImportAsync(Document(value), (options ?? new()) with { DryRun = true }, caller: caller);
        Assert.Equal((code, code is null ? 1 : 0), (summary.Conflicts.SingleOrDefault()?.ErrorCode, summary.ImportCount.Imported));
    }
}
