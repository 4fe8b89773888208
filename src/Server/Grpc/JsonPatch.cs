using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Applies DHIS2's dialect of JSON Patch: `add`, `replace`, `remove`, `remove-by-id`.</summary>
internal static class JsonPatch
{
    /// <summary>Applies operations in order.</summary>
    /// <param name="target">The object, which is changed.</param>
    /// <param name="operations">The operations.</param>
    /// <param name="type">Name of the object's type.</param>
    /// <param name="isKnown">Whether objects of the type have a member of that name.</param>
    /// <exception cref="Dhis2Exception">INVALID_ARGUMENT: one cannot be applied.</exception>
    public static void Apply(JsonObject target, IEnumerable<PatchOperation> operations, string type, Func<string, bool> isKnown)
    {
        foreach (var operation in operations)
        {
            var path = Path(operation.Path);
            if (!isKnown(path[0]))
                throw Invalid($"Property {path[0]} does not exist on {type}");
            switch (operation.Op)
            {
                case "add":
                    Set(target, path, operation, isNew: true);
                    break;
                case "replace":
                    Set(target, path, operation, isNew: false);
                    break;
                case "remove":
                    Remove(target, path, operation);
                    break;
                case "remove-by-id":
                    RemoveById(target, path, operation);
                    break;
                default:
                    throw Invalid($"The operation `{operation.Op}` does not exist; there are add, replace, remove, and remove-by-id.");
            }
        }
    }

    /// <summary>Replaces members that the type has; null takes one away.</summary>
    /// <exception cref="Dhis2Exception">INVALID_ARGUMENT: it is no JSON object.</exception>
    public static void Merge(JsonObject target, string members, Func<string, bool> isKnown)
    {
        if (Parse(members) is not JsonObject changes)
            throw Invalid("The members to replace must be a JSON object.");
        foreach (var (name, value) in changes.Where(m => isKnown(m.Key)))
            Put(target, name, value?.DeepClone());
    }

    private static void Set(JsonObject target, string[] path, PatchOperation operation, bool isNew)
    {
        var value = operation.HasValue ? Parse(operation.Value) : null;
        switch (Parent(target, path, operation))
        {
            case JsonObject owner:
                Put(owner, path[^1], value);
                break;
            case JsonArray list when path[^1] == "-" && isNew:
                list.Add(value);
                break;
            case JsonArray list when isNew:
                list.Insert(Index(list, path, operation, list.Count), value);
                break;
            case JsonArray list:
                list[Index(list, path, operation, list.Count - 1)] = value;
                break;
        }
    }

    private static void Remove(JsonObject target, string[] path, PatchOperation operation)
    {
        if (Parent(target, path, operation) is JsonArray list)
            list.RemoveAt(Index(list, path, operation, list.Count - 1));
        else if (Parent(target, path, operation) is JsonObject owner)
            owner.Remove(path[^1]);
    }

    private static void RemoveById(JsonObject target, string[] path, PatchOperation operation)
    {
        if (!operation.HasId)
            throw Invalid("The operation `remove-by-id` needs an `id`.");
        // A list that is not there does not hold it either.
        if (Child(Parent(target, path, operation), path[^1]) is not { } collection)
            return;
        if (collection is not JsonArray list)
            throw Invalid($"The path {operation.Path} is no collection.");
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (IdOf(list[i]) == operation.Id)
                list.RemoveAt(i);
        }
    }

    private static string? IdOf(JsonNode? node) => node switch
    {
        JsonObject reference => IdOf(reference["id"]),
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => null,
    };

    private static void Put(JsonObject owner, string name, JsonNode? value)
    {
        if (value is null)
            owner.Remove(name);
        else
            owner[name] = value;
    }

    private static JsonNode Parent(JsonObject target, string[] path, PatchOperation operation)
    {
        JsonNode? node = target;
        foreach (var name in path.AsSpan(0, path.Length - 1))
            node = Child(node, name);
        return node is JsonObject or JsonArray ? node : throw Invalid($"The path {operation.Path} does not exist.");
    }

    private static JsonNode? Child(JsonNode? node, string name) => node switch
    {
        JsonObject owner => owner[name],
        JsonArray list when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count => list[index],
        _ => null,
    };

    private static int Index(JsonArray list, string[] path, PatchOperation operation, int last) =>
        int.TryParse(path[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= last
            ? index
            : throw Invalid($"The path {operation.Path} names no place in a list of {list.Count}.");

    // ~1 stands for a slash and ~0 for the tilde.
    private static string[] Path(string path) => path.Length > 1 && path[0] == '/'
        ? [.. path[1..].Split('/').Select(p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
        : throw Invalid($"`{path}` is not a path such as /name.");

    private static JsonNode? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true });
        }
        catch (JsonException e)
        {
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "A value of the patch is not valid JSON.", "E1003", e);
        }
    }

    private static Dhis2Exception Invalid(string message) => new(ErrorKind.InvalidArgument, message, "E1003");
}
