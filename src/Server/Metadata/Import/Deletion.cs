using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Deletes the candidates. An object that another needs, or that has data, is not deleted (E4030); from lists of others it is
/// taken out. What belongs to an object, as option combos to their category combo or sections to their data set, goes with it.</summary>
internal sealed class Deletion(DbConnection connection)
{
    private static readonly string[] InExpressions = ["dataElements", "categoryOptionCombos"];

    private sealed record Dependency(string Collection, string Uid, string ByCollection, string ByUid);

    /// <summary>Refuses those that cannot be deleted.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("""
            create or replace temp table deletion (seq bigint, type varchar, uid varchar, owner_type varchar, owner_uid varchar);
            insert into deletion select seq, type, uid, null, null from candidate where known;
            """, cancellationToken);
        await AddOwnedAsync(cancellationToken);
        await connection.ExecuteAsync("""
            create or replace temp table blocked (type varchar, uid varchar, needed_by varchar);
            insert into blocked select type, uid, 'default' from candidate where isdefault;
            insert into blocked select 'dataElements', uid, 'DataValue' from dataelement where uid in (select uid from deletion where type = 'dataElements')
                and dataelementid in (select dataelementid from datavalue);
            insert into blocked select 'organisationUnits', uid, 'DataValue' from organisationunit where uid in (select uid from deletion where type = 'organisationUnits')
                and organisationunitid in (select sourceid from datavalue union select sourceid from completedatasetregistration);
            insert into blocked select 'categoryOptionCombos', uid, 'DataValue' from categoryoptioncombo
                where uid in (select uid from deletion where type = 'categoryOptionCombos')
                and categoryoptioncomboid in (select categoryoptioncomboid from datavalue union select attributeoptioncomboid from datavalue
                    union select attributeoptioncomboid from completedatasetregistration);
            insert into blocked select 'dataSets', uid, 'CompleteDataSetRegistration' from dataset where uid in (select uid from deletion where type = 'dataSets')
                and datasetid in (select datasetid from completedatasetregistration);
            """, cancellationToken);
        await BlockNamedAsync(cancellationToken);
        await BlockNeededAsync(cancellationToken);
        await connection.ExecuteAsync("""
            insert into staged_error
                select c.seq, 'E4030', 'Object could not be deleted because it is associated with another object: ' || min(b.needed_by), 2, 'id', c.uid, null
                from blocked b join candidate c on c.type = b.type and c.uid = b.uid group by c.seq, c.uid;
            """, cancellationToken);
    }

    /// <summary>Deletes what is left.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("delete from deletion where seq is not null and seq not in (select seq from candidate)", cancellationToken);
        while (await connection.ExecuteAsync("""
            delete from deletion where owner_uid is not null and not exists (from deletion d where d.type = deletion.owner_type and d.uid = deletion.owner_uid)
            """, cancellationToken) > 0)
        {
        }
        await TakeOutOfListsAsync(cancellationToken);
        var types = await connection.ListAsync("select distinct type from deletion", r => r.GetString(0), cancellationToken);
        foreach (var type in types.Select(MetadataTypes.Of).Where(t => t.Table is not null)) await DeleteRowsAsync(type, cancellationToken);
        await connection.ExecuteAsync("delete from object using deletion d where d.type = object.type and d.uid = object.uid", cancellationToken);
    }

    // What belongs to a deleted object goes with it, and what belongs to that.
    private async Task AddOwnedAsync(CancellationToken cancellationToken)
    {
        var owned = MetadataTypes.InOrder.SelectMany(t => t.References.Where(r => r.Owned).Select(r => (Type: t.Collection, Reference: r))).ToList();
        var more = true;
        while (more)
        {
            more = false;
            foreach (var (type, reference) in owned)
            {
                more |= await connection.ExecuteAsync($"""
                    insert into deletion
                        select null, o.type, o.uid, d.type, d.uid
                        from object o join deletion d on d.type = '{reference.Target}' and d.uid = {ColumnValue.Text("o.json", $"{reference.Path}.id")}
                        where o.type = '{type}' and not exists (from deletion e where e.type = o.type and e.uid = o.uid)
                    """, cancellationToken) > 0;
            }
        }
    }

    // What objects name without referring to it: attributes by their values, elements and option combos in expressions, templates
    // by their UIDs, users by what is theirs.
    private async Task BlockNamedAsync(CancellationToken cancellationToken)
    {
        var types = (await connection.ListAsync("select distinct type from deletion", r => r.GetString(0), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        if (types.Contains("attributes"))
        {
            await BlockAsync("attributes", "'AttributeValue'",
                "contains(o.json, d.uid) and list_contains(json_extract_string(o.json, '$.attributeValues[*].attribute.id'), d.uid)", cancellationToken);
        }
        foreach (var type in InExpressions.Where(types.Contains))
        {
            await BlockAsync(type, "(select n.short from type_name n where n.type = o.type) || ' ' || o.uid", """
                o.type in ('indicators', 'predictors') and contains(o.json, d.uid) and (contains(json_extract_string(o.json, '$.numerator'), d.uid)
                    or contains(json_extract_string(o.json, '$.denominator'), d.uid) or contains(json_extract_string(o.json, '$.generator.expression'), d.uid))
                """, cancellationToken);
        }
        if (types.Contains("programNotificationTemplates"))
        {
            await BlockAsync("programNotificationTemplates", "'ProgramRuleAction ' || o.uid",
                "o.type = 'programRuleActions' and json_extract_string(o.json, '$.templateUid') = d.uid", cancellationToken);
        }
        if (types.Contains("users"))
        {
            await BlockAsync("users", "(select n.short from type_name n where n.type = o.type) || ' ' || o.uid", """
                contains(o.json, d.uid) and o.uid <> d.uid
                and d.uid in (json_extract_string(o.json, '$.createdBy.id'), json_extract_string(o.json, '$.user.id'), json_extract_string(o.json, '$.lastUpdatedBy.id'))
                """, cancellationToken);
        }
    }

    private Task<int> BlockAsync(string type, string neededBy, string condition, CancellationToken cancellationToken) => connection.ExecuteAsync($"""
        insert into blocked
            select d.type, d.uid, coalesce(min({neededBy}), 'another') from deletion d join object o on {condition}
            where d.type = '{type}' and not exists (from deletion e where e.type = o.type and e.uid = o.uid) group by d.type, d.uid
        """, cancellationToken);

    // What blocks one object may free another, or a whole chain: go on until nothing changes.
    private async Task BlockNeededAsync(CancellationToken cancellationToken)
    {
        var deleted = await DeletionAsync(cancellationToken);
        var blocked = (await connection.ListAsync("select type, uid from blocked", r => (r.GetString(0), r.GetString(1)), cancellationToken)).ToHashSet();
        var needs = new List<Dependency>();
        await ForEachReferrerAsync(deleted, (type, uid, reference, target) =>
        {
            if (!reference.IsInList || reference.Blocks) needs.Add(new Dependency(reference.Target, target, type.Collection, uid));
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
            foreach (var reference in type.AllReferences.Where(r => r.IsInList)) TakeOut(root, reference, deleted);
            await connection.ExecuteAsync("update object set json = $json where type = $type and uid = $uid", cancellationToken,
                ("json", root.ToJsonString()), ("type", type.Collection), ("uid", uid));
        }
    }

    private static void TakeOut(JsonObject root, Reference reference, HashSet<(string, string)> deleted)
    {
        var steps = reference.Steps.ToList();
        var first = steps.FindIndex(s => s.IsList);
        if (Member(root, steps.Take(first + 1)) is not JsonArray list) return;
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (Member(list[i], steps.Skip(first + 1)) is JsonObject given && given["id"]?.GetValueKind() == JsonValueKind.String
                && deleted.Contains((reference.Target, (string)given["id"]!)))
                list.RemoveAt(i);
        }
    }

    private static JsonNode? Member(JsonNode? from, IEnumerable<(string Name, bool IsList)> steps) =>
        steps.Aggregate(from, (at, step) => (at as JsonObject)?[step.Name]);

    private async Task DeleteRowsAsync(MetadataType type, CancellationToken cancellationToken)
    {
        var keys = $"(select t.{type.Key} from {type.Table} t join deletion d on d.type = '{type.Collection}' and d.uid = t.uid)";
        var sql = new StringBuilder();
        foreach (var part in type.Parts) sql.Append(PartProjection.Delete(type, part, keys));
        foreach (var link in type.References.Select(r => r.Link).OfType<Link>()) sql.Append(CultureInfo.InvariantCulture, $"delete from {link.Table} where {link.Owner} in {keys};\n");
        foreach (var reference in type.References.Where(r => r.Inverse is not null))
            sql.Append(CultureInfo.InvariantCulture, $"update {MetadataTypes.Of(reference.Target).Table} set {reference.Inverse} = null where {reference.Inverse} in {keys};\n");
        foreach (var other in MetadataTypes.Projected)
        {
            foreach (var link in other.References.Where(r => r.Target == type.Collection).Select(r => r.Link).OfType<Link>())
                sql.Append(CultureInfo.InvariantCulture, $"delete from {link.Table} where {link.Member} in {keys};\n");
            foreach (var part in other.Parts)
                foreach (var reference in part.References.Where(r => r.Target == type.Collection))
                {
                    if (part.Link is { } between)
                        sql.Append(CultureInfo.InvariantCulture, $"delete from {between.Table} where {between.Member} in (select {part.Key} from {part.Table} where {reference.Column} in {keys});\n");
                    sql.Append(CultureInfo.InvariantCulture, $"delete from {part.Table} where {reference.Column} in {keys};\n");
                }
        }
        await connection.ExecuteAsync($"{sql}delete from {type.Table} where {type.Key} in {keys}", cancellationToken);
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
            if (type.AllReferences.Count == 0) continue;
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DocumentReader.MaxDepth });
            foreach (var given in new ObjectCheck(type, document.RootElement).References)
                if (given.Uid is not null && targets.Contains((given.Path.Target, given.Uid))) found(type, uid, given.Path, given.Uid);
        }
    }
}
