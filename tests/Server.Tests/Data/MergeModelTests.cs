using System.Text;
using System.Text.Json;
using CsCheck;
using Dhis2Grpc.Server.Data;
using static Server.Tests.Data.DataWarehouse;

namespace Server.Tests.Data;

/// <summary>Imports against a dictionary that does the same one value at a time.</summary>
public class MergeModelTests
{
    private static readonly Gen<Item> Items = Gen.Select(
        Gen.OneOfConst(Number, SignificantZero, Text), Gen.OneOfConst("202401", "202402", "2024W5"), Gen.OneOfConst(Root, Clinic),
        Gen.OneOfConst("0", "1", "2", "", "0.0", "nope"), Gen.OneOfConst(null, "late"), Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))),
        (element, period, unit, value, comment, deleted) => new Item(element, period, unit, value, comment, deleted));

    private static readonly Gen<(ImportStrategy Strategy, Item[] Items)> Documents = Gen.Select(
        Gen.OneOfConst(ImportStrategy.CreateAndUpdate, ImportStrategy.CreateAndUpdate, ImportStrategy.Create, ImportStrategy.Update, ImportStrategy.Delete),
        Items.Array[0, 20]);

    [Fact]
    public async Task Any_sequence_of_imports_leaves_what_the_model_has()
    {
        await using var data = await CreateAsync();
        await Documents.Array[1, 4].SampleAsync(async documents =>
        {
            await data.ExecuteAsync("delete from datavalue");
            var model = new Dictionary<string, Row>();
            foreach (var (strategy, items) in documents)
            {
                var expected = Apply(model, strategy, items);
                var summary = await data.ImportAsync(Document([.. items.Select(i => i.Json)]), new() { Strategy = strategy });
                var count = summary.ImportCount;
                Assert.Equal(expected, (count.Imported, count.Updated, count.Deleted, count.Ignored));
                Assert.Equal(items.Length, count.Imported + count.Updated + count.Deleted + count.Ignored);
            }
            Assert.Equal(model.Select(m => $"{m.Key}|{m.Value}").Order(StringComparer.Ordinal), (await RowsAsync(data)).Order(StringComparer.Ordinal));
            Assert.Equal(model.Where(m => !m.Value.Deleted).Select(m => m.Key).Order(StringComparer.Ordinal), await ExportedAsync(data));
        }, iter: 25, threads: 1);
    }

    private static (int Imported, int Updated, int Deleted, int Ignored) Apply(Dictionary<string, Row> model, ImportStrategy strategy, Item[] items)
    {
        var (imported, updated, deleted, ignored) = (0, 0, 0, 0);
        var sound = items.Where(i => strategy == ImportStrategy.Delete || i.IsSound).ToList();
        ignored += items.Length - sound.Count;
        foreach (var group in sound.GroupBy(i => i.Key))
        {
            ignored += group.Count() - 1;
            var item = group.Last();
            var there = model.TryGetValue(item.Key, out var row) && !row!.Deleted;
            if (strategy == ImportStrategy.Delete)
            {
                if (there) model[item.Key] = row! with { Deleted = true };
                _ = there ? deleted++ : ignored++;
            }
            else if (there)
            {
                if (!strategy.HasFlag(ImportStrategy.Update))
                {
                    ignored++;
                }
                else if (item.Deleted || item.WantsNothing)
                {
                    deleted++;
                    model[item.Key] = new Row(item.Value.Length == 0 ? row!.Value : item.Value, item.Comment, true);
                }
                else if (row == new Row(item.Value, item.Comment, false))
                {
                    ignored++;
                }
                else
                {
                    updated++;
                    model[item.Key] = new Row(item.Value, item.Comment, false);
                }
            }
            else if (!strategy.HasFlag(ImportStrategy.Create) || (item.WantsNothing && !item.Deleted))
            {
                ignored++;
            }
            else
            {
                imported++;
                model[item.Key] = new Row(item.Value, item.Comment, item.Deleted);
            }
        }
        return (imported, updated, deleted, ignored);
    }

    private static Task<List<string>> RowsAsync(DataWarehouse data) => data.Files.TextsAsync("""
        select de.uid || ' ' || pe.iso || ' ' || ou.uid, d.value, d.comment, d.deleted::varchar
        from datavalue d join dataelement de using (dataelementid) join period pe using (periodid)
        join organisationunit ou on ou.organisationunitid = d.sourceid
        """);

    private static async Task<List<string>> ExportedAsync(DataWarehouse data)
    {
        var output = new MemoryStream();
        await new DataValueSetExport(data.Files.Warehouse).ExportAsync(
            new() { DataElements = [Number, SignificantZero, Text], Periods = ["202401", "202402", "2024W5"], OrgUnits = [Root, Clinic] }, DocumentFormat.Json, Admin, output, Cancel);
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(output.ToArray()));
        return [.. document.RootElement.GetProperty("dataValues").EnumerateArray()
            .Select(v => $"{v.GetProperty("dataElement")} {v.GetProperty("period")} {v.GetProperty("orgUnit")}").Order(StringComparer.Ordinal)];
    }

    private sealed record Row(string Value, string? Comment, bool Deleted)
    {
        public override string ToString() => $"{Value}|{Comment}|{(Deleted ? "true" : "false")}";
    }

    private sealed record Item(string Element, string Period, string Unit, string Value, string? Comment, bool Deleted)
    {
        public string Key => $"{Element} {Period} {Unit}";

        public bool IsSound => Element == Text || Value != "nope";

        public bool WantsNothing => (Value.Length == 0 && Comment is null) || (Element == Number && Value is ("0" or "0.0"));

        public string Json => DataWarehouse.Value(Element, Period, Unit, Value,
            (Comment is null ? "" : $",\"comment\":\"{Comment}\"") + (Deleted ? ",\"deleted\":true" : ""));
    }
}
