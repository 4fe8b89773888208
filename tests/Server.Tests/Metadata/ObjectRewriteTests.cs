using System.Text.Json;
using Dhis2Grpc.Server.Metadata;
using static Dhis2Grpc.Server.Tests.Metadata.Documents;

namespace Dhis2Grpc.Server.Tests.Metadata;

/// <summary>What is stored of an object where the import changes it.</summary>
public sealed class ObjectRewriteTests
{
    private static readonly MetadataImportOptions Lenient = new() { Atomic = AtomicMode.None };

    [Fact]
    public async Task References_by_code_and_to_default_objects_of_elsewhere_are_stored_by_the_uid_here()
    {
        await using var imports = new Imports();
        var element = Element("aaaaaaaaaa1", "Births", "otherCombo1");
        element["code"] = "B";
        await imports.TextAsync($$"""
            {"dataElements":[{{element.ToJsonString()}}],"dataElementGroups":[{"id":"aaaaaaaaaa2","name":"G","dataElements":[{"code":"B"}]}],
             "categoryCombos":[{"id":"otherCombo1","name":"default","categories":[]}]}
            """);
        Assert.Equal("""{"id":"bjDvmb4bfuf"}""", await StoredAsync(imports, "dataElements", "aaaaaaaaaa1", "categoryCombo"));
        Assert.Equal("""[{"code":"B","id":"aaaaaaaaaa1"}]""", await StoredAsync(imports, "dataElementGroups", "aaaaaaaaaa2", "dataElements"));
    }

    [Fact]
    public async Task By_code_an_object_keeps_the_uid_here_and_so_do_references_to_it()
    {
        await using var imports = new Imports();
        await imports.TextAsync("""{"constants":[{"id":"constant001","code":"C","name":"C","value":1.50}],"userGroups":[{"id":"group000001","code":"G","name":"G"}]}""");
        var report = await imports.TextAsync(
            """{"userGroups":[{"id":"elsewhere01","code":"G","name":"H"},{"id":"group000002","name":"I","managedGroups":[{"id":"elsewhere01"}]}],"constants":[{"id":"elsewhere02","code":"C","name":"C","value":2.50}]}""",
            new MetadataImportOptions { Identifier = ImportIdentifier.Code });
        Assert.Equal((ImportStatus.Ok, new ImportStats(1, 2, 0, 0)), (report.Status, report.Stats));
        Assert.Equal("""[{"id":"group000001"}]""", await StoredAsync(imports, "userGroups", "group000002", "managedGroups"));
        Assert.Equal("2.50", await StoredAsync(imports, "constants", "constant001", "value"));
        Assert.Equal("\"constant001\"", await StoredAsync(imports, "constants", "constant001", "id"));
    }

    [Fact]
    public async Task References_that_lead_nowhere_are_left_out_of_what_is_stored()
    {
        await using var imports = new Imports();
        var set = Named("aaaaaaaaaa1", "S");
        set["periodType"] = "Monthly";
        set["workflow"] = Reference("nowhere0001");
        set["dataSetElements"] = System.Text.Json.Nodes.JsonNode.Parse(
            """[{"dataElement":{"id":"nowhere0001"},"categoryCombo":{"id":"nowhere0003"}},{"dataElement":{"id":"aaaaaaaaaa2"},"categoryCombo":{"id":"nowhere0002"}}]""");
        var report = await imports.TextAsync(Of(("dataSets", [set]), ("dataElements", [Element("aaaaaaaaaa2", "A")])), Lenient);
        Assert.Equal((ImportStatus.Warning, 2), (report.Status, report.Stats.Created));
        Assert.Equal(4, report.Types.Sum(t => t.Objects.Sum(o => o.Errors.Count)));
        Assert.Equal("""[{"dataElement":{"id":"aaaaaaaaaa2"}}]""", await StoredAsync(imports, "dataSets", "aaaaaaaaaa1", "dataSetElements"));
        Assert.Null(await StoredAsync(imports, "dataSets", "aaaaaaaaaa1", "workflow"));
        // What is exported imports elsewhere without a complaint.
        await using var elsewhere = new Imports();
        using var exported = await imports.ExportAsync();
        Assert.Equal(ImportStatus.Ok, (await elsewhere.TextAsync(exported.RootElement.GetRawText())).Status);
    }

    [Fact]
    public async Task References_to_an_object_that_was_skipped_are_broken()
    {
        await using var imports = new Imports();
        var bad = Element("aaaaaaaaaa1", "A");
        bad["valueType"] = "COLOUR";
        var report = await imports.TextAsync(Of(("dataElements", [bad]), ("dataElementGroups", [Named("aaaaaaaaaa2", "G", "dataElements", "aaaaaaaaaa1")])), Lenient);
        Assert.Equal(new ImportStats(1, 0, 0, 1), report.Stats);
        Assert.Equal(["E4027", "E5002"], report.Types.SelectMany(t => t.Objects).SelectMany(o => o.Errors).Select(e => e.Code));
        Assert.Equal("[]", await StoredAsync(imports, "dataElementGroups", "aaaaaaaaaa2", "dataElements"));
    }

