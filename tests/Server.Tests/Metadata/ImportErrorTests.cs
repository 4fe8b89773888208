using System.Text;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata;
using static Dhis2Grpc.Server.Tests.Metadata.Documents;

namespace Dhis2Grpc.Server.Tests.Metadata;

public sealed class ImportErrorTests
{
    [Theory]
    [InlineData("E4000", "shortName", """{"dataElements":[{"id":"aaaaaaaaaa1","name":"A","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"}]}""")]
    [InlineData("E4000", "name", """{"organisationUnits":[{"id":"aaaaaaaaaa1","shortName":"A","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4000", "indicatorType", """{"indicators":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","numerator":"1","denominator":"1"}]}""")]
    [InlineData("E4014", "id", """{"organisationUnits":[{"id":"1aaaaaaaaaa","name":"A","shortName":"A","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4001", "shortName", """{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"A","shortName":"123456789012345678901234567890123456789012345678901","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4002", "name", """{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"","shortName":"A","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4027", "openingDate", """{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","openingDate":"yesterday"}]}""")]
    [InlineData("E4027", "name", """{"organisationUnits":[{"id":"aaaaaaaaaa1","name":["A"],"shortName":"A","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4027", "valueType", """{"dataElements":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","valueType":"COLOUR","domainType":"AGGREGATE","aggregationType":"SUM"}]}""")]
    [InlineData("E4027", "categoryCombo", """{"dataElements":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","categoryCombo":"bjDvmb4bfuf"}]}""")]
    [InlineData("E4027", "level", """{"organisationUnitLevels":[{"id":"aaaaaaaaaa1","name":"A","level":"high"}]}""")]
    [InlineData("E4027", "organisationUnits", """{"organisationUnitGroups":[{"id":"aaaaaaaaaa1","name":"A","organisationUnits":{"id":"x"}}]}""")]
    [InlineData("E4027", "periodType", """{"dataSets":[{"id":"aaaaaaaaaa1","name":"A","periodType":"Hourly"}]}""")]
    public async Task A_bad_object_is_named_and_nothing_is_stored(string code, string property, string document)
    {
        await using var imports = new Imports();
        var before = await imports.Store.ScalarAsync<long>("select count(*) from object");
        var report = await imports.TextAsync(document);
        Assert.Equal(ImportStatus.Error, report.Status);
        Assert.Equal(new ImportStats(0, 0, 0, 1), report.Stats);
        var o = Assert.Single(Assert.Single(report.Types).Objects);
        var error = Assert.Single(o.Errors);
        Assert.Equal((code, property), (error.Code, error.Property));
        Assert.Contains(property == "id" ? o.Uid : property, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await imports.Store.ScalarAsync<long>("select count(*) from object"));
    }

    [Fact]
    public async Task A_broken_reference_names_both_objects_and_refuses_the_document()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "Births"), Element("aaaaaaaaaa2", "Deaths", "zzzzzzzzzz9")])));
        Assert.Equal(ImportStatus.Error, report.Status);
        Assert.Equal(new ImportStats(0, 0, 0, 2), report.Stats);
        var o = Assert.Single(report.Types[0].Objects);
        Assert.Equal((1, "aaaaaaaaaa2"), (o.Index, o.Uid));
        Assert.Equal("E5002", o.Errors[0].Code);
        Assert.Equal("Invalid reference [zzzzzzzzzz9] (CategoryCombo) on object Deaths [aaaaaaaaaa2] (DataElement) for association `categoryCombo`.", o.Errors[0].Message);
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select count(*) from dataelement"));
    }

    [Fact]
    public async Task Without_atomic_mode_a_broken_reference_is_left_out_and_the_bad_object_skipped()
    {
        await using var imports = new Imports();
        var bad = Element("aaaaaaaaaa3", "Bad");
        bad["valueType"] = "COLOUR";
        var report = await imports.TextAsync(
            Of(("dataElements", [Element("aaaaaaaaaa1", "Births"), Element("aaaaaaaaaa2", "Deaths", "zzzzzzzzzz9"), bad]), ("dataElementGroups", [Named("aaaaaaaaaa4", "G", "dataElements", "aaaaaaaaaa1", "aaaaaaaaaa9")])),
            new MetadataImportOptions { Atomic = AtomicMode.None });
        Assert.Equal(ImportStatus.Warning, report.Status);
        Assert.Equal(new ImportStats(3, 0, 0, 1), report.Stats);
        Assert.Equal(["aaaaaaaaaa1|bjDvmb4bfuf", "aaaaaaaaaa2|bjDvmb4bfuf"],
            await imports.Store.TextsAsync("select e.uid, c.uid from dataelement e join categorycombo c using (categorycomboid) order by 1"));
        Assert.Equal(1, await imports.Store.ScalarAsync<long>("select count(*) from dataelementgroupmembers"));
    }

    [Fact]
    public async Task A_missing_unit_of_a_data_set_is_only_warned_of()
    {
        await using var imports = new Imports();
        var set = Named("aaaaaaaaaa1", "S", "organisationUnits", Uid(1), Uid(2));
        set["periodType"] = "Monthly";
        var report = await imports.TextAsync(Of(("dataSets", [set]), ("organisationUnits", [Unit(1)])));
        Assert.Equal(ImportStatus.Warning, report.Status);
        Assert.Equal(Uid(2), Assert.Single(Assert.Single(report.Types, t => t.Objects.Count > 0).Objects[0].Errors).Value);
        Assert.Equal(1, await imports.Store.ScalarAsync<long>("select count(*) from datasetsource"));
    }

    [Fact]
    public async Task A_UID_used_twice_is_reported()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(Of(("organisationUnits", [Unit(1), Unit(2), Unit(1)])));
        Assert.Equal(ImportStatus.Error, report.Status);
        var o = Assert.Single(report.Types[0].Objects);
        Assert.Equal((2, "E5004"), (o.Index, o.Errors[0].Code));
    }

    [Fact]
    public async Task Names_and_codes_are_unique_in_the_document_and_in_the_store()
    {
        await using var imports = new Imports();
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "Births")])))).Status);
        var stored = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa2", "Births")])));
        Assert.All(stored.Types[0].Objects[0].Errors, e => Assert.Equal(("E5003", "aaaaaaaaaa1"), (e.Code, e.MainId)));
        var inside = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa3", "Deaths"), Element("aaaaaaaaaa4", "Deaths")])));
        Assert.Equal(2, inside.Types[0].Objects.Count);
        Assert.All(inside.Types[0].Objects.SelectMany(o => o.Errors), e => Assert.Equal("E5005", e.Code));
    }

    [Fact]
    public async Task Names_may_be_exchanged_in_one_document()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "A"), Element("aaaaaaaaaa2", "B")])));
        var report = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "B"), Element("aaaaaaaaaa2", "A")])));
        Assert.Equal(ImportStatus.Ok, report.Status);
    }

    [Theory]
    [InlineData("""{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"A","shortN""", "line 1, column")]
    [InlineData("{\n \"organisationUnits\":[\n  {\"id\":\"aaaaaaaaaa1\",\"name\":\"A\",\"shortName\":\"A\",\"openingDate\":\"2020-01-01\"},\n", "line 4, column 1")]
    [InlineData("{\n \"organisationUnits\":[\n  {\"id\":aaa}]}", "line 3, column 9")]
    [InlineData("""{"organisationUnits":[]} x""", "line 1, column 26")]
    [InlineData("", "line 1, column 1")]
    [InlineData("[]", "one JSON object")]
    [InlineData("""{"organisationUnits":{"id":"aaaaaaaaaa1"}}""", "must be an array")]
    [InlineData("""{"organisationUnits":["aaaaaaaaaa1"]}""", "must be an object")]
    [InlineData("""{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"\ud800","shortName":"A","openingDate":"2020-01-01"}]}""", "Item 0")]
    public async Task A_malformed_document_is_refused_whole(string document, string says)
    {
        await using var imports = new Imports();
        var before = await imports.Store.ScalarAsync<long>("select count(*) from object");
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => imports.TextAsync(document));
        Assert.Equal((ErrorKind.InvalidArgument, 409), (e.Kind, e.HttpStatus));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, await imports.Store.ScalarAsync<long>("select count(*) from object"));
        Assert.DoesNotContain(
            Directory.GetFiles(imports.Store.DataDirectory, "*", SearchOption.AllDirectories),
            f => f.Contains("incoming", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_gzip_is_refused()
    {
        await using var imports = new Imports();
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => imports.BytesAsync([0x1f, 0x8b, 8, 0, .. Encoding.ASCII.GetBytes("not gzip at all, but long enough to be read")]));
        Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
    }

    [Fact]
    public async Task Every_place_to_cut_a_document_is_refused()
    {
        await using var imports = new Imports();
        var document = Encoding.UTF8.GetBytes(Of(("organisationUnits", [Unit(1)]), ("dataElements", [Element("aaaaaaaaaa1", "Geburten äöü")])));
        for (var length = 0; length < document.Length; length += 7)
            await Assert.ThrowsAsync<Dhis2Exception>(() => imports.BytesAsync(document[..length]));
        Assert.Equal(ImportStatus.Ok, (await imports.BytesAsync(document)).Status);
    }

    [Fact]
    public async Task Who_may_not_import_is_refused()
    {
        await using var imports = new Imports();
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => imports.Import.ImportAsync(new MemoryStream(), new MetadataImportOptions(),
            Imports.Admin with { Authorities = new HashSet<string>() }, TestContext.Current.CancellationToken));
        Assert.Equal((ErrorKind.PermissionDenied, "E3000"), (e.Kind, e.Code));
    }
}
