using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using static Server.Tests.Data.DataWarehouse;

namespace Server.Tests.Data;

public class DataValueSetExportTests
{
    private static readonly ExportQuery Everything = new()
    {
        DataElements = [Number, Integer, Text],
        Periods = ["202401", "202402"],
        OrgUnits = [Root],
        Children = true,
    };

    [Fact]
    public async Task What_when_and_where_select_the_values()
    {
        await using var data = await FilledAsync();
        await ExpectAsync(data, Everything, "Integer 202401 Clinic 3", "Number 202401 Clinic 1", "Number 202402 South 2", "Text 202401 Root t");
        await ExpectAsync(data, Everything with { DataElements = [Number, "nopeElement"] }, "Number 202401 Clinic 1", "Number 202402 South 2");
        await ExpectAsync(data, Everything with { DataElements = [], DataElementGroups = ["degNumbers1"] },
            "Integer 202401 Clinic 3", "Number 202401 Clinic 1", "Number 202402 South 2");
        await ExpectAsync(data, Everything with { DataElements = [], DataSets = [DataSet] },
            "Number 202401 Clinic 1", "Number 202402 South 2", "Text 202401 Root t");
        await ExpectAsync(data, Everything with { Periods = ["2024-02"] }, "Number 202402 South 2");
        await ExpectAsync(data, Everything with { Periods = ["203001"] });
        await ExpectAsync(data, Everything with { Periods = [], StartDate = new(2024, 1, 1), EndDate = new(2024, 2, 28) },
            "Integer 202401 Clinic 3", "Number 202401 Clinic 1", "Text 202401 Root t");
        await ExpectAsync(data, Everything with { Periods = [], StartDate = new(2024, 1, 1), EndDate = new(2024, 2, 29) },
            "Integer 202401 Clinic 3", "Number 202401 Clinic 1", "Number 202402 South 2", "Text 202401 Root t");
        await ExpectAsync(data, Everything with { Children = false }, "Text 202401 Root t");
        await ExpectAsync(data, Everything with { OrgUnits = [North] }, "Integer 202401 Clinic 3", "Number 202401 Clinic 1");
        await ExpectAsync(data, Everything with { Children = false, OrgUnits = [], OrgUnitGroups = ["ougRural001"] },
            "Integer 202401 Clinic 3", "Number 202401 Clinic 1", "Number 202402 South 2");
    }

    [Fact]
    public async Task Deleted_values_come_when_asked_for_and_say_so()
    {
        await using var data = await FilledAsync();
        await data.ImportAsync(Document(Value(Number, "202401", Clinic, "1", ",\"deleted\":true")));
        var query = Everything with { DataElements = [Number] };
        await ExpectAsync(data, query, "Number 202402 South 2");
        using var document = await ExportAsync(data, query with { IncludeDeleted = true });
        var values = document.RootElement.GetProperty("dataValues").EnumerateArray().ToList();
        Assert.Equal(2, values.Count);
        Assert.Single(values, v => v.TryGetProperty("deleted", out var deleted) && deleted.GetBoolean() && v.GetProperty("value").GetString() == "1");
    }

    [Fact]
    public async Task Changes_since_an_instant_and_a_limit_narrow_it_down()
    {
        await using var data = await FilledAsync();
        data.Time.Advance(TimeSpan.FromHours(1));
        await data.ImportAsync(Document(Value(Number, "202401", Clinic, "11")));
        var since = Now.AddMinutes(30).UtcDateTime;
        await ExpectAsync(data, Everything with { Periods = [], LastUpdated = since }, "Number 202401 Clinic 11");
        using var limited = await ExportAsync(data, Everything with { Limit = 2 });
        Assert.Equal(2, limited.RootElement.GetProperty("dataValues").GetArrayLength());
        Assert.Equal(TimeSpan.FromHours(4), ExportQuery.Duration("4h"));
        Assert.Equal(TimeSpan.FromDays(3), ExportQuery.Duration("3d"));
        Assert.Equal(TimeSpan.FromMinutes(15), ExportQuery.Duration("15m"));
        Assert.Equal(TimeSpan.FromSeconds(30), ExportQuery.Duration("30s"));
    }

