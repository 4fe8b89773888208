using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Tests.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Dhis2Grpc.Server.Tests.Metadata;

/// <summary>Import and export on a warehouse of their own.</summary>
internal sealed class Imports(long memoryLimit = 512L << 20) : IAsyncDisposable
{
    public static readonly User Admin = new()
    {
        Uid = "M5zQapPyTZI",
        Username = "admin",
        FirstName = "A",
        Surname = "B",
        PasswordHash = "",
        Created = default,
        LastUpdated = default,
        Authorities = new HashSet<string> { "ALL" },
    };

    public TemporaryWarehouse Store { get; } = new(memoryLimit: memoryLimit);

    public MetadataImport Import => new(Store.Warehouse, Options.Create(new StorageOptions { DataDirectory = Store.DataDirectory }),
        new StoredTypes(Store.Warehouse), new FakeTimeProvider(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero)), NullLogger<MetadataImport>.Instance);

    public MetadataObjects Objects => new(Store.Warehouse);

    public MetadataExport Export => new(Store.Warehouse, new FakeTimeProvider(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero)));

    /// <summary>The folder of sample documents beside the repository; skips the test without it.</summary>
    public static string Samples()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.Parent?.FullName ?? "/", "shared", "data");
            if (Directory.Exists(candidate)) return candidate;
        }
        Assert.Skip("There is no shared/data folder beside the repository.");
        return "";
    }

    public Task<MetadataImportReport> TextAsync(string json, MetadataImportOptions? options = null, User? by = null) => BytesAsync(Encoding.UTF8.GetBytes(json), options, by);

    public Task<MetadataImportReport> BytesAsync(byte[] document, MetadataImportOptions? options = null, User? by = null) =>
        Import.ImportAsync(new MemoryStream(document), options ?? new MetadataImportOptions(), by ?? Admin, TestContext.Current.CancellationToken);

    public async Task<JsonDocument> ExportAsync(params string[] types)
    {
        using var output = new MemoryStream();
        await Export.ExportAsync(output, types, Admin, TestContext.Current.CancellationToken);
        return JsonDocument.Parse(output.ToArray());
    }

    public async Task<JsonDocument> ExportAsync(MetadataExportOptions options)
    {
        using var output = new MemoryStream();
        await Export.ExportAsync(output, options, null, Admin, TestContext.Current.CancellationToken);
        return JsonDocument.Parse(output.ToArray());
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
