using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Model;

namespace Dhis2Grpc.Server.Tests.Metadata;

/// <summary>Documents of real DHIS2 installations, counted by another way than the import's.</summary>
public sealed class RealDocumentTests
{
    private static readonly HashSet<string> Defaults = ["GLevLNI9wkl", "xYerKDKCefk", "bjDvmb4bfuf", "HllvX50cXC0"];

    // Table, member of the document, and the members of the lists that make rows of link tables.
    private static readonly (string Table, string Collection)[] Tables =
    [
        ("organisationunit", "organisationUnits"), ("orgunitlevel", "organisationUnitLevels"), ("orgunitgroup", "organisationUnitGroups"),
        ("orgunitgroupset", "organisationUnitGroupSets"), ("dataelementcategory", "categories"), ("dataelementcategoryoption", "categoryOptions"),
        ("categorycombo", "categoryCombos"), ("categoryoptiongroup", "categoryOptionGroups"), ("categoryoptiongroupset", "categoryOptionGroupSets"),
        ("dataelement", "dataElements"), ("dataelementgroup", "dataElementGroups"), ("dataelementgroupset", "dataElementGroupSets"), ("dataset", "dataSets"),
        ("indicator", "indicators"), ("indicatortype", "indicatorTypes"), ("indicatorgroup", "indicatorGroups"), ("optionset", "optionSets"),
        ("optionvalue", "options"), ("maplegendset", "legendSets"), ("dataentryform", "dataEntryForms"), ("section", "sections"),
        ("validationrule", "validationRules"), ("validationrulegroup", "validationRuleGroups"), ("predictor", "predictors"),
        ("predictorgroup", "predictorGroups"), ("program", "programs"), ("programstage", "programStages"), ("programindicator", "programIndicators"),
        ("programrule", "programRules"), ("programruleaction", "programRuleActions"), ("programrulevariable", "programRuleVariables"),
        ("trackedentityattribute", "trackedEntityAttributes"), ("trackedentitytype", "trackedEntityTypes"), ("userinfo", "users"),
        ("usergroup", "userGroups"), ("userrole", "userRoles"), ("visualization", "visualizations"), ("map", "maps"), ("dashboard", "dashboards"),
    ];

    private static readonly (string Table, string Collection, string List, string Target)[] Links =
    [
        ("orgunitgroupmembers", "organisationUnitGroups", "organisationUnits", "organisationUnits"),
        ("orgunitgroupsetmembers", "organisationUnitGroupSets", "organisationUnitGroups", "organisationUnitGroups"),
        ("categories_categoryoptions", "categories", "categoryOptions", "categoryOptions"),
        ("categorycombos_categories", "categoryCombos", "categories", "categories"),
        ("categoryoptiongroupmembers", "categoryOptionGroups", "categoryOptions", "categoryOptions"),
        ("categoryoptiongroupsetmembers", "categoryOptionGroupSets", "categoryOptionGroups", "categoryOptionGroups"),
        ("dataelementgroupmembers", "dataElementGroups", "dataElements", "dataElements"),
        ("indicatorgroupmembers", "indicatorGroups", "indicators", "indicators"),
        ("datasetsource", "dataSets", "organisationUnits", "organisationUnits"),
        ("sectiondataelements", "sections", "dataElements", "dataElements"),
        ("validationrulegroupmembers", "validationRuleGroups", "validationRules", "validationRules"),
        ("predictorgroupmembers", "predictorGroups", "predictors", "predictors"),
        ("usergroupmembers", "userGroups", "users", "users"),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("world-metadata.json", "Ok")]
    [InlineData("core-e2e-setup.json", "Ok")]
    [InlineData("core-e2e-aggregate.json", "Warning")]
    [InlineData("core-e2e-tracker.json", "Ok", "core-e2e-setup.json")]
    [InlineData("idsr-aggregate-2.34.json", "Warning")]
    [InlineData("hiv-aggregate-2.40.json", "Warning")]
    public async Task Every_object_arrives(string file, string status, string? first = null)
    {
        await using var imports = new Imports();
        if (first is not null) Assert.NotEqual(ImportStatus.Error, (await imports.BytesAsync(await ReadAsync(first))).Status);
        var known = (await imports.Store.TextsAsync("select type || ' ' || uid from object")).ToHashSet();
        var bytes = await ReadAsync(file);
        using var document = JsonDocument.Parse(bytes);

        var report = await imports.BytesAsync(bytes);

        Assert.Equal(status, report.Status.ToString());
        var expected = Collections(document).ToDictionary(c => c.Name, c => c.Value.EnumerateArray().Select(o => o.GetProperty("id").GetString()!).ToList());
        var all = expected.SelectMany(c => c.Value.Select(uid => $"{c.Key} {uid}")).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(new ImportStats(all.Count(o => !known.Contains(o)), all.Count(known.Contains), 0, 0), report.Stats);
        Assert.Equal(expected.Count(c => c.Value.Count > 0), report.Types.Count);
        var stored = (await imports.Store.TextsAsync("select type || ' ' || uid from object")).ToHashSet();
        Assert.DoesNotContain(all, o => !stored.Contains(o));
    }

