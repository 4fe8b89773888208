using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Deletes the candidates. An object that another needs, or that has data, is not deleted (E4030); from lists of others it is
/// taken out. Option combos go with their category combo.</summary>
internal sealed class Deletion(DbConnection connection)
{
    private sealed record Dependency(string Collection, string Uid, string ByCollection, string ByUid);

    /// <summary>Refuses those that cannot be deleted.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("""
            create temp table deletion as select seq, type, uid from candidate where known;
            insert into deletion
                select null, 'categoryOptionCombos', o.uid
                from deletion d join categorycombo c on d.type = 'categoryCombos' and c.uid = d.uid
                join categorycombos_optioncombos using (categorycomboid) join categoryoptioncombo o using (categoryoptioncomboid)
                where not exists (from deletion e where e.type = 'categoryOptionCombos' and e.uid = o.uid);
            create temp table blocked (type varchar, uid varchar, needed_by varchar);
            insert into blocked select type, uid, 'default' from candidate where isdefault;
            insert into blocked select 'dataElements', uid, 'DataValue' from dataelement where uid in (select uid from deletion where type = 'dataElements')
                and dataelementid in (select dataelementid from datavalue);
            insert into blocked select 'organisationUnits', uid, 'DataValue' from organisationunit where uid in (select uid from deletion where type = 'organisationUnits')
                and organisationunitid in (select sourceid from datavalue union select sourceid from completedatasetregistration);
            insert into blocked select 'categoryOptionCombos', uid, 'DataValue' from categoryoptioncombo
                where uid in (select uid from deletion where type = 'categoryOptionCombos')
                and categoryoptioncomboid in (select categoryoptioncomboid from datavalue union select attributeoptioncomboid from datavalue);
            insert into blocked select 'dataSets', uid, 'CompleteDataSetRegistration' from dataset where uid in (select uid from deletion where type = 'dataSets')
                and datasetid in (select datasetid from completedatasetregistration);
            """, cancellationToken);
        await BlockNeededAsync(cancellationToken);
        await connection.ExecuteAsync("""
            insert into staged_error
                select c.seq, 'E4030', 'Object could not be deleted because it is associated with another object: ' || min(b.needed_by) || '.', 2, 'id', c.uid, null
                from blocked b join candidate c on c.type = b.type and c.uid = b.uid group by c.seq, c.uid;
            """, cancellationToken);
    }

    /// <summary>Deletes what is left.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("""
            delete from deletion where seq is not null and seq not in (select seq from candidate);
            delete from deletion where seq is null and uid not in (
                select o.uid from deletion d join categorycombo c on d.type = 'categoryCombos' and c.uid = d.uid
                join categorycombos_optioncombos using (categorycomboid) join categoryoptioncombo o using (categoryoptioncomboid));
            """, cancellationToken);
        await TakeOutOfListsAsync(cancellationToken);
        foreach (var type in MetadataTypes.Projected) await DeleteRowsAsync(type, cancellationToken);
        await connection.ExecuteAsync("delete from object using deletion d where d.type = object.type and d.uid = object.uid", cancellationToken);
    }

    // What blocks one object may free another, or a whole chain: go on until nothing changes.
    private async Task BlockNeededAsync(CancellationToken cancellationToken)
    {
        var deleted = await DeletionAsync(cancellationToken);
        var blocked = (await connection.ListAsync("select type, uid from blocked", r => (r.GetString(0), r.GetString(1)), cancellationToken)).ToHashSet();
        var needs = new List<Dependency>();
        await ForEachReferrerAsync(deleted, (type, uid, reference, target) =>
        {
            if (!reference.Path.EndsWith(']') && !reference.Path.Contains("[]", StringComparison.Ordinal)) needs.Add(new Dependency(reference.Target, target, type.Collection, uid));
        }, cancellationToken);
        var more = true;
        while (more)
        {
            more = false;
            foreach (var need in needs)
            {
                var referrerStays = !deleted.Contains((need.ByCollection, need.ByUid)) || blocked.Contains((need.ByCollection, need.ByUid));
                if (!referrerStays || !blocked.Add((need.Collection, need.Uid))) continue;
                more = true;
                await connection.ExecuteAsync("insert into blocked values ($type, $uid, $by)", cancellationToken,
                    ("type", need.Collection), ("uid", need.Uid), ("by", $"{MetadataTypes.Of(need.ByCollection).ShortClass} {need.ByUid}"));
            }
            // A category combo stays when one of its option combos does.
            more |= await connection.ExecuteAsync("""
                insert into blocked
                select distinct 'categoryCombos', c.uid, 'CategoryOptionCombo ' || o.uid from blocked b
                join categoryoptioncombo o on b.type = 'categoryOptionCombos' and o.uid = b.uid
                join categorycombos_optioncombos using (categoryoptioncomboid) join categorycombo c using (categorycomboid)
                where c.uid not in (select uid from blocked where type = 'categoryCombos')
                """, cancellationToken) > 0;
            foreach (var key in await connection.ListAsync("select type, uid from blocked where type = 'categoryCombos'", r => (r.GetString(0), r.GetString(1)), cancellationToken))
                blocked.Add(key);
        }
    }

    private async Task TakeOutOfListsAsync(CancellationToken cancellationToken)
    {
        var deleted = await DeletionAsync(cancellationToken);
        var referrers = new HashSet<(MetadataType Type, string Uid)>();
        await ForEachReferrerAsync(deleted, (type, uid, _, _) =>
        {
            if (!deleted.Contains((type.Collection, uid))) referrers.Add((type, uid));
        }, cancellationToken);
        foreach (var (type, uid) in referrers)
        {
            var json = await connection.ScalarAsync<string>("select json from object where type = $type and uid = $uid", cancellationToken, ("type", type.Collection), ("uid", uid));
            var root = JsonNode.Parse(json!)!.AsObject();
            foreach (var reference in type.References.Where(r => r.Path.Contains("[]", StringComparison.Ordinal)))
            {
                if (root[reference.Association] is not JsonArray list) continue;
                for (var i = list.Count - 1; i >= 0; i--)
                {
                    var item = reference.Steps.Length == 1 ? list[i] : list[i]?[reference.Steps[1]];
                    if (item is JsonObject given && given["id"]?.GetValueKind() == JsonValueKind.String && deleted.Contains((reference.Target, (string)given["id"]!))) list.RemoveAt(i);
                }
            }
            await connection.ExecuteAsync("update object set json = $json where type = $type and uid = $uid", cancellationToken,
                ("json", root.ToJsonString()), ("type", type.Collection), ("uid", uid));
        }
    }

    private async Task DeleteRowsAsync(MetadataType type, CancellationToken cancellationToken)
    {
        var keys = $"(select t.{type.Key} from {type.Table} t join deletion d on d.type = '{type.Collection}' and d.uid = t.uid)";
        var owned = type.References.Where(r => r.Link is not null).Select(r => (r.Link!.Table, Column: r.Link.Owner));
        var inside = MetadataTypes.Projected.SelectMany(t => t.References).Where(r => r.Link is not null && r.Target == type.Collection).Select(r => (r.Link!.Table, Column: r.Link.Member));
        (string Table, string Column)[] extra = type.Collection switch
        {
            "dataSets" => [("datasetelement", "datasetid")],
            "dataElements" => [("datasetelement", "dataelementid"), ("dataelementaggregationlevels", "dataelementid")],
            _ => [],
        };
        foreach (var (table, column) in owned.Concat(inside).Concat(extra)) await connection.ExecuteAsync($"delete from {table} where {column} in {keys}", cancellationToken);
        await connection.ExecuteAsync($"delete from {type.Table} where {type.Key} in {keys}", cancellationToken);
    }

    private async Task<HashSet<(string, string)>> DeletionAsync(CancellationToken cancellationToken) =>
        [.. await connection.ListAsync("select type, uid from deletion", r => (r.GetString(0), r.GetString(1)), cancellationToken)];

    // One pass over everything stored: deletions are rare, and an index of references would cost every import.
    private async Task ForEachReferrerAsync(HashSet<(string, string)> targets, Action<MetadataType, string, Reference, string> found, CancellationToken cancellationToken)
    {
        if (targets.Count == 0) return;
        var stored = connection.StreamAsync("select type, uid, json from object", r => (Type: r.GetString(0), Uid: r.GetString(1), Json: r.GetString(2)), cancellationToken);
        await foreach (var (collection, uid, json) in stored)
        {
            var type = MetadataTypes.Of(collection);
            if (type.References.Count == 0) continue;
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DocumentReader.MaxDepth });
            foreach (var given in new ObjectCheck(type, document.RootElement).References)
                if (given.Uid is not null && targets.Contains((given.Path.Target, given.Uid))) found(type, uid, given.Path, given.Uid);
        }
    }
}
