using System.Text.Json;
using Dhis2Grpc.Server.Queries;

namespace Dhis2Grpc.Server.Rest.Writing.Stored;

/// <summary>What a <c>fields</c> parameter selects of objects that are kept as JSON, whose members only the objects know.</summary>
internal sealed class StoredSelection
{
    private readonly HashSet<string> _presets = new(StringComparer.Ordinal);
    private readonly HashSet<string> _excluded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StoredMember>> _named = new(StringComparer.Ordinal);

    private StoredSelection()
    {
    }

    /// <summary>Members that are asked for by name.</summary>
    public IReadOnlyDictionary<string, List<StoredMember>> Named => _named;

    /// <summary>Whether a reference must be followed to answer: the object around it has not what is asked for.</summary>
    public bool NeedsMoreThan(JsonElement reference) =>
        _presets.Count > 0 || _named.Keys.Any(name => !reference.TryGetProperty(name, out _));

    /// <summary>Compiles the parameter.</summary>
    public static StoredSelection Compile(IReadOnlyList<FieldFilter> filters)
    {
        var selection = new StoredSelection();
        // Only exclusions: everything else stays.
        if (filters.Count > 0 && filters.All(f => f.Excluded))
            selection._presets.Add(":all");
        foreach (var filter in filters)
        {
            if (filter.Excluded)
                selection._excluded.Add(filter.Name);
            else if (filter.IsPreset)
                selection._presets.Add(filter.Name);
            else
                selection.Add(filter);
        }

        return selection;
    }

    /// <summary>Whether a preset takes the member.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="simple">It holds one plain value.</param>
    /// <param name="stored">It is in the document, and not made up from it.</param>
    public bool PresetTakes(string name, bool simple, bool stored)
    {
        foreach (var preset in _presets)
        {
            var takes = preset switch
            {
                "*" or ":all" => true,
                ":identifiable" => FieldPresets.Identifiable.Contains(name) || name == "href",
                ":nameable" => FieldPresets.Nameable.Contains(name) || name == "href",
                ":simple" => simple,
                ":owner" or ":persisted" => stored,
                _ => false,
            };
            if (takes)
                return !Excludes(name);
        }

        return false;
    }

    /// <summary>Whether one of the members is asked for, here or in objects that are referred to.</summary>
    public bool Asks(Func<string, bool> member) =>
        _presets.Overlaps(["*", ":all"]) || _named.Any(n => member(n.Key) || n.Value.Any(m => m.Nested?.Asks(member) == true));

    /// <summary>Whether the caller does not want the member.</summary>
    public bool Excludes(string name) => _excluded.Contains(name);

    private void Add(FieldFilter filter)
    {
        var rename = filter.Transforms.LastOrDefault(t => t is { Kind: "rename", Argument.Length: > 0 });
        var transform = filter.Transforms.FirstOrDefault(t => t.Kind is "size" or "isEmpty" or "isNotEmpty" or "pluck" or "keyBy");
        var nested = filter.Nested is { } inner ? Compile(inner) : null;
        // What is plucked, or keyed by, is needed of each object.
        if (transform is { Kind: "pluck" })
            nested = Compile([new FieldFilter(transform.Argument is { Length: > 0 } name ? name : "id", false, null, [])]);
        if (!_named.TryGetValue(filter.Name, out var members))
            _named[filter.Name] = members = [];
        members.Add(new StoredMember(new JsonName(rename?.Argument ?? filter.Name), nested, transform));
    }
}

/// <summary>One member to write.</summary>
/// <param name="Name">Its name in the output.</param>
/// <param name="Nested">Members of the objects that it holds; null for all.</param>
/// <param name="Transform">What is done to its value.</param>
internal sealed record StoredMember(JsonName Name, StoredSelection? Nested, FieldTransform? Transform);
