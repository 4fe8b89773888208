using System.Text;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using static Server.Tests.Data.DataWarehouse;
using ImportStrategy = Dhis2Grpc.Server.Data.ImportStrategy;

namespace Server.Tests.Data;

/// <summary>Registrations of completeness. Today is 2024-03-15.</summary>
public class CompletenessImportTests
{
    private static readonly User _clerk = UserWith();

    [Theory]
    [InlineData(0, "nopeUid1234", "Data set not found or not accessible: `nopeUid1234`", """{"dataSet":"nopeUid1234","period":"202401","organisationUnit":"ouClinic001"}""")]
    [InlineData(0, "20241", "Period not valid: `20241`", """{"dataSet":"dsMonthly01","period":"20241","organisationUnit":"ouClinic001"}""")]
    [InlineData(0, "nopeUid1234", "Organisation unit not found or not accessible: `nopeUid1234`", """{"dataSet":"dsMonthly01","period":"202401","organisationUnit":"nopeUid1234"}""")]
    [InlineData(0, "nopeUid1234", "Attribute option combo not found or not accessible: `nopeUid1234`",
        """{"dataSet":"dsMonthly01","period":"202401","organisationUnit":"ouClinic001","attributeOptionCombo":"nopeUid1234"}""")]
    [InlineData((int)StrictChecks.RequireAttributeOptionCombo, "Attribute option combo", "Attribute option combo is required but is not specified",
        """{"dataSet":"dsMonthly01","period":"202401","organisationUnit":"ouClinic001"}""")]
    [InlineData((int)StrictChecks.AttributeOptionCombos, "aocProject1", "Attribute option combo: aocProject1 must have the category combo of data set: dsMonthly01",
        """{"dataSet":"dsMonthly01","period":"202401","organisationUnit":"ouClinic001","attributeOptionCombo":"aocProject1"}""")]
    [InlineData((int)StrictChecks.Periods, "2023", "Period type of period: 2023 is not equal to the period type of data set: Monthly",
        """{"dataSet":"dsMonthly01","period":"2023","organisationUnit":"ouClinic001"}""")]
    [InlineData((int)StrictChecks.OrganisationUnits, "dsMonthly01", "Data set dsMonthly01 is not assigned to organisation unit ouSouth0001",
        """{"dataSet":"dsMonthly01","period":"202401","organisationUnit":"ouSouth0001"}""")]
    [InlineData(0, "soon", "Not a date: `soon`", """{"dataSet":"dsMonthly01","period":"202401","organisationUnit":"ouClinic001","date":"soon"}""")]
    public async Task Conflict_tells_object_and_reason_and_nothing_more(int strict, string subject, string reason, string bad)
    {
        await using var data = await WithSetAsync();
        var options = new DataImportOptions { Strict = (StrictChecks)strict };
        var summary = await ImportAsync(data, Document(bad, Registration(Clinic, $",\"attributeOptionCombo\":\"{Default}\"")), options);
        Assert.Equal(("SUCCESS", 1, 1), (summary.Status, summary.ImportCount.Imported, summary.ImportCount.Ignored));
        var conflict = Assert.Single(summary.Conflicts);
        Assert.Equal((subject, reason), (conflict.Object, conflict.Value));
        Assert.False(conflict.HasErrorCode || conflict.HasProperty || conflict.Indexes.Count + conflict.Objects.Count > 0);
        Assert.Equal([0], summary.RejectedIndexes);
        // Nothing taken is an error, whatever the reason.
        Assert.Equal("ERROR", (await ImportAsync(data, Document(bad), options)).Status);
        if (strict != 0)
            Assert.Equal("SUCCESS", (await ImportAsync(data, Document(bad), new())).Status);
    }

    [Theory]
    [InlineData("""('dataSets', 'dsMonthly01', null, 'M', '2020-01-01', '2020-01-01', '{"id":"dsMonthly01","sharing":{"public":"rwr-----"}}')""", "dataSet")]
    [InlineData("""('users', 'usTester001', null, 'T', '2020-01-01', '2020-01-01', '{"id":"usTester001","organisationUnits":[{"id":"ouSouth0001"}]}')""", "ouClinic001")]
    public async Task Data_set_and_unit_must_be_the_caller_s(string stored, string subject)
    {
        await using var data = await WithSetAsync();
        // No authority is asked for.
        Assert.Equal("SUCCESS", (await ImportAsync(data, Document(Registration(Clinic)), new() { DryRun = true }, _clerk)).Status);
        await using var other = await WithSetAsync();
        await other.ExecuteAsync($"insert into object values {stored}");
        var summary = await ImportAsync(other, Document(Registration(Clinic)), new(), _clerk);
        Assert.Equal(("ERROR", subject), (summary.Status, Assert.Single(summary.Conflicts).Object));
    }