    [Fact]
    public async Task Value_is_written_in_DHIS2_s_words()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(Value(Text, "2024-01", Root, "caf\\u00e9 \\\"x\\\" <b>", """
            ,"storedBy":"clerk","created":"2024-02-01T08:00:00.125+0000","lastUpdated":"2024-02-03T09:30:00",
            "comment":"late","followup":true,"categoryOptionCombo":"cocMale0001"
            """)));
        using var document = await ExportAsync(data, Everything);
        Assert.Equal(
            """
            {"dataValues":[{"dataElement":"deText00001","period":"202401","orgUnit":"ouRoot00001","categoryOptionCombo":"cocMale0001","attributeOptionCombo":"HllvX50cXC0","value":"café \"x\" <b>","storedBy":"clerk","created":"2024-02-01T08:00:00.125+0000","lastUpdated":"2024-02-03T09:30:00.000+0000","comment":"late","followup":true}]}
            """,
            document.RootElement.GetRawText());
    }

    [Fact]
    public async Task One_data_set_period_and_unit_stand_above_the_values()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync($$"""
            {"dataSet":"{{DataSet}}","completeDate":"2024-02-03","period":"202401","orgUnit":"{{Clinic}}","dataValues":[{"dataElement":"{{Number}}","value":"1"}]}
            """);
        var query = new ExportQuery { DataSets = [DataSet], Periods = ["202401"], OrgUnits = [Clinic] };
        using var document = await ExportAsync(data, query);
        Assert.Equal(
            (DataSet, "2024-02-03", "202401", Clinic),
            (Member("dataSet"), Member("completeDate"), Member("period"), Member("orgUnit")));

        string? Member(string name) => document.RootElement.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Attribute_option_combos_narrow_it_down_for_those_who_may_see_them()
    {
        await using var data = await CreateAsync();
        await data.ExecuteAsync("""
            insert into dataelementcategoryoption (categoryoptionid, uid, name) values (901, 'coProject01', 'Project');
            insert into categoryoptioncombos_categoryoptions values (203, 901);
            insert into object values ('categoryOptions', 'coProject01', null, 'Project', '2020-01-01', '2020-01-01', '{"id":"coProject01","sharing":{"public":"rw------"}}');
            """);
        await data.ImportAsync(Document(Value(Number, "202401", Clinic, "1"), Value(Number, "202401", Clinic, "2", $",\"attributeOptionCombo\":\"{Project}\"")));
        var query = new ExportQuery { DataElements = [Number], Periods = ["202401"], OrgUnits = [Clinic], AttributeOptionCombos = [Project] };
        using var document = await ExportAsync(data, query);
        Assert.Equal("2", Assert.Single(document.RootElement.GetProperty("dataValues").EnumerateArray()).GetProperty("value").GetString());
        var refused = await Assert.ThrowsAsync<Dhis2Exception>(
            () => new DataValueSetExport(data.Files.Warehouse).ExportAsync(query, DocumentFormat.Json, UserWith(), new MemoryStream(), Cancel));
        Assert.Equal("E2011", refused.Code);
    }

    [Fact]
    public async Task Codes_name_objects_when_asked()
    {
        await using var data = await FilledAsync();
        using var document = await ExportAsync(data, Everything with { DataElements = [Number], IdSchemes = new() { Any = IdScheme.Code, OrgUnit = IdScheme.Uid } });
        Assert.All(document.RootElement.GetProperty("dataValues").EnumerateArray(), v => Assert.Equal("DE_NUMBER", v.GetProperty("dataElement").GetString()));
        Assert.Contains(Clinic, document.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_that_says_too_little_or_too_much_is_refused_with_DHIS2_s_code()
    {
        await using var data = await CreateAsync();
        await Refused("E2001", Everything with { DataElements = [] });
        await Refused("E2001", Everything with { DataElements = ["nopeElement"] });
        await Refused("E2002", Everything with { Periods = [] });
        await Refused("E2002", Everything with { Periods = [], StartDate = new(2024, 1, 1) });
        await Refused("E2002", Everything with { Periods = ["nope"] });
        await Refused("E2003", Everything with { StartDate = new(2024, 1, 1), EndDate = new(2024, 2, 1) });
        await Refused("E2004", Everything with { Periods = [], StartDate = new(2024, 2, 1), EndDate = new(2024, 1, 1) });
        await Refused("E2006", Everything with { OrgUnits = [], Children = false });
        await Refused("E2006", Everything with { OrgUnits = ["nopeUnit123"], Children = false });
        await Refused("E2007", Everything with { OrgUnitGroups = ["ougRural001"] });
        await Refused("E2009", Everything with { Limit = -1 });
        Assert.Equal("E2005", Assert.Throws<Dhis2Exception>(() => ExportQuery.Duration("4x")).Code);

        async Task Refused(string code, ExportQuery query)
        {
            var output = new MemoryStream();
            var e = await Assert.ThrowsAsync<Dhis2Exception>(() => new DataValueSetExport(data.Files.Warehouse).ExportAsync(query, DocumentFormat.Json, Admin, output, Cancel));
            Assert.Equal((code, ErrorKind.Conflict, 0L), (e.Code, e.Kind, output.Length));
        }
    }

    private static async Task<DataWarehouse> FilledAsync()
    {
        var data = await CreateAsync();
        await data.ImportAsync(Document(
            Value(Number, "202401", Clinic, "1"), Value(Number, "202402", South, "2"), Value(Integer, "202401", Clinic, "3"),
            Value(Text, "202401", Root, "t"), Value(Flag, "202401", Root, "true"), Value(Number, "202312", Clinic, "9")));
        return data;
    }

    private static async Task<JsonDocument> ExportAsync(DataWarehouse data, ExportQuery query)
    {
        var output = new MemoryStream();
        await new DataValueSetExport(data.Files.Warehouse).ExportAsync(query, DocumentFormat.Json, Admin, output, Cancel);
        return JsonDocument.Parse(Encoding.UTF8.GetString(output.ToArray()));
    }

    private static async Task ExpectAsync(DataWarehouse data, ExportQuery query, params string[] expected)
    {
        using var document = await ExportAsync(data, query);
        var names = new Dictionary<string, string>
        {
            [Number] = "Number",
            [Integer] = "Integer",
            [Text] = "Text",
            [Flag] = "Flag",
            [Root] = "Root",
            [North] = "North",
            [South] = "South",
            [Clinic] = "Clinic",
        };
        Assert.Equal(expected, document.RootElement.GetProperty("dataValues").EnumerateArray()
            .Select(v => $"{names[v.GetProperty("dataElement").GetString()!]} {v.GetProperty("period")} {names[v.GetProperty("orgUnit").GetString()!]} {v.GetProperty("value")}")
            .Order(StringComparer.Ordinal));
    }
}
