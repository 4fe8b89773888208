using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;

namespace Dhis2Grpc.Server.Tests.Metadata;

/// <summary>Parts of what is stored, as documents.</summary>
public sealed class MetadataExportTests
{
    private const string Some = """
        {"dataElements":[
          {"id":"aaaaaaaaaa1","name":"Births","shortName":"B","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","categoryCombo":{"id":"bjDvmb4bfuf"},"sharing":{"public":"rw------"},"user":{"id":"M5zQapPyTZI"}},
          {"id":"aaaaaaaaaa2","name":"Deaths","shortName":"D","valueType":"TEXT","domainType":"AGGREGATE","aggregationType":"NONE","publicAccess":"rw------"}],
         "aggregateDataExchanges":[{"id":"dddddddddd1","name":"X","target":{"api":{"url":"https://x","\u0070assword":"hunter2"}}}],
         "categoryCombos":[{"id":"combo000001","name":"C","categories":[{"id":"GLevLNI9wkl"}]}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filters_are_each_types_own()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Some);
        using var exported = await imports.ExportAsync(new MetadataExportOptions
        {
            Types =
            [
                new ExportedType("dataElements") { Query = Where("valueType:eq:TEXT") },
                new ExportedType("categoryCombos"),
            ],
            Query = Where("name:eq:C"),
        });
        Assert.Equal(["aaaaaaaaaa2"], Uids(exported, "dataElements"));
        Assert.Equal(["combo000001"], Uids(exported, "categoryCombos"));
        Assert.False(exported.RootElement.TryGetProperty("aggregateDataExchanges", out _));
    }

    [Fact]
    public async Task Sharing_defaults_and_secrets_are_left_out()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Some);
        using var exported = await imports.ExportAsync(new MetadataExportOptions { SkipSharing = true, ExcludeDefaults = true });
        Assert.Equal(
            """
            [{"id":"aaaaaaaaaa1","name":"Births","shortName":"B","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"},
            {"id":"aaaaaaaaaa2","name":"Deaths","shortName":"D","valueType":"TEXT","domainType":"AGGREGATE","aggregationType":"NONE"}]
            """.ReplaceLineEndings(""), Text(exported, "dataElements"));
        Assert.Equal("""[{"id":"combo000001","name":"C","categories":[]}]""", Text(exported, "categoryCombos"));
        Assert.Equal([], Uids(exported, "categories"));
        using var plain = await imports.ExportAsync();
        Assert.Equal("""[{"id":"dddddddddd1","name":"X","target":{"api":{"url":"https://x"}}}]""", Text(plain, "aggregateDataExchanges"));
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select count(*) from object where contains(json, 'hunter2')"));
    }

    [Fact]
    public async Task A_data_set_comes_with_all_that_it_needs()
    {
        await using var here = new Imports();
        await here.BytesAsync(await File.ReadAllBytesAsync(Path.Combine(Imports.Samples(), "hiv-aggregate-2.40.json"), Ct));
        using var exported = await here.ExportAsync(new MetadataExportOptions { Root = ("dataSets", "XvcWsuHBsGA") });
        Assert.Equal(["XvcWsuHBsGA"], Uids(exported, "dataSets"));
        Assert.All(exported.RootElement.GetProperty("sections").EnumerateArray(), s => Assert.Equal("XvcWsuHBsGA", s.GetProperty("dataSet").GetProperty("id").GetString()));
        foreach (var type in new[] { "dataElements", "categoryCombos", "categories", "categoryOptions", "categoryOptionCombos" }) Assert.NotEmpty(Uids(exported, type));
        foreach (var type in new[] { "users", "userGroups", "dashboards", "visualizations", "organisationUnits" }) Assert.False(exported.RootElement.TryGetProperty(type, out _));

        await using var there = new Imports();
        var report = await there.TextAsync(exported.RootElement.GetRawText());
        Assert.Equal((ImportStatus.Ok, 0), (report.Status, report.Stats.Ignored));
        using var again = await there.ExportAsync(new MetadataExportOptions { Root = ("dataSets", "XvcWsuHBsGA") });
        Assert.True(JsonElement.DeepEquals(exported.RootElement, again.RootElement));
    }

    [Fact]
    public async Task A_program_comes_with_all_that_it_needs()
    {
        await using var here = new Imports();
        foreach (var file in new[] { "core-e2e-setup.json", "core-e2e-tracker.json" })
            Assert.NotEqual(ImportStatus.Error, (await here.BytesAsync(await File.ReadAllBytesAsync(Path.Combine(Imports.Samples(), file), Ct))).Status);
        using var exported = await here.ExportAsync(new MetadataExportOptions { Root = ("programs", "f1AyMswryyQ") });
        Assert.Equal(["f1AyMswryyQ"], Uids(exported, "programs"));
        Assert.Equal(["PaOOjwLVW23", "nlXNK4b7LVr", "xaOOjwLVW23"], Uids(exported, "programStages"));
        foreach (var type in new[] { "programRules", "programRuleActions", "programRuleVariables", "trackedEntityAttributes", "trackedEntityTypes", "dataElements" })
            Assert.NotEmpty(Uids(exported, type));

        await using var there = new Imports();
        await there.BytesAsync(await File.ReadAllBytesAsync(Path.Combine(Imports.Samples(), "core-e2e-setup.json"), Ct));
        Assert.Equal(ImportStatus.Ok, (await there.TextAsync(exported.RootElement.GetRawText())).Status);
    }

    [Fact]
    public async Task What_does_not_exist_is_said_before_anything_is_written()
    {
        await using var imports = new Imports();
        using var output = new MemoryStream();
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => imports.Export.ExportAsync(output, new MetadataExportOptions { Root = ("programs", "nowhere0001") }, null, Imports.Admin, Ct));
        Assert.Equal((ErrorKind.NotFound, "E1005", 0L), (e.Kind, e.Code, output.Length));
        var filter = new MetadataExportOptions { Types = [new ExportedType("dataElements") { Query = Where("created:gt:tomorrow") }] };
        await imports.TextAsync(Some);
        e = await Assert.ThrowsAsync<Dhis2Exception>(() => imports.Export.ExportAsync(output, filter, null, Imports.Admin, Ct));
        Assert.Equal(("E1003", 0L), (e.Code, output.Length));
    }

    [Fact]
    public void Everything_and_users_ask_for_an_authority()
    {
        var nobody = Imports.Admin with { Authorities = new HashSet<string>() };
        Assert.Throws<Dhis2Exception>(() => MetadataExport.Authorize(new MetadataExportOptions(), nobody));
        Assert.Throws<Dhis2Exception>(() => MetadataExport.Authorize(new MetadataExportOptions { Types = [new ExportedType("users")] }, nobody));
        MetadataExport.Authorize(new MetadataExportOptions { Types = [new ExportedType("dataElements")] }, nobody);
    }

    private static MetadataQuery Where(string filter) => new() { Filters = [ListFilter.Parse(filter)] };

    private static string Text(JsonDocument document, string collection) => document.RootElement.GetProperty(collection).GetRawText().Replace("\n", "", StringComparison.Ordinal);

    private static IEnumerable<string?> Uids(JsonDocument document, string collection) =>
        document.RootElement.GetProperty(collection).EnumerateArray().Select(o => o.GetProperty("id").GetString()).Order(StringComparer.Ordinal);
}