    [Theory]
    [InlineData("world-metadata.json")]
    [InlineData("core-e2e-setup.json")]
    [InlineData("core-e2e-aggregate.json")]
    [InlineData("idsr-aggregate-2.34.json")]
    [InlineData("hiv-aggregate-2.40.json")]
    public async Task Tables_hold_the_documents_objects_and_lists(string file)
    {
        await using var imports = new Imports();
        var bytes = await ReadAsync(file);
        using var document = JsonDocument.Parse(bytes);
        await imports.BytesAsync(bytes);
        var collections = Collections(document).ToDictionary(c => c.Name, c => c.Value);

        foreach (var (table, collection) in Tables)
        {
            var uids = collections.TryGetValue(collection, out var objects) ? objects.EnumerateArray().Select(o => o.GetProperty("id").GetString()!) : [];
            var stored = await imports.Store.TextsAsync($"select uid from {table}");
            Assert.Equal(uids.Where(u => !Defaults.Contains(u)).Order(StringComparer.Ordinal), stored.Where(u => !Defaults.Contains(u)).Order(StringComparer.Ordinal));
        }
        foreach (var (table, collection, list, target) in Links)
        {
            var members = collections.TryGetValue(target, out var targets) ? targets.EnumerateArray().Select(o => o.GetProperty("id").GetString()!).ToHashSet() : [];
            var count = collections.TryGetValue(collection, out var owners)
                ? owners.EnumerateArray().Where(o => !Defaults.Contains(o.GetProperty("id").GetString()!) && o.TryGetProperty(list, out _))
                    .Sum(o => o.GetProperty(list).EnumerateArray().Select(m => m.GetProperty("id").GetString()!).Distinct().Count(m => members.Contains(m) || Defaults.Contains(m)))
                : 0;
            var own = collection is "categories" or "categoryCombos" ? 1 : 0;
            Assert.Equal((table, count + own), (table, (int)await imports.Store.ScalarAsync<long>($"select count(*) from {table}")));
        }
    }

    [Theory]
    [InlineData("idsr-aggregate-2.34.json")]
    [InlineData("hiv-aggregate-2.40.json")]
    [InlineData("core-e2e-aggregate.json")]
    public async Task Tables_hold_what_is_nested(string file)
    {
        await using var imports = new Imports();
        var bytes = await ReadAsync(file);
        using var document = JsonDocument.Parse(bytes);
        await imports.BytesAsync(bytes);
        foreach (var (table, collection, list) in Nested)
        {
            var count = !document.RootElement.TryGetProperty(collection, out var owners) ? 0 : owners.EnumerateArray().Sum(o =>
                !o.TryGetProperty(list, out var items) ? 0 : items.ValueKind == JsonValueKind.Object ? 1 : items.GetArrayLength());
            var shared = Nested.Where(n => n.Table == table && n != (table, collection, list)).Sum(n =>
                !document.RootElement.TryGetProperty(n.Collection, out var others) ? 0 : others.EnumerateArray().Sum(o =>
                    !o.TryGetProperty(n.List, out var items) ? 0 : items.ValueKind == JsonValueKind.Object ? 1 : items.GetArrayLength()));
            Assert.Equal((table, count + shared), (table, (int)await imports.Store.ScalarAsync<long>($"select count(*) from {table}")));
        }
    }

