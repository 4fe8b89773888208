using System.IO.Compression;
using System.Text;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using static Server.Tests.Data.DataWarehouse;

namespace Server.Tests.Data;

public class DocumentFormatTests
{
    private const string Header = "dataelement,period,orgunit,categoryoptioncombo,attributeoptioncombo,value,storedby,lastupdated,comment,followup,deleted\n";

    private static readonly DataImportOptions _csv = new() { Format = DocumentFormat.Csv };

    [Fact]
    public async Task Csv_is_read_by_position_with_quotes_and_gaps()
    {
        await using var data = await CreateAsync();
        var rows = Header + $"""
            {Text},202401,{Root},,,"caf{'é'}, ""x""
            second line",clerk,2024-02-03,"late",TRUE,false
            "{Number}","2024-01","{Root}",{Male},{Project},7

            {Number},202402,{Root},,,nope
            {Number},202403,nopeUid1234,,,1
            """;
        var summary = await data.ImportAsync(rows, _csv);
        Assert.Equal(("WARNING", 2, 2), (summary.Status, summary.ImportCount.Imported, summary.ImportCount.Ignored));
        Assert.Equal(["E7619", "E7612"], summary.Conflicts.Select(c => c.ErrorCode));
        Assert.Equal([2, 3], summary.RejectedIndexes);
        Assert.Equal(
            [$"{Number}|202401|{Root}|{Male}|{Project}|7||False|False", $"{Text}|202401|{Root}|{Default}|{Default}|café, \"x\"\nsecond line|late|True|False"],
            await data.RowsAsync());
    }

    [Fact]
    public async Task Csv_without_header_row_is_read_when_said_so()
    {
        await using var data = await CreateAsync();
        var row = $"{Number},202401,{Root},,,7\n";
        Assert.Equal(0, (await data.ImportAsync(row, _csv)).ImportCount.Imported);
        Assert.Equal(1, (await data.ImportAsync(row, _csv with { FirstRowIsHeader = false })).ImportCount.Imported);
        var malformed = await Assert.ThrowsAsync<Dhis2Exception>(() => data.ImportAsync("", _csv));
        Assert.Equal("The document is empty.", malformed.Message);
    }

