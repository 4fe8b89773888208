namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>The stored objects of a type as a relation o of type, uid, code, name, created, lastupdated and json; of units also what
/// the hierarchy tells of them.</summary>
internal static class StoredSource
{
    /// <summary>Expression for a FROM clause.</summary>
    // Path and level are told as they are now: they change when a unit above moves.
    public static string Of(string collection) => IsUnits(collection)
        ? """
          (select o.type, o.uid, o.code, o.name, o.created, o.lastupdated, u.organisationunitid as unitid, u.parentid, u.path, u.hierarchylevel, o.json as raw,
                  cast(json_merge_patch(o.json, json_object('path', u.path, 'level', u.hierarchylevel)) as varchar) as json
           from object o join organisationunit u using (uid) where o.type = 'organisationUnits') o
          """
        : "object o";

    /// <summary>The column with the JSON that is searched: the one that costs least.</summary>
    public static string Json(string collection) => IsUnits(collection) ? "o.raw" : "o.json";

    /// <summary>What the hierarchy tells of a unit; null: the member is another one, or the objects are no units.</summary>
    public static StoredProperty? OfHierarchy(string collection, string path) => !IsUnits(collection) ? null : path switch
    {
        "path" => new("o.path", StoredProperty.Form.Text),
        "level" => new("cast(o.hierarchylevel as varchar)", StoredProperty.Form.Text) { IsNumber = true },
        "parent" or "parent.id" => new("(select p.uid from organisationunit p where p.organisationunitid = o.parentid)", StoredProperty.Form.Text),
        "leaf" => new("case when o.unitid in (select c.parentid from organisationunit c where c.parentid is not null) then 'false' else 'true' end", StoredProperty.Form.Text),
        "children" or "children.id" => new("(select list(c.uid) from organisationunit c where c.parentid = o.unitid)", StoredProperty.Form.List, true),
        _ => null,
    };

    private static bool IsUnits(string collection) => collection == "organisationUnits";
}
