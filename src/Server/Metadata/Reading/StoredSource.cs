namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>The stored objects of a type as a relation of type, uid, code, name, created, lastupdated and json.</summary>
internal static class StoredSource
{
    /// <summary>Expression for a FROM clause.</summary>
    // Path and level are told as they are now: they change when a unit above moves.
    public static string Of(string collection) => collection == "organisationUnits"
        ? """
          (select o.type, o.uid, o.code, o.name, o.created, o.lastupdated,
                  cast(json_merge_patch(o.json, json_object('path', u.path, 'level', u.hierarchylevel)) as varchar) as json
           from object o join organisationunit u using (uid) where o.type = 'organisationUnits')
          """
        : "object";
}
