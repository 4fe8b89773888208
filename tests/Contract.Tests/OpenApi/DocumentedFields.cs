using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Queries;
using Microsoft.AspNetCore.WebUtilities;

namespace Contract.Tests.OpenApi;

/// <summary>What the transformers of a <c>fields</c> parameter made of a body, taken back: the document describes members
/// under their own names and as they are. What a transformer made is judged by what it promises.</summary>
internal static class DocumentedFields
{
    /// <summary>The body without what transformers made, and what is wrong with that.</summary>
    public static (JsonElement Body, List<string> Faults) TakeBack(JsonElement body, string query)
    {
        var faults = new List<string>();
        var filters = QueryHelpers.ParseQuery(query).TryGetValue("fields", out var fields) ? FieldFilter.Parse(string.Join(',', fields.ToArray()!)) : [];
        if (!filters.Any(Transforms))
            return (body, faults);
        var root = JsonNode.Parse(body.GetRawText())!;
        Each(root, o => TakeBack(o, filters, faults));
        // In a list the parameter is of its objects.
        foreach (var list in (root as JsonObject ?? []).Select(m => m.Value).OfType<JsonArray>())
            Each(list, o => TakeBack(o, filters, faults));
        return (JsonSerializer.SerializeToElement(root), faults);
    }

    private static bool Transforms(FieldFilter filter) => filter.Transforms.Count > 0 || (filter.Nested?.Any(Transforms) ?? false);

    private static void TakeBack(JsonObject target, IReadOnlyList<FieldFilter> filters, List<string> faults)
    {
        foreach (var filter in filters.Where(f => !f.Excluded && Transforms(f)))
        {
            var name = filter.Transforms.LastOrDefault(t => t is { Kind: "rename", Argument.Length: > 0 })?.Argument ?? filter.Name;
            if (!target.TryGetPropertyValue(name, out var value) || value is null)
                continue;
            // One member may be there in several forms.
            var made = filter.Transforms.FirstOrDefault(t => t.Kind is not "rename");
            if (made is not null && IsPromised(made.Kind, value))
            {
                target.Remove(name);
                continue;
            }

            if (made is { Kind: "size" or "isEmpty" or "isNotEmpty" } && value is JsonArray)
                faults.Add($"/{name}: `{made.Kind}` changed nothing");
            if (filter.Nested is { } nested)
                Each(value, o => TakeBack(o, nested, faults));
            if (name == filter.Name)
                continue;
            target.Remove(name);
            target.TryAdd(filter.Name, value);
        }
    }

    private static bool IsPromised(string kind, JsonNode value) => kind switch
    {
        "size" => value.GetValueKind() == JsonValueKind.Number && value.GetValue<JsonElement>().TryGetInt32(out var n) && n >= 0,
        "isEmpty" or "isNotEmpty" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "pluck" => value is JsonArray,
        "keyBy" => value is JsonObject keys && keys.All(k => k.Value is JsonArray),
        _ => false,
    };

    private static void Each(JsonNode? node, Action<JsonObject> act)
    {
        if (node is JsonObject one)
            act(one);
        foreach (var item in (node as JsonArray ?? []).OfType<JsonObject>())
            act(item);
    }
}
