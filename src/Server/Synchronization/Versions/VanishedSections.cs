using System.Text.Json;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Import;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>Sections that a data set has here, and no longer in a version. Nothing else that vanished is in a version, since data sets
/// alone name what belongs to them.</summary>
internal sealed class VanishedSections(IWarehouse warehouse, MetadataSnapshots snapshots, MetadataImport import)
{
    private static readonly MetadataImportOptions Delete = new() { Strategy = ImportStrategy.Delete, Atomic = AtomicMode.None };

    /// <summary>Deletes them, after the version was imported.</summary>
    public async Task RemoveAsync(string version, User importer, CancellationToken cancellationToken)
    {
        var named = await ReadAsync(version, cancellationToken);
        if (named.Count == 0)
            return;
        List<(string Uid, string? DataSet)> stored;
        await using (var connection = await warehouse.OpenReadAsync(cancellationToken))
        {
            stored = await connection.ListAsync("select uid, json_extract_string(json, '$.dataSet.id') from object where type = 'sections' order by uid",
                r => (r.GetString(0), r.IsDBNull(1) ? null : r.GetString(1)), cancellationToken);
        }

        var vanished = stored.Where(s => s.DataSet is not null && named.TryGetValue(s.DataSet, out var kept) && !kept.Contains(s.Uid)).ToList();
        if (vanished.Count == 0)
            return;
        using var document = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new { sections = vanished.Select(s => new { id = s.Uid }) }));
        await import.ImportAsync(document, Delete, importer, cancellationToken);
    }

    // Sections by the data set that names them. A data set that does not speak of sections loses none.
    private async Task<Dictionary<string, HashSet<string>>> ReadAsync(string version, CancellationToken cancellationToken)
    {
        var named = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var own = new List<(string Uid, string DataSet)>();
        await using var text = await snapshots.OpenAsync(version, cancellationToken);
        var reader = new DocumentReader(text, DocumentReader.MaxDepth);
        while (await reader.ReadAsync(cancellationToken) is { } item)
        {
            if (item.Collection is not ("dataSets" or "sections"))
                continue;
            using var json = JsonDocument.Parse(item.Json, new JsonDocumentOptions { MaxDepth = DocumentReader.MaxDepth });
            if (item.Collection == "sections" && Id(json.RootElement) is { } uid && json.RootElement.TryGetProperty("dataSet", out var of) && Id(of) is { } dataSet)
                own.Add((uid, dataSet));
            else if (item.Collection == "dataSets" && Id(json.RootElement) is { } set
                && json.RootElement.TryGetProperty("sections", out var sections) && sections.ValueKind == JsonValueKind.Array)
                named[set] = [.. sections.EnumerateArray().Select(Id).OfType<string>()];
        }

        foreach (var (uid, dataSet) in own)
        {
            if (named.TryGetValue(dataSet, out var kept))
                kept.Add(uid);
        }
        return named;
    }

    private static string? Id(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
}
