using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Tests.Warehouse;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Tests.Metadata.Versions;

/// <summary>Snapshots and versions in a real warehouse.</summary>
public sealed class MetadataSnapshotTests
{
    private const string Vector = """{"system":{"id":"node-a","rev":"1","version":"2.39.0","date":"2024-01-31T10:00:00.000"}}""";
    private const string VectorHash = "cb06e9b655d81cc253c486565261c2b2";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_snapshot_is_given_back_byte_for_byte()
    {
        await using var store = new TemporaryWarehouse();
        var snapshots = Snapshots(store);
        await snapshots.StoreAsync("Version_1", VectorHash, Text(Vector), Ct);
        Assert.Equal(new MetadataSnapshot("Version_1", VectorHash, 88), await snapshots.FindAsync("Version_1", Ct));
        Assert.Equal(Vector, Encoding.UTF8.GetString(await ReadAsync(snapshots, "Version_1")));

        await using var gzip = new GZipStream(await snapshots.OpenGzipAsync("Version_1", Ct), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        Assert.Equal(Vector, await reader.ReadToEndAsync(Ct));
    }

    [Fact]
    public async Task A_long_snapshot_survives_a_restart_in_parts()
    {
        var directory = Directory.CreateTempSubdirectory("snapshot-").FullName;
        // It does not compress, so that it needs many parts.
        var random = new byte[3_000_000];
        new Random(11).NextBytes(random);
        var text = Encoding.UTF8.GetBytes($$"""{"x":"{{Convert.ToBase64String(random)}}","é":"\u0000 ✓"}""");
        await using (var store = new TemporaryWarehouse(directory))
        {
            await Snapshots(store).StoreAsync("Version_1", Hash(text), new MemoryStream(text), Ct);
            Assert.True(await store.ScalarAsync<long>("select count(*) from metadatasnapshotpart") > 5);
        }

        await using (var again = new TemporaryWarehouse(directory))
            Assert.Equal(text, await ReadAsync(Snapshots(again), "Version_1"));
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("", VectorHash)]
    [InlineData(" \n", VectorHash)]
    [InlineData("[]", VectorHash)]
    [InlineData("<html>", VectorHash)]
    [InlineData("{\"system\":{}}", VectorHash)]
    [InlineData(Vector, "")]
    public async Task What_is_not_the_promised_text_leaves_nothing(string text, string hash)
    {
        await using var store = new TemporaryWarehouse();
        await Assert.ThrowsAsync<MetadataSnapshotException>(() => Snapshots(store).StoreAsync("Version_1", hash, Text(text), Ct));
        Assert.Null(await Snapshots(store).FindAsync("Version_1", Ct));
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from metadatasnapshotpart"));
    }

    [Fact]
    public async Task A_snapshot_is_replaced_until_its_version_is_recorded()
    {
        await using var store = new TemporaryWarehouse();
        var (snapshots, versions) = (Snapshots(store), new MetadataVersions(store.Warehouse));
        await snapshots.StoreAsync("Version_1", Hash("{}"u8), Text("{}"), Ct);
        await snapshots.StoreAsync("Version_1", VectorHash, Text(Vector), Ct);
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from metadatasnapshotpart"));
        Assert.Empty(await versions.ListAsync(Ct));

        await versions.RecordImportedAsync(Version("Version_1"), Ct);
        var refused = await Assert.ThrowsAsync<Dhis2Exception>(() => snapshots.StoreAsync("Version_1", Hash("{}"u8), Text("{}"), Ct));
        Assert.Equal(ErrorKind.AlreadyExists, refused.Kind);
        Assert.Equal(Vector, Encoding.UTF8.GetString(await ReadAsync(snapshots, "Version_1")));
    }

    [Fact]
    public async Task A_reader_of_a_replaced_snapshot_fails_instead_of_mixing_two()
    {
        await using var store = new TemporaryWarehouse();
        var snapshots = Snapshots(store);
        await snapshots.StoreAsync("Version_1", Hash("{}"u8), Text("{}"), Ct);
        await using var reading = await snapshots.OpenGzipAsync("Version_1", Ct);
        await snapshots.StoreAsync("Version_1", VectorHash, Text(Vector), Ct);
        await Assert.ThrowsAsync<IOException>(() => reading.CopyToAsync(Stream.Null, Ct));
    }

    [Fact]
    public async Task An_imported_version_keeps_what_the_other_server_told()
    {
        await using var store = new TemporaryWarehouse();
        var versions = new MetadataVersions(store.Warehouse);
        await Snapshots(store).StoreAsync("Version_7", VectorHash, Text(Vector), Ct);
        var version = Version("Version_7") with { Type = MetadataVersionType.Atomic };
        await versions.RecordImportedAsync(version, Ct);
        await versions.RecordImportedAsync(version with { Imported = version.Imported!.Value.AddDays(1) }, Ct);
        Assert.Equal(version, await versions.FindAsync("Version_7", Ct));
        Assert.Equal([version], await versions.ListAsync(Ct));
        Assert.Null(await versions.FindAsync("version_7", Ct));

        var other = await Assert.ThrowsAsync<Dhis2Exception>(() => versions.RecordImportedAsync(version with { Uid = "abcdefghij9" }, Ct));
        Assert.Equal(ErrorKind.AlreadyExists, other.Kind);
    }

    [Fact]
    public async Task The_current_version_is_the_newest_and_not_the_highest()
    {
        await using var store = new TemporaryWarehouse();
        var (snapshots, versions) = (Snapshots(store), new MetadataVersions(store.Warehouse));
        Assert.Null(await versions.CurrentAsync(Ct));
        foreach (var (name, day) in new[] { ("Version_9", 1), ("Version_2", 3), ("Version_5", 2) })
        {
            await snapshots.StoreAsync(name, VectorHash, Text(Vector), Ct);
            await versions.RecordImportedAsync(Version(name) with { Created = new DateTimeOffset(2024, 1, day, 10, 0, 0, 123, TimeSpan.Zero) }, Ct);
        }

        Assert.Equal("Version_2", (await versions.CurrentAsync(Ct))!.Name);
        Assert.Equal(["Version_9", "Version_5", "Version_2"], (await versions.ListAsync(Ct)).Select(v => v.Name));
    }

    [Fact]
    public async Task A_version_without_its_snapshot_is_refused()
    {
        await using var store = new TemporaryWarehouse();
        var (snapshots, versions) = (Snapshots(store), new MetadataVersions(store.Warehouse));
        Assert.Equal(ErrorKind.Conflict, (await Assert.ThrowsAsync<Dhis2Exception>(() => versions.RecordImportedAsync(Version("Version_1"), Ct))).Kind);
        await snapshots.StoreAsync("Version_1", Hash("{}"u8), Text("{}"), Ct);
        Assert.Equal(ErrorKind.Conflict, (await Assert.ThrowsAsync<Dhis2Exception>(() => versions.RecordImportedAsync(Version("Version_1"), Ct))).Kind);
        Assert.Empty(await versions.ListAsync(Ct));
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<Dhis2Exception>(() => snapshots.OpenAsync("Version_2", Ct))).Kind);
    }

    [Fact]
    public async Task A_version_that_makes_no_sense_is_refused()
    {
        await using var store = new TemporaryWarehouse();
        var versions = new MetadataVersions(store.Warehouse);
        var good = Version("Version_1");
        foreach (var bad in new[]
        {
            good with { Uid = "../../etc" }, good with { Name = "" }, good with { Name = new string('x', 231) }, good with { Name = "a\nb" },
            good with { HashCode = "12" }, good with { HashCode = new string('z', 32) }, good with { Imported = null },
        })
            Assert.Equal(ErrorKind.InvalidArgument, (await Assert.ThrowsAsync<Dhis2Exception>(() => versions.RecordImportedAsync(bad, Ct))).Kind);
    }

    private static MetadataSnapshots Snapshots(TemporaryWarehouse store) =>
        new(store.Warehouse, Options.Create(new StorageOptions { DataDirectory = store.DataDirectory }));

    private static MetadataVersion Version(string name) => new()
    {
        Uid = "abcdefghij1",
        Name = name,
        Type = MetadataVersionType.BestEffort,
        Created = new DateTimeOffset(2024, 1, 31, 10, 0, 0, 123, TimeSpan.Zero),
        Imported = new DateTimeOffset(2024, 2, 1, 0, 0, 0, TimeSpan.Zero),
        HashCode = VectorHash,
    };

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static async Task<byte[]> ReadAsync(MetadataSnapshots snapshots, string name)
    {
        await using var text = await snapshots.OpenAsync(name, Ct);
        using var all = new MemoryStream();
        await text.CopyToAsync(all, Ct);
        return all.ToArray();
    }

    [SuppressMessage("Security", "CA5351", Justification = "DHIS2's checksum of versions.")]
    private static string Hash(ReadOnlySpan<byte> text) => Convert.ToHexStringLower(MD5.HashData(text));
}
