using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>Reads stored objects of every type.</summary>
internal sealed class MetadataObjects(IWarehouse warehouse)
{
    private const int LookupSize = 1000;

    /// <summary>The objects that a query asks for. Dispose it.</summary>
    /// <exception cref="Dhis2Exception">A filter makes no sense (E1003).</exception>
    public Task<MetadataListing> ListAsync(string type, MetadataQuery query, CancellationToken cancellationToken) =>
        MetadataListing.OpenAsync(warehouse, type, query, cancellationToken);

    /// <summary>One object.</summary>
    /// <exception cref="Dhis2Exception">There is none of that UID (E1005).</exception>
    public async Task<StoredObject> GetAsync(string type, string uid, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        var found = await connection.ListAsync(
            $"select o.type, o.uid, o.created, o.lastupdated, o.json from {StoredSource.Of(type)} where type = $type and uid = $uid", Read, cancellationToken, ("type", type), ("uid", uid));
        return found.Count > 0 ? found[0] : throw Dhis2Exception.NotFound(MetadataTypes.Of(type).ShortClass, uid);
    }

    /// <summary>The objects that have these UIDs, whatever their types; units with the path and level of now.</summary>
    public async Task<List<StoredObject>> FindAsync(IReadOnlyCollection<string> uids, CancellationToken cancellationToken)
    {
        var found = new List<StoredObject>(uids.Count);
        if (uids.Count == 0) return found;
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        foreach (var some in uids.Chunk(LookupSize))
        {
            var names = string.Join(", ", Enumerable.Range(0, some.Length).Select(i => string.Create(CultureInfo.InvariantCulture, $"$u{i}")));
            found.AddRange(await connection.ListAsync(
                $"""
                select o.type, o.uid, o.created, o.lastupdated,
                       case when o.type = 'organisationUnits' then cast(json_merge_patch(o.json, json_object('path', u.path, 'level', u.hierarchylevel)) as varchar) else o.json end
                from object o left join organisationunit u on o.type = 'organisationUnits' and u.uid = o.uid where o.uid in ({names})
                """,
                Read, cancellationToken, [.. some.Select((u, i) => (string.Create(CultureInfo.InvariantCulture, $"u{i}"), (object?)u))]));
        }

        return found;
    }

    /// <summary>Whether any object of the type has the property.</summary>
    public async Task<bool> HasPropertyAsync(string type, string property, CancellationToken cancellationToken)
    {
        if (MetadataTypes.Of(type) is var known && (known.Properties.Any(p => p.Name == property) || known.References.Any(r => r.Association == property))) return true;
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return await StoredProperty.ExistsAsync(connection, StoredSource.Of(type), type, property, cancellationToken);
    }

    /// <summary>What a caller may do with objects.</summary>
    public async Task<ObjectAccess> AccessOfAsync(User caller, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return new ObjectAccess(caller, await UserScope.LoadAsync(connection, caller, cancellationToken));
    }

    /// <summary>Objects with members that DHIS2 makes up for them.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="hierarchy">With the children of units, and whether they have none.</param>
    /// <param name="access">With what the caller may do with them; null: without.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<StoredObject>> CompleteAsync(
        IReadOnlyList<StoredObject> objects, bool hierarchy, ObjectAccess? access, CancellationToken cancellationToken)
    {
        var units = hierarchy ? objects.Where(o => o.Collection == ComputedMembers.Units).Select(o => o.Uid).ToList() : [];
        if (units.Count == 0 && access is null) return objects;
        var children = Enumerable.Empty<(string Parent, string Uid)>().ToLookup(c => c.Parent, c => c.Uid);
        if (units.Count > 0)
        {
            await using var connection = await warehouse.OpenReadAsync(cancellationToken);
            children = (await connection.ListAsync(
                """
                select p.uid, c.uid from organisationunit c join organisationunit p on p.organisationunitid = c.parentid where list_contains($uids, p.uid)
                order by lower(c.name), c.uid
                """,
                r => (Parent: r.GetString(0), Uid: r.GetString(1)), cancellationToken, ("uids", units))).ToLookup(c => c.Parent, c => c.Uid);
        }
        return [.. objects.Select(o => ComputedMembers.Add(o, units.Count > 0 && o.Collection == ComputedMembers.Units ? children[o.Uid] : null, access))];
    }

    private static StoredObject Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetDateTime(2), row.GetDateTime(3), row.GetString(4));
}
