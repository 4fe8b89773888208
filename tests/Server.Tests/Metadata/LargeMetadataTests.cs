using Dhis2Grpc.Server.Metadata;
using Server.Tests.Data;

namespace Dhis2Grpc.Server.Tests.Metadata;

/// <summary>Apart from other tests, whose memory would count.</summary>
[Collection(nameof(LargeImportTests))]
public sealed class LargeMetadataTests
{
    [Fact]
    public async Task A_hundred_thousand_units_need_little_memory()
    {
        // The warehouse may use less than the staged document takes, and spills.
        await using var imports = new Imports(memoryLimit: 96L << 20);
        using var document = new MemoryStream();
        await Documents.WriteHierarchyAsync(document, 100_000);
        document.Position = 0;
        var before = GC.GetTotalMemory(true);
        var report = await imports.Import.ImportAsync(document, new MetadataImportOptions(), Imports.Admin, TestContext.Current.CancellationToken);
        Assert.Equal(100_000, report.Stats.Created);
        Assert.Equal(6, await imports.Store.ScalarAsync<int>("select max(hierarchylevel) from organisationunit"));
        Assert.True(GC.GetTotalMemory(true) < before + (16L << 20));
    }
}
