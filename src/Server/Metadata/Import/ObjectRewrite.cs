using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Brings the candidates into the form that is stored: references by the UIDs here, without those that lead nowhere, and
/// with what the import leaves as it is. What is stored can thus be exported, and imported elsewhere as the same.</summary>
internal sealed class ObjectRewrite(IWarehouseWrite write, MetadataImportOptions options)
{
    private const int BatchSize = 500;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = PlainJson.Compact.Encoder, MaxDepth = DocumentReader.MaxDepth + 1 };

    private sealed record Row(long Sequence, string Type, string Uid, string Json, string? Stored);

    private readonly record struct Change(long Sequence, string Path, int Position, string? Uid);

    /// <summary>Rewrites those that need it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        var keeps = options.SkipSharing || options.SkipTranslation;
        await connection.ExecuteAsync($"""
            create or replace temp table reference_change as
                select r.seq, r.path, r.position, case when r.leads then r.uid end as uid
                from (select *, exists (from candidate t where t.type = f.target and t.uid = f.uid) or exists (from object o where o.type = f.target and o.uid = f.uid) as leads
                      from staged_reference f) r
                join candidate c using (seq)
                where (r.leads and r.uid is distinct from r.given) or (not r.leads and not r.soft);
            create or replace temp table rewrite as
                select s.seq from staged s join candidate c using (seq)
                where s.uid <> s.given or s.seq in (select seq from reference_change){(keeps ? " or c.known" : "")};
            create or replace temp table rewritten (seq bigint, json varchar);
            """, cancellationToken);
        var last = -1L;
        while (await BatchAsync(connection, last, keeps, cancellationToken) is { Count: > 0 } batch)
        {
            var changes = (await ChangesAsync(connection, batch[0].Sequence, batch[^1].Sequence, cancellationToken)).ToLookup(c => c.Sequence);
            using var load = write.Load("rewritten");
            foreach (var row in batch) load.Add(row.Sequence).Add(Rewrite(row, changes[row.Sequence])).EndRow();
            last = batch[^1].Sequence;
        }
        if (last >= 0) await connection.ExecuteAsync("update staged set json = w.json from rewritten w where w.seq = staged.seq", cancellationToken);
    }

    private static Task<List<Row>> BatchAsync(DbConnection connection, long after, bool keeps, CancellationToken cancellationToken) => connection.ListAsync(
        $"""
        select s.seq, s.type, s.uid, s.json, {(keeps ? "o.json" : "null")}
        from (select seq from rewrite where seq > $after order by seq limit {BatchSize}) w join staged s using (seq)
        {(keeps ? "left join object o on o.type = s.type and o.uid = s.uid" : "")} order by s.seq
        """,
        r => new Row(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.Text(4)), cancellationToken, ("after", after));

    // From the last to the first, so that what is taken out moves nothing that is still to come.
    private static Task<List<Change>> ChangesAsync(DbConnection connection, long from, long to, CancellationToken cancellationToken) => connection.ListAsync(
        string.Create(CultureInfo.InvariantCulture, $"select seq, path, position, uid from reference_change where seq between {from} and {to} order by seq, position desc"),
        r => new Change(r.GetInt64(0), r.GetString(1), r.GetInt32(2), r.Text(3)), cancellationToken);

    private string Rewrite(Row row, IEnumerable<Change> changes)
    {
        var type = MetadataTypes.Of(row.Type);
        var root = Parse(row.Json);
        root["id"] = row.Uid;
        // What takes a whole item out of a list comes last.
        foreach (var (change, reference) in changes.Select(c => (c, type.AllReferences.First(r => r.Path == c.Path))).OrderBy(c => c.c.Uid is null && TakesItem(type, c.Item2)))
            Apply(root, type, reference, change);
        if (row.Stored is not null)
        {
            var stored = Parse(row.Stored);
            if (options.SkipSharing) foreach (var name in SharingMembers.Stored) Keep(name);
            if (options.SkipTranslation) Keep(SharingMembers.Translations);

            void Keep(string name)
            {
                if (stored[name] is { } value) root[name] = value.DeepClone();
            }
        }
        return root.ToJsonString(Compact);
    }

    private static void Apply(JsonObject root, MetadataType type, Reference reference, Change change)
    {
        JsonNode? at = root;
        JsonObject? owner = null;
        JsonArray? list = null;
        var member = "";
        foreach (var (name, isList) in reference.Steps)
        {
            owner = at as JsonObject;
            member = name;
            at = owner?[name];
            if (!isList) continue;
            list = at as JsonArray;
            at = list is not null && change.Position < list.Count ? list[change.Position] : null;
        }
        if (at is not JsonObject given) return;
        if (change.Uid is not null) given["id"] = change.Uid;
        else if (TakesItem(type, reference)) list!.RemoveAt(change.Position);
        else owner!.Remove(member);
    }

    private static bool TakesItem(MetadataType type, Reference reference) =>
        reference.Steps[^1].IsList || type.Parts.Any(p => p.IsList && p.References.Any(r => r.Required && p.ReferenceOf(r).Path == reference.Path));

    private static JsonObject Parse(string json) =>
        JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = DocumentReader.MaxDepth })!.AsObject();
}
