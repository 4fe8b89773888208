using CsCheck;
using Dhis2Grpc.Server.Metadata;
using static Dhis2Grpc.Server.Tests.Metadata.Documents;

namespace Dhis2Grpc.Server.Tests.Metadata;

public sealed class OrganisationUnitTreeTests
{
    [Fact]
    public async Task Paths_and_levels_follow_from_the_parents_in_any_order()
    {
        // Parents by position; unit i has a parent below i or none. Shuffled, imported in two documents, then some move.
        var trees = Gen.Int[1, 40].SelectMany(n => Gen.Int[-1, n - 1].Array[n].Select(p => p.Select((x, i) => x >= i ? -1 : x).ToArray()));
        await using var imports = new Imports();
        await Gen.Select(trees, Gen.Int[0, 1 << 30]).SampleAsync(async (parents, seed) =>
        {
            var random = new Random(seed);
            var units = parents.Select((p, i) => Unit(i, p < 0 ? null : p)).ToArray();
            random.Shuffle(units);
            await imports.TextAsync("""{"organisationUnits":[]}""");
            var report = await imports.TextAsync(Of(("organisationUnits", units)));
            Assert.Equal(ImportStatus.Ok, report.Status);
            var rows = await imports.Store.TextsAsync($"select uid, path, hierarchylevel from organisationunit where uid < '{Uid(parents.Length)}' order by uid");
            Assert.Equal(parents.Select((_, i) => Row(parents, i)), rows);
        }, iter: 30, threads: 1);
    }

    [Fact]
    public async Task A_unit_takes_its_descendants_along()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Of(("organisationUnits", [Unit(1), Unit(2, 1), Unit(3, 2), Unit(4)])));
        await imports.TextAsync(Of(("organisationUnits", [Unit(2, 4)])));
        Assert.Equal([$"/{Uid(4)}/{Uid(2)}/{Uid(3)}|3"], await imports.Store.TextsAsync($"select path, hierarchylevel from organisationunit where uid = '{Uid(3)}'"));
        using var exported = await imports.ExportAsync("organisationUnits");
        var moved = exported.RootElement.GetProperty("organisationUnits").EnumerateArray().Single(u => u.GetProperty("id").GetString() == Uid(3));
        Assert.Equal((3, $"/{Uid(4)}/{Uid(2)}/{Uid(3)}"), (moved.GetProperty("level").GetInt32(), moved.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task A_circle_is_refused_and_named()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(Of(("organisationUnits", [Unit(1), Unit(2, 4), Unit(3, 2), Unit(4, 3)])));
        Assert.Equal(ImportStatus.Error, report.Status);
        Assert.Equal([Uid(2), Uid(3), Uid(4)], report.Types[0].Objects.Select(o => o.Uid));
        Assert.All(report.Types[0].Objects, o => Assert.Contains("circle", o.Errors[0].Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_unit_cannot_move_below_itself()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Of(("organisationUnits", [Unit(1), Unit(2, 1), Unit(3, 2)])));
        var report = await imports.TextAsync(Of(("organisationUnits", [Unit(1, 3)])), new MetadataImportOptions { Atomic = AtomicMode.None });
        Assert.Equal(new ImportStats(0, 0, 0, 1), report.Stats);
        Assert.Equal([$"/{Uid(1)}"], await imports.Store.TextsAsync("select path from organisationunit where parentid is null"));
    }

    [Fact]
    public async Task Leaving_a_bad_unit_out_must_not_close_a_circle()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Of(("organisationUnits", [Unit(1), Unit(2, 1)])));
        var bad = Unit(2);
        bad["openingDate"] = "never";
        await imports.TextAsync(Of(("organisationUnits", [Unit(1, 2), bad])), new MetadataImportOptions { Atomic = AtomicMode.None });
        Assert.Equal([$"/{Uid(1)}", $"/{Uid(1)}/{Uid(2)}"], await imports.Store.TextsAsync("select path from organisationunit order by 1"));
    }

    private static string Row(int[] parents, int unit)
    {
        var path = new List<string>();
        for (var at = unit; at >= 0; at = parents[at]) path.Insert(0, Uid(at));
        return $"{Uid(unit)}|/{string.Join('/', path)}|{path.Count}";
    }
}