    [Theory]
    [InlineData(false, "SUCCESS", 1)]
    [InlineData(true, "ERROR", 0)]
    public async Task Compulsory_fields_without_a_value_are_told_and_may_stand_in_the_way(bool only, string status, int imported)
    {
        await using var data = await WithSetAsync();
        await data.ExecuteAsync($"""
            update dataset set compulsoryfieldscompleteonly = {only};
            insert into dataelementoperand values (701, 301, (select categoryoptioncomboid from categoryoptioncombo where uid = '{Default}')), (702, 311, null);
            insert into datasetoperands values (401, 701), (401, 702);
            """);
        var summary = await ImportAsync(data, Document(Registration(Clinic)));
        Assert.Equal((status, imported, 1 - imported), (summary.Status, summary.ImportCount.Imported, summary.ImportCount.Ignored));
        Assert.Equal(
            ["dataElementOperand Number needs to be filled. It is compulsory.", "dataElementOperand Text needs to be filled. It is compulsory."],
            summary.Conflicts.Select(c => $"{c.Object} {c.Value}"));
        // Taking it back needs no values.
        Assert.Equal("SUCCESS", (await ImportAsync(data, Document(Registration(North, ",\"completed\":false")))).Status);
        await data.ImportAsync(DataWarehouse.Document(Value(Number, "202401", Clinic, "1"), Value(Text, "202401", Clinic, "x")));
        var filled = await ImportAsync(data, Document(Registration(Clinic)));
        Assert.Equal(("SUCCESS", 0), (filled.Status, filled.Conflicts.Count));
    }

    [Fact]
    public async Task Day_of_completion_stands_in_for_the_time_of_the_change()
    {
        await using var data = await WithSetAsync();
        await ImportAsync(data, Document(Registration(Clinic, ",\"date\":\"2024-02-03\""), Registration(North), Registration(South, ",\"date\":\"2024-02-03\",\"lastUpdated\":\"2024-02-04\"")));
        Assert.Equal(
            ["102|2024-03-15|2024-03-15", "103|2024-02-03|2024-02-04", "104|2024-02-03|2024-02-03"],
            await data.Files.TextsAsync("select sourceid, date::date::varchar, lastupdated::date::varchar from completedatasetregistration order by 1"));
    }

    [Fact]
    public async Task Schemes_dry_run_and_strategies_are_those_of_values()
    {
        await using var data = await WithSetAsync();
        const string coded = """{"dataSetIdScheme":"CODE","orgUnitIdScheme":"NAME","attributeOptionComboIdScheme":"CODE","completeDataSetRegistrations":[{"dataSet":"MONTHLY","period":"202401","organisationUnit":"Clinic","attributeOptionCombo":"P"}]}""";
        Assert.Equal(1, (await ImportAsync(data, coded, new() { DryRun = true })).ImportCount.Imported);
        Assert.Equal(1, (await ImportAsync(data, coded.Replace("{\"data", "{\"dryRun\":true,\"data", StringComparison.Ordinal)[..])).ImportCount.Imported);
        Assert.Equal(0, await CountAsync(data));
        Assert.Equal(1, (await ImportAsync(data, coded, new() { Strategy = ImportStrategy.Create })).ImportCount.Imported);
        Assert.Equal(("ERROR", 1), await ToldAsync(ImportStrategy.Create));
        Assert.Equal(("SUCCESS", 0), await ToldAsync(ImportStrategy.Update));
        Assert.Equal(1, await CountAsync(data));
        Assert.Equal(1, (await ImportAsync(data, coded, new() { Strategy = ImportStrategy.Delete })).ImportCount.Deleted);
        Assert.Equal(0, await CountAsync(data));
        Assert.Equal(("ERROR", 1), await ToldAsync(ImportStrategy.Update));

        async Task<(string, int)> ToldAsync(ImportStrategy strategy)
        {
            var summary = await ImportAsync(data, coded, new() { Strategy = strategy });
            return (summary.Status, summary.ImportCount.Ignored);
        }
    }

    private static Task<long> CountAsync(DataWarehouse data) => data.Files.ScalarAsync<long>("select count(*) from completedatasetregistration");

    private static string Registration(string unit, string more = "") => $$"""{"dataSet":"{{DataSet}}","period":"202401","organisationUnit":"{{unit}}"{{more}}}""";

    private static string Document(params string[] registrations) => $$"""{"completeDataSetRegistrations":[{{string.Join(',', registrations)}}]}""";

    private static async Task<ImportSummary> ImportAsync(DataWarehouse data, string document, DataImportOptions? options = null, User? caller = null)
    {
        var import = new CompletenessImport(data.Files.Warehouse, new ImportLookupCache(),
            Options.Create(new StorageOptions { DataDirectory = data.Files.DataDirectory }), data.Time, NullLogger<CompletenessImport>.Instance);
        return await import.ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(document)), options ?? new(), caller ?? Admin, Cancel);
    }

    private static async Task<DataWarehouse> WithSetAsync()
    {
        var data = await CreateAsync();
        await data.ExecuteAsync("""
            update dataset set categorycomboid = (select categorycomboid from categorycombo where uid = 'bjDvmb4bfuf');
            insert into datasetsource values (401, 104);
            """);
        return data;
    }
}
