using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Metadata.Import;

namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>Members that no document holds for good: what the hierarchy and the caller make of an object.</summary>
internal static class ComputedMembers
{
    /// <summary>Collection of organisation units.</summary>
    public const string Units = "organisationUnits";

    /// <summary>Member with what the caller may do.</summary>
    public const string Access = "access";

    /// <summary>Members that tell of the hierarchy.</summary>
    public static readonly FrozenSet<string> Hierarchy = new[] { "children", "leaf" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a member is one of them.</summary>
    public static bool IsComputed(string collection, string name) => name == Access || (collection == Units && Hierarchy.Contains(name));

    /// <summary>An object with them, in place of what it may hold under their names.</summary>
    public static StoredObject Add(StoredObject stored, IEnumerable<string>? children, ObjectAccess? access)
    {
        if (children is null && access is null) return stored;
        var root = JsonNode.Parse(stored.Json, documentOptions: new JsonDocumentOptions { MaxDepth = DocumentReader.MaxDepth })!.AsObject();
        if (children is not null)
        {
            var list = new JsonArray([.. children.Select(c => new JsonObject { ["id"] = c })]);
            root["leaf"] = list.Count == 0;
            root["children"] = list;
        }
        if (access is not null)
        {
            using var document = JsonDocument.Parse(stored.Json, new JsonDocumentOptions { MaxDepth = DocumentReader.MaxDepth });
            root[Access] = Of(TypeAccess.Of(stored.Collection), Sharing.Of(document.RootElement), access);
        }
        return stored with { Json = root.ToJsonString(Written) };
    }

    private static readonly JsonSerializerOptions Written = new() { Encoder = PlainJson.Compact.Encoder, MaxDepth = 512 };

    private static JsonObject Of(TypeAccess type, Sharing? sharing, ObjectAccess access)
    {
        var json = new JsonObject
        {
            ["manage"] = access.CanUpdate(type, sharing),
            ["write"] = access.CanWrite(type, sharing),
            ["read"] = access.CanRead(type, sharing),
            ["update"] = access.CanUpdate(type, sharing),
            ["delete"] = access.CanDelete(type, sharing),
        };
        if (type.DataShareable) json["data"] = new JsonObject { ["read"] = access.CanReadData(type, sharing), ["write"] = access.CanWriteData(type, sharing) };
        return json;
    }
}