    [Fact]
    public async Task Csv_that_went_out_comes_back_the_same()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(
            Value(Text, "202401", Root, " \\\"a\\\",\\nb ", ",\"comment\":\"c, d\",\"followup\":true,\"storedBy\":\"clerk\",\"lastUpdated\":\"2024-02-03T09:30:00.000+0000\""),
            Value(Number, "202402", Clinic, "1"), Value(Number, "202403", Clinic, "2", ",\"deleted\":true")));
        var query = new ExportQuery { DataElements = [Text, Number], Periods = ["202401", "202402", "202403"], OrgUnits = [Root, Clinic], IncludeDeleted = true };
        var output = new MemoryStream();
        await new DataValueSetExport(data.Files.Warehouse).ExportAsync(query, DocumentFormat.Csv, Admin, output, Cancel);
        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.StartsWith(Header, text, StringComparison.Ordinal);
        Assert.Contains($"{Text},202401,{Root},{Default},{Default},\" \"\"a\"\",\nb \",clerk,2024-02-03T09:30:00.000+0000,\"c, d\",true,false\n", text, StringComparison.Ordinal);

        var before = await data.RowsAsync();
        await data.ExecuteAsync("delete from datavalue");
        Assert.Equal(3, (await data.ImportAsync(text, _csv)).ImportCount.Imported);
        Assert.Equal(before, await data.RowsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Zip_is_unpacked_and_a_damaged_one_refused(bool csv)
    {
        await using var data = await CreateAsync();
        var options = csv ? _csv : new();
        var text = csv ? Header + $"{Number},202401,{Root},,,7\n" : Document(Value(Number, "202401", Root, "7"));
        using var bytes = new MemoryStream();
        await using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("folder/");
            await using var entry = await archive.CreateEntry("folder/values").OpenAsync(Cancel);
            await entry.WriteAsync(Encoding.UTF8.GetBytes(text), Cancel);
        }

        Assert.Equal(1, (await data.ImportAsync(bytes.ToArray(), options)).ImportCount.Imported);
        foreach (var damaged in new[] { bytes.ToArray()[..^30], Zipped(text)[..^10] })
        {
            var e = await Assert.ThrowsAsync<Dhis2Exception>(() => data.ImportAsync(damaged, options));
            Assert.True(MalformedDocument.Is(e), e.Message);
        }
    }

    [Fact]
    public async Task Xml_goes_in_and_out()
    {
        await using var data = await CreateAsync();
        var document = $"""
            <?xml version='1.0' encoding='UTF-8'?>
            <!-- By hand. -->
            <dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0" period="202401" orgUnit="{Clinic}" importStrategy="CREATE">
              <dataValue dataElement="{Text}" value="&lt;a&gt; &amp; &quot;é&quot;" comment="c" followUp="true" storedBy="clerk" unknown="x"/>
              <dataValue dataElement="nopeUid1234" value="1"/>
              <dataValue dataElement="{Number}" period="202402" value="2" lastUpdated="2024-02-03T10:00:00.000+0000"></dataValue>
            </dataValueSet>
            """;
        var summary = await data.ImportAsync(document, new() { Format = DocumentFormat.Xml });
        Assert.Equal(("WARNING", 2, "CREATE"), (summary.Status, summary.ImportCount.Imported, summary.ImportOptions.ImportStrategy));
        Assert.Equal([1], Assert.Single(summary.Conflicts).Indexes);
        var rows = await data.RowsAsync();
        Assert.Contains(rows, r => r.Contains("|<a> & \"é\"|c|", StringComparison.Ordinal));

        var exported = new MemoryStream();
        await new DataValueSetExport(data.Files.Warehouse).ExportAsync(
            new() { DataElements = [Text, Number], Periods = ["202401", "202402"], OrgUnits = [Clinic] }, DocumentFormat.Xml, Admin, exported, Cancel);
        await using var other = await CreateAsync();
        Assert.Equal(2, (await other.ImportAsync(exported.ToArray(), new() { Format = DocumentFormat.Xml })).ImportCount.Imported);
        Assert.Equal(rows, await other.RowsAsync());
    }

    [Theory]
    [InlineData("<dataValues/>")]
    [InlineData("<dataValueSet><dataValue></dataValueSet>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b 'c'>]><dataValueSet/>")]
    [InlineData("")]
    public async Task Xml_that_is_none_is_refused(string document)
    {
        await using var data = await CreateAsync();
        var refused = await Assert.ThrowsAsync<Dhis2Exception>(() => data.ImportAsync(document, new() { Format = DocumentFormat.Xml }));
        Assert.True(MalformedDocument.Is(refused));
    }

    [Fact]
    public async Task Attribute_values_identify_in_and_out_when_asked()
    {
        await using var data = await CreateAsync();
        await data.ExecuteAsync($$$"""
            insert into object values
                ('dataElements', '{{{Number}}}', null, 'Number', '2020-01-01', '2020-01-01',
                 '{"id":"{{{Number}}}","attributeValues":[{"value":"other","attribute":{"id":"atOther0001"}},{"value":"NUM-1","attribute":{"id":"atForeign01"}}]}'),
                ('organisationUnits', '{{{Clinic}}}', null, 'Clinic', '2020-01-01', '2020-01-01',
                 '{"id":"{{{Clinic}}}","attributeValues":[{"value":"Facility 7","attribute":{"id":"atForeign01"}}]}');
            """);
        var schemes = new IdSchemes { DataElement = IdScheme.Parse("attribute:atForeign01"), OrgUnit = IdScheme.Attribute("atForeign01") };
        var summary = await data.ImportAsync(
            Document(Value("NUM-1", "202401", "Facility 7", "1"), Value("other", "202401", "Facility 7", "1"), Value(Number, "202401", "Facility 7", "1")),
            new() { IdSchemes = schemes });
        Assert.Equal((1, 2), (summary.ImportCount.Imported, summary.ImportCount.Ignored));
        Assert.Equal("ATTRIBUTE:atForeign01", summary.ImportOptions.IdSchemes["dataElementIdScheme"]);

        var output = new MemoryStream();
        await new DataValueSetExport(data.Files.Warehouse).ExportAsync(
            new() { DataElements = [Number], Periods = ["202401"], OrgUnits = [Clinic], IdSchemes = schemes }, DocumentFormat.Json, Admin, output, Cancel);
        Assert.Contains("""{"dataElement":"NUM-1","period":"202401","orgUnit":"Facility 7",""", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
        Assert.Throws<Dhis2Exception>(() => IdScheme.Parse("ATTRIBUTE:x' or 1"));
    }

    [Fact]
    public async Task Without_looking_at_what_is_there_every_value_is_new()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(Value(Number, "202401", Root, "1")));
        var summary = await data.ImportAsync(Document(Value(Number, "202401", Root, "2"), Value(Number, "202402", Root, "2")), new() { SkipExistingCheck = true });
        Assert.Equal((2, 0, 0), (summary.ImportCount.Imported, summary.ImportCount.Updated, summary.ImportCount.Ignored));
        Assert.Equal(
            [$"{Number}|202401|{Root}|{Default}|{Default}|2||False|False", $"{Number}|202402|{Root}|{Default}|{Default}|2||False|False"], await data.RowsAsync());
    }
}
