using System.Text.Json;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Tests.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Server.Tests.Data;

/// <summary>Values of real DHIS2 installations, counted by another way than the import's.</summary>
public class RealDataTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("world-datavalues.json", "world-metadata.json")]
    [InlineData("core-e2e-datavalues-bulk.json", "core-e2e-setup.json", "core-e2e-aggregate.json")]
    public async Task Every_value_whose_objects_are_known_arrives_as_it_is(string file, params string[] metadata)
    {
        await using var imports = new Imports();
        foreach (var name in metadata)
            Assert.NotEqual(ImportStatus.Error, (await imports.BytesAsync(await File.ReadAllBytesAsync(Path.Combine(Imports.Samples(), name), Ct))).Status);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Imports.Samples(), file), Ct);
        var import = new DataValueSetImport(imports.Store.Warehouse, new ImportLookupCache(), Options.Create(new StorageOptions { DataDirectory = imports.Store.DataDirectory }),
            new FakeTimeProvider(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero)), NullLogger<DataValueSetImport>.Instance);

        var summary = await import.ImportAsync(new MemoryStream(bytes), new(), Imports.Admin, Ct);

        using var document = JsonDocument.Parse(bytes);
        var values = document.RootElement.GetProperty("dataValues").EnumerateArray().ToList();
        var known = new Dictionary<string, HashSet<string>>();
        foreach (var (member, table) in new[] { ("dataElement", "dataelement"), ("orgUnit", "organisationunit"), ("categoryOptionCombo", "categoryoptioncombo"), ("attributeOptionCombo", "categoryoptioncombo") })
            known[member] = [.. await imports.Store.TextsAsync($"select uid from {table}")];
        var sound = values.Where(v => known.All(k => !v.TryGetProperty(k.Key, out var uid) || k.Value.Contains(uid.GetString()!))).ToList();
        var rejected = summary.RejectedIndexes.ToHashSet();
        var expected = new Dictionary<string, string>();
        foreach (var (index, v) in values.Index())
        {
            if (!rejected.Contains(index))
                expected[string.Join(' ', Text(v, "dataElement"), Text(v, "period"), Text(v, "orgUnit"), Text(v, "categoryOptionCombo"), Text(v, "attributeOptionCombo"))] = Text(v, "value");
        }
        // What the objects alone do not explain is rejected for its value, and says so.
        Assert.Equal(values.Count - sound.Count, rejected.Count(i => !sound.Contains(values[i])));
        Assert.All(rejected.Where(i => sound.Contains(values[i])), i => Assert.Contains(summary.Conflicts, c => c.ErrorCode == "E7619" && c.Indexes.Contains(i)));
        Assert.Equal(values.Count, summary.ImportCount.Imported + summary.ImportCount.Ignored);
        Assert.True(summary.ImportCount.Imported > values.Count / 2);
        var stored = await imports.Store.TextsAsync("""
            select concat_ws(' ', e.uid, p.iso, o.uid, c.uid, a.uid) || '=' || d.value from datavalue d
            join dataelement e using (dataelementid) join period p using (periodid) join organisationunit o on o.organisationunitid = d.sourceid
            join categoryoptioncombo c on c.categoryoptioncomboid = d.categoryoptioncomboid
            join categoryoptioncombo a on a.categoryoptioncomboid = d.attributeoptioncomboid
            """);
        Assert.Equal(summary.ImportCount.Imported, stored.Count);
        Assert.All(stored, row => Assert.Equal(expected[row[..row.IndexOf('=', StringComparison.Ordinal)]], row[(row.IndexOf('=', StringComparison.Ordinal) + 1)..]));

        var again = await import.ImportAsync(new MemoryStream(bytes), new(), Imports.Admin, Ct);
        Assert.Equal((0, 0, values.Count), (again.ImportCount.Imported, again.ImportCount.Updated, again.ImportCount.Ignored));

        static string Text(JsonElement value, string member) =>
            value.TryGetProperty(member, out var text) ? text.GetString()! : "HllvX50cXC0";
    }
}
