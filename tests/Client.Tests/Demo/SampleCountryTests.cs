using System.Security.Cryptography;
using System.Text.Json;
using Dhis2Grpc.Client.Demo.Country;

namespace Client.Tests.Demo;

public sealed class SampleCountryTests
{
    private static readonly DateOnly Today = new(2025, 3, 14);

    [Fact]
    public void Size_one_is_a_country_of_1300_units_and_a_million_values()
    {
        var country = new SampleCountry(1, 1, Today);
        Assert.Equal(1_300, country.Units.Count);
        Assert.Equal([1, 13, 150, 1_136], country.Units.GroupBy(u => u.Level).OrderBy(g => g.Key).Select(g => g.Count()));
        Assert.Equal(60, country.Elements.Count);
        Assert.InRange(new SampleValues(country).All().Count(), 950_000, 1_050_000);
    }

    [Theory]
    [InlineData(0.02, 30, 14_000, 30_000)]
    [InlineData(0.1, 134, 80_000, 125_000)]
    public void Size_scales_units_and_values(double size, int units, int least, int most)
    {
        var country = new SampleCountry(1, size, Today);
        Assert.Equal(units, country.Units.Count);
        Assert.InRange(new SampleValues(country).All().Count(), least, most);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_documents_and_another_seed_others()
    {
        var first = await HashAsync(7);
        Assert.Equal(first, await HashAsync(7));
        Assert.NotEqual(first, await HashAsync(8));

        static async Task<string> HashAsync(long seed)
        {
            var country = new SampleCountry(seed, 0.02, Today);
            using var both = new MemoryStream();
            await new SampleMetadata(country).WriteAsync(both, TestContext.Current.CancellationToken);
            await new SampleValues(country).WriteAsync(both, null, TestContext.Current.CancellationToken);
            return Convert.ToHexString(SHA256.HashData(both.ToArray()));
        }
    }

    [Fact]
    public void Data_are_the_36_months_and_12_quarters_before_today()
    {
        var country = new SampleCountry(1, 0.02, Today);
        Assert.Equal(("202203", "202502"), (country.Months[0].Iso, country.Months[^1].Iso));
        Assert.Equal(36, country.Months.Count);
        Assert.Equal(("2022Q1", "2024Q4"), (country.Quarters[0].Iso, country.Quarters[^1].Iso));
        Assert.Equal(12, country.Quarters.Count);
    }

    [Fact]
    public async Task Metadata_names_every_object_once_and_refers_only_to_what_it_holds()
    {
        var country = new SampleCountry(1, 0.05, Today);
        using var stream = new MemoryStream();
        await new SampleMetadata(country).WriteAsync(stream, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(stream.ToArray());
        var objects = document.RootElement.EnumerateObject()
            .SelectMany(c => c.Value.EnumerateArray().Select(o => (Type: c.Name, Object: o))).ToList();
        var ids = objects.Select(o => o.Object.GetProperty("id").GetString()!).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var known = ids.Append(SampleCombos.DefaultCategoryCombo).ToHashSet();
        Assert.Subset(known, objects.SelectMany(o => References(o.Object)).ToHashSet());
        foreach (var type in objects.GroupBy(o => o.Type))
        {
            var names = type.Select(o => o.Object.GetProperty("name").GetString()!).ToList();
            // Option combos of different combos may share a name, as in DHIS2.
            if (type.Key != "categoryOptionCombos")
                Assert.Equal(names.Count, names.Distinct().Count());
            Assert.All(type, o => Assert.True(
                !o.Object.TryGetProperty("shortName", out var shortName) || shortName.GetString()!.Length <= 50));
        }
    }

    [Fact]
    public async Task Values_fit_the_metadata_and_name_each_cell_once()
    {
        var country = new SampleCountry(1, 0.02, Today);
        using var stream = new MemoryStream();
        await new SampleValues(country).WriteAsync(stream, null, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(stream.ToArray());
        var cells = new HashSet<string>();
        var units = country.Units.Select(u => u.Uid).ToHashSet();
        var combos = country.Elements.ToDictionary(e => e.Uid, e => country.Combos[e.By].Select(c => c.Uid).ToHashSet());
        foreach (var value in document.RootElement.GetProperty("dataValues").EnumerateArray())
        {
            string Of(string name) => value.GetProperty(name).GetString()!;
            Assert.Contains(Of("categoryOptionCombo"), combos[Of("dataElement")]);
            Assert.Contains(Of("orgUnit"), units);
            Assert.NotEqual("0", Of("value"));
            Assert.True(cells.Add($"{Of("dataElement")} {Of("period")} {Of("orgUnit")} {Of("categoryOptionCombo")}"));
        }
    }

    [Fact]
    public void Reports_are_counted_whether_they_are_sent_or_missing()
    {
        var values = new SampleValues(new SampleCountry(1, 0.02, Today));
        var reports = 0;
        var count = values.All(() => reports++).Count();
        Assert.True(count > reports);
        Assert.Equal(values.ReportCount, reports);
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            p.Value.ValueKind == JsonValueKind.Object && p.Value.TryGetProperty("id", out var id)
                ? [id.GetString()!]
                : References(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(e =>
            e.ValueKind == JsonValueKind.Object && e.TryGetProperty("id", out var id)
                ? References(e).Prepend(id.GetString()!)
                : References(e)),
        _ => [],
    };
}