    [Fact]
    public async Task Sharing_and_translations_stay_as_they_are_when_skipped()
    {
        await using var imports = new Imports();
        var options = new MetadataImportOptions { SkipSharing = true, SkipTranslation = true };
        const string document = """
            {"constants":[{"id":"constant001","name":"C","value":VALUE,"publicAccess":"rw------","sharing":{"public":"PUBLIC"},"translations":[{"locale":"fr","property":"NAME","value":"PUBLIC"}]}]}
            """;
        await imports.TextAsync(document.Replace("VALUE", "1", StringComparison.Ordinal).Replace("PUBLIC", "old", StringComparison.Ordinal));
        await imports.TextAsync(document.Replace("VALUE", "2", StringComparison.Ordinal).Replace("PUBLIC", "new", StringComparison.Ordinal), options);
        Assert.Equal(("2", """{"public":"old"}""", """[{"locale":"fr","property":"NAME","value":"old"}]"""),
            (await StoredAsync(imports, "constants", "constant001", "value"), await StoredAsync(imports, "constants", "constant001", "sharing"),
                await StoredAsync(imports, "constants", "constant001", "translations")));
        await imports.TextAsync(document.Replace("constant001", "constant002", StringComparison.Ordinal).Replace("\"C\"", "\"D\"", StringComparison.Ordinal).Replace("VALUE", "2", StringComparison.Ordinal), options);
        Assert.Null(await StoredAsync(imports, "constants", "constant002", "sharing"));
        Assert.Null(await StoredAsync(imports, "constants", "constant002", "publicAccess"));
    }

    [Fact]
    public async Task The_same_twice_in_a_list_is_reported()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "A")]), ("dataElementGroups", [Named("aaaaaaaaaa2", "G", "dataElements", "aaaaaaaaaa1", "aaaaaaaaaa1")])));
        Assert.Equal(ImportStatus.Error, report.Status);
        var error = Assert.Single(Assert.Single(report.Types.SelectMany(t => t.Objects)).Errors);
        Assert.Equal(("E5007", "dataElements", "aaaaaaaaaa1"), (error.Code, error.Property, error.Value));
    }

    [Theory]
    [InlineData("E4027", "leftSide", """{"validationRules":[{"id":"aaaaaaaaaa1","name":"A","operator":"equal_to","periodType":"Monthly","leftSide":{"slidingWindow":"perhaps"},"rightSide":{"expression":"1"}}]}""")]
    [InlineData("E4000", "rightSide", """{"validationRules":[{"id":"aaaaaaaaaa1","name":"A","operator":"equal_to","periodType":"Monthly","leftSide":{"expression":"1"}}]}""")]
    [InlineData("E4027", "legends", """{"legendSets":[{"id":"aaaaaaaaaa1","name":"A","legends":[{"startValue":"low"}]}]}""")]
    [InlineData("E4027", "legends", """{"legendSets":[{"id":"aaaaaaaaaa1","name":"A","legends":{"startValue":1}}]}""")]
    [InlineData("E4027", "authorities", """{"userRoles":[{"id":"aaaaaaaaaa1","name":"A","authorities":[{"no":"text"}]}]}""")]
    [InlineData("E4027", "periods", """{"visualizations":[{"id":"aaaaaaaaaa1","name":"A","periods":[{"id":"whenever"}]}]}""")]
    [InlineData("E4000", "value", """{"constants":[{"id":"aaaaaaaaaa1","name":"A"}]}""")]
    public async Task What_is_nested_is_checked_too(string code, string property, string document)
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(document);
        var error = Assert.Single(Assert.Single(report.Types.SelectMany(t => t.Objects)).Errors);
        Assert.Equal((ImportStatus.Error, code, property), (report.Status, error.Code, error.Property));
    }

    [Fact]
    public async Task What_belongs_to_an_object_is_deleted_with_it_and_lists_lose_it()
    {
        await using var imports = new Imports();
        var set = Named("aaaaaaaaaa1", "S");
        set["periodType"] = "Monthly";
        set["dataSetElements"] = System.Text.Json.Nodes.JsonNode.Parse("""[{"dataElement":{"id":"aaaaaaaaaa2"},"categoryCombo":{"id":"combo000001"}}]""");
        var section = Named("aaaaaaaaaa3", "First", "dataElements", "aaaaaaaaaa2");
        section["dataSet"] = Reference("aaaaaaaaaa1");
        await imports.TextAsync(Of(("dataSets", [set]), ("dataElements", [Element("aaaaaaaaaa2", "A")]), ("sections", [section]), ("categoryCombos", [Named("combo000001", "C", "categories")])));
        var delete = new MetadataImportOptions { Strategy = ImportStrategy.Delete };

        var blocked = await imports.TextAsync("""{"categoryCombos":[{"id":"combo000001"}]}""", delete);
        Assert.Equal((ImportStatus.Error, "E4030"), (blocked.Status, blocked.Types[0].Objects[0].Errors[0].Code));
        await imports.TextAsync("""{"dataElements":[{"id":"aaaaaaaaaa2"}]}""", delete);
        Assert.Equal("[]", await StoredAsync(imports, "dataSets", "aaaaaaaaaa1", "dataSetElements"));
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select (select count(*) from datasetelement) + (select count(*) from sectiondataelements)"));
        var done = await imports.TextAsync("""{"dataSets":[{"id":"aaaaaaaaaa1"}]}""", delete);
        Assert.Equal(new ImportStats(0, 0, 1, 0), done.Stats);
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select (select count(*) from section) + (select count(*) from object where type = 'sections')"));
    }

    private static async Task<string?> StoredAsync(Imports imports, string type, string uid, string member)
    {
        var json = await imports.Store.ScalarAsync<string>($"select json from object where type = '{type}' and uid = '{uid}'");
        using var document = JsonDocument.Parse(json!);
        return document.RootElement.TryGetProperty(member, out var value) ? value.GetRawText() : null;
    }
}
