using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Contract.Tests.OpenApi;

/// <summary>The OpenAPI document as a judge of responses. Objects are closed here: a member that the document does not
/// name is a fault, though clients must bear it.</summary>
internal sealed class DocumentedApi
{
    private const string Base = "https://dhis2.org/openapi";

    private readonly JsonObject _document;
    private readonly List<(string[] Segments, JsonObject Item)> _paths;
    private readonly BuildOptions _build = new() { SchemaRegistry = new SchemaRegistry() };
    private readonly ConcurrentDictionary<string, JsonSchema> _schemas = new(StringComparer.Ordinal);

    public DocumentedApi(byte[] json)
    {
        _document = JsonNode.Parse(json)!.AsObject();
        // What is nearest to the request goes first: a literal segment before a variable.
        _paths = [.. _document["paths"]!.AsObject()
            .Select(p => (p.Key.Split('/'), p.Value!.AsObject()))
            .OrderBy(p => p.Item1.Count(s => s.StartsWith('{')))];
        var components = Closed(_document["components"]!["schemas"]!).AsObject();
        var root = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$id"] = Base, ["$defs"] = components };
        JsonSchema.FromText(root.ToJsonString(), _build, new Uri(Base));
    }

    /// <summary>All operations: method and path.</summary>
    public IEnumerable<(string Method, string Path, JsonObject Operation)> Operations =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject());

    /// <summary>The document's response to a request: null when the path or method is not documented.</summary>
    public JsonObject? ResponseOf(string method, string path, int status)
    {
        if (OperationOf(method, path) is not { } operation)
            return null;
        var responses = operation["responses"]!.AsObject();
        var response = (responses[status.ToString(null, null)] ?? responses["default"])!.AsObject();
        return response["$ref"] is { } reference ? Resolve((string)reference!) : response;
    }

    /// <summary>The failure that any path may answer with.</summary>
    public JsonObject Failure => Resolve("#/components/responses/Failure");

    /// <summary>What is wrong with a body by a schema of the document; empty when it fits.</summary>
    public IEnumerable<string> Faults(JsonNode schema, JsonElement body)
    {
        var compiled = _schemas.GetOrAdd(schema.ToJsonString(), text => JsonSchema.FromText(Closed(JsonNode.Parse(text)!).ToJsonString(), _build, new Uri($"{Base}/{Guid.NewGuid()}")));
        // What fits is told fastest so, and large bodies mostly do.
        if (compiled.Evaluate(body, new EvaluationOptions { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true }).IsValid)
            return [];
        var result = compiled.Evaluate(body, new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        return (result.Details ?? []).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value} ({d.EvaluationPath})"));
    }

    private JsonObject? OperationOf(string method, string path)
    {
        var segments = path.Split('/');
        foreach (var (template, item) in _paths)
        {
            if (template.Length == segments.Length && template.Zip(segments).All(p => p.First.StartsWith('{') || p.First == p.Second)
                && item[method.ToLowerInvariant()] is JsonObject operation)
                return operation;
        }

        return null;
    }

    private JsonObject Resolve(string reference) =>
        reference.Split('/').Skip(1).Aggregate((JsonNode)_document, (node, name) => node[name]!).AsObject();

    private static JsonNode Closed(JsonNode schema)
    {
        var copy = schema.DeepClone();
        Close(copy);
        return copy;
    }

    private static void Close(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                if (o["properties"] is JsonObject && !o.ContainsKey("additionalProperties") && o["type"]?.GetValueKind() == JsonValueKind.String)
                    o["additionalProperties"] = false;
                if (o["$ref"] is JsonValue reference)
                    o["$ref"] = ((string)reference!).Replace("#/components/schemas/", Base + "#/$defs/", StringComparison.Ordinal);
                foreach (var child in o.Select(p => p.Value).ToList())
                    Close(child);
                break;
            case JsonArray a:
                foreach (var child in a)
                    Close(child);
                break;
        }
    }
}
