using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Tests.Warehouse;
using static Dhis2Grpc.Server.Tests.Metadata.Documents;

namespace Dhis2Grpc.Server.Tests.Metadata;

public sealed class ImportAtomicityTests
{
    [Fact]
    public async Task A_cancelled_import_changes_nothing_and_frees_the_turn()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Of(("organisationUnits", [Unit(1)])));
        var document = await Documents.HierarchyAsync(5_000);
        for (var at = 1; at <= 5; at++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            await using var slow = new CancellingStream(document, document.Length * at / 5, cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => imports.Import.ImportAsync(slow, new MetadataImportOptions(), Imports.Admin, cancel.Token));
            Assert.Equal(1, await imports.Store.ScalarAsync<long>("select count(*) from organisationunit"));
        }
        Assert.Equal(5_000, (await imports.BytesAsync(document)).Stats.Total);
    }

    [Fact]
    public async Task Cancelling_at_any_time_changes_nothing_or_everything()
    {
        await using var imports = new Imports();
        var document = await Documents.HierarchyAsync(2_000);
        for (var milliseconds = 0; milliseconds < 400; milliseconds += 40)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            cancel.CancelAfter(milliseconds);
            var done = false;
            try
            {
                await imports.Import.ImportAsync(new MemoryStream(document), new MetadataImportOptions(), Imports.Admin, cancel.Token);
                done = true;
            }
            catch (OperationCanceledException)
            {
            }
            Assert.Equal(done ? 2_000 : 0, await imports.Store.ScalarAsync<long>("select count(*) from organisationunit"));
            Assert.Equal(done ? 2_000 : 0, await imports.Store.ScalarAsync<long>("select count(*) from object where type = 'organisationUnits'"));
            if (done) return;
        }
        await imports.BytesAsync(document);
        Assert.Equal(2_000, await imports.Store.ScalarAsync<long>("select count(*) from organisationunit"));
    }

    [Fact]
    public async Task Imports_at_the_same_time_wait_for_each_other()
    {
        await using var imports = new Imports();
        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => imports.TextAsync(Of(("organisationUnits", [.. Enumerable.Range(i * 100, 100).Select(n => Unit(n))])))));
        Assert.All(reports, r => Assert.Equal(100, r.Stats.Created));
        Assert.Equal(400, await imports.Store.ScalarAsync<long>("select count(distinct organisationunitid) from organisationunit"));
    }

    [Fact]
    public async Task A_copy_taken_after_the_report_holds_the_import()
    {
        var copy = Directory.CreateTempSubdirectory("warehouse-").FullName;
        await using (var imports = new Imports())
        {
            await imports.BytesAsync(await Documents.HierarchyAsync(1_000));
            // What a crash would leave: the files as they are, without the closing checkpoint.
            foreach (var file in Directory.GetFiles(imports.Store.DataDirectory)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        await using (var reopened = new TemporaryWarehouse(copy))
        {
            Assert.Equal(1_000, await reopened.ScalarAsync<long>("select count(*) from organisationunit where path is not null"));
        }
        Directory.Delete(copy, recursive: true);
    }

    private sealed class CancellingStream(byte[] content, int at, CancellationTokenSource cancel) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= at) await cancel.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 50_000)], cancellationToken);
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => CopyAsync(destination, cancellationToken);

        private async Task CopyAsync(Stream destination, CancellationToken cancellationToken)
        {
            var buffer = new byte[64 << 10];
            while (await ReadAsync(buffer.AsMemory(), cancellationToken) is var count and > 0) await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }
}