    private static readonly (string Table, string Collection, string List)[] Nested =
    [
        ("maplegend", "legendSets", "legends"), ("expression", "validationRules", "leftSide"), ("expression", "validationRules", "rightSide"),
        ("expression", "predictors", "generator"), ("expression", "predictors", "sampleSkipTest"), ("datasetelement", "dataSets", "dataSetElements"),
        ("datasetoperands", "dataSets", "compulsoryDataElementOperands"), ("sectiongreyedfields", "sections", "greyedFields"),
        ("dashboarditem", "dashboards", "dashboardItems"), ("dashboard_items", "dashboards", "dashboardItems"),
        ("datadimensionitem", "visualizations", "dataDimensionItems"), ("visualization_columns", "visualizations", "columnDimensions"),
        ("visualization_periods", "visualizations", "periods"), ("userroleauthorities", "userRoles", "authorities"),
    ];

    [Fact]
    public async Task Data_set_elements_keep_their_own_category_combo()
    {
        await using var imports = new Imports();
        var bytes = await ReadAsync("idsr-aggregate-2.34.json");
        using var document = JsonDocument.Parse(bytes);
        await imports.BytesAsync(bytes);
        var expected = document.RootElement.GetProperty("dataSets").EnumerateArray().SelectMany(s => s.GetProperty("dataSetElements").EnumerateArray().Select(e =>
            $"{s.GetProperty("id").GetString()}|{e.GetProperty("dataElement").GetProperty("id").GetString()}|{(e.TryGetProperty("categoryCombo", out var c) ? c.GetProperty("id").GetString() : "")}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await imports.Store.TextsAsync("""
            select s.uid, e.uid, c.uid from datasetelement join dataset s using (datasetid) join dataelement e using (dataelementid)
            left join categorycombo c on c.categorycomboid = datasetelement.categorycomboid
            """)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Importing_twice_only_updates_and_keeps_keys()
    {
        await using var imports = new Imports();
        var bytes = await ReadAsync("hiv-aggregate-2.40.json");
        var first = await imports.BytesAsync(bytes);
        const string keys = "select uid, dataelementid from dataelement union all select uid, categoryoptioncomboid from categoryoptioncombo order by 1";
        var before = await imports.Store.TextsAsync(keys);
        var second = await imports.BytesAsync(bytes);
        Assert.Equal(new ImportStats(0, first.Stats.Total, 0, 0), second.Stats);
        Assert.Equal(before, await imports.Store.TextsAsync(keys));
    }

    [Theory]
    [InlineData("hiv-aggregate-2.40.json")]
    [InlineData("core-e2e-setup.json")]
    public async Task The_order_of_a_document_does_not_matter(string file)
    {
        var bytes = await ReadAsync(file);
        using var document = JsonDocument.Parse(bytes);
        var turned = new JsonObject();
        foreach (var (name, objects) in Collections(document).Reverse())
            turned[name] = new JsonArray([.. objects.EnumerateArray().Reverse().Select(o => JsonNode.Parse(o.GetRawText()))]);
        await using var straight = new Imports();
        await using var reversed = new Imports();
        var expected = await straight.BytesAsync(bytes);
        var report = await reversed.TextAsync(turned.ToJsonString());
        Assert.Equal((expected.Status, expected.Stats), (report.Status, report.Stats));
        using var a = await straight.ExportAsync();
        using var b = await reversed.ExportAsync();
        Assert.True(JsonElement.DeepEquals(a.RootElement, b.RootElement));
        const string rows = """
            select e.uid, c.uid, null from dataelement e join categorycombo c using (categorycomboid) union all
            select o.uid, o.name, c.uid from categoryoptioncombo o join categorycombos_optioncombos using (categoryoptioncomboid) join categorycombo c using (categorycomboid)
            union all select uid, path, hierarchylevel::varchar from organisationunit order by all
            """;
        Assert.Equal(await straight.Store.TextsAsync(rows), await reversed.Store.TextsAsync(rows));
    }

    [Fact]
    public async Task Gzip_is_accepted()
    {
        await using var imports = new Imports();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync(await ReadAsync("world-metadata.json"), Ct);
        Assert.Equal(298, (await imports.BytesAsync(packed.ToArray())).Stats.Created);
    }

    [Theory]
    [InlineData("hiv-aggregate-2.40.json")]
    [InlineData("idsr-aggregate-2.34.json")]
    [InlineData("core-e2e-aggregate.json")]
    [InlineData("core-e2e-setup.json")]
    [InlineData("core-e2e-tracker.json", "core-e2e-setup.json")]
    [InlineData("world-metadata.json")]
    public async Task What_is_exported_imports_elsewhere_as_the_same(string file, string? first = null)
    {
        await using var here = new Imports();
        if (first is not null) await here.BytesAsync(await ReadAsync(first));
        await here.BytesAsync(await ReadAsync(file));
        using var exported = await here.ExportAsync();

        await using var there = new Imports();
        await there.TextAsync(exported.RootElement.GetRawText());
        using var again = await there.ExportAsync();

        Assert.True(JsonElement.DeepEquals(exported.RootElement, again.RootElement));
        const string rows = "select 'e', e.uid, e.valuetype, c.uid from dataelement e join categorycombo c using (categorycomboid) union all select 'o', uid, name, '' from categoryoptioncombo order by all";
        Assert.Equal(await here.Store.TextsAsync(rows), await there.Store.TextsAsync(rows));
        var tables = MetadataTypes.Projected.SelectMany(t => t.Parts.Select(p => p.Table).Concat(t.References.Select(r => r.Link?.Table).OfType<string>()).Append(t.Table!)).Distinct().Order();
        var counts = string.Join(" union all ", tables.Select(t => $"select '{t}', count(*) from {t}"));
        Assert.Equal(await here.Store.TextsAsync(counts), await there.Store.TextsAsync(counts));
    }

    [Theory]
    [InlineData("dataSets", "hiv-aggregate-2.40.json")]
    [InlineData("dashboards", "hiv-aggregate-2.40.json")]
    [InlineData("programs", "core-e2e-tracker.json", "core-e2e-setup.json")]
    public async Task An_object_with_its_dependencies_lacks_nothing_elsewhere(string collection, string file, string? first = null)
    {
        await using var here = new Imports();
        if (first is not null) await here.BytesAsync(await ReadAsync(first));
        await here.BytesAsync(await ReadAsync(file));
        foreach (var uid in await here.Store.TextsAsync($"select uid from object where type = '{collection}' order by uid limit 2"))
        {
            using var exported = await here.ExportAsync(new MetadataExportOptions { Root = (collection, uid) });
            await using var there = new Imports();
            var report = await there.TextAsync(exported.RootElement.GetRawText(), new MetadataImportOptions { Atomic = AtomicMode.None });
            // Units and users are the other server's own.
            var lacking = report.Types.SelectMany(t => t.Objects).SelectMany(o => o.Errors).Select(e => e.Message)
                .Where(m => !m.Contains("(OrganisationUnit", StringComparison.Ordinal) && !m.Contains("(User", StringComparison.Ordinal));
            Assert.Empty(lacking);
            Assert.Equal(exported.RootElement.GetProperty(collection).GetArrayLength(), await there.Store.ScalarAsync<long>($"select count(*) from object where type = '{collection}'"));
        }
    }

    [Fact]
    public async Task An_export_holds_every_property_of_the_document()
    {
        await using var imports = new Imports();
        var bytes = await ReadAsync("hiv-aggregate-2.40.json");
        using var document = JsonDocument.Parse(bytes);
        await imports.BytesAsync(bytes);
        using var exported = await imports.ExportAsync();
        foreach (var (name, objects) in Collections(document))
        {
            if (objects.GetArrayLength() == 0) continue;
            var written = exported.RootElement.GetProperty(name).EnumerateArray().ToDictionary(o => o.GetProperty("id").GetString()!);
            foreach (var o in objects.EnumerateArray().Where(o => !Defaults.Contains(o.GetProperty("id").GetString()!)))
                Assert.True(JsonElement.DeepEquals(o, written[o.GetProperty("id").GetString()!]), o.GetRawText());
        }
    }

    private static Task<byte[]> ReadAsync(string file) => File.ReadAllBytesAsync(Path.Combine(Imports.Samples(), file), Ct);

    private static IEnumerable<(string Name, JsonElement Value)> Collections(JsonDocument document) =>
        document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array).Select(p => (p.Name, p.Value));
}
