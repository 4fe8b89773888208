using System.Text.Json;

namespace Dhis2Grpc.Server.Rest.Writing.Stored;

/// <summary>The objects behind references, as far as a selection asks for more than the references hold.</summary>
internal sealed class StoredReferences
{
    private readonly Dictionary<string, StoredJson> _found = new(StringComparer.Ordinal);
    private List<(string Uid, StoredSelection Selection)> _pending = [];

    /// <summary>UIDs of objects that are needed and were not found yet.</summary>
    public IReadOnlyCollection<string> Missing => [.. _pending.Select(p => p.Uid).Where(u => !_found.ContainsKey(u)).Distinct(StringComparer.Ordinal)];

    /// <summary>There is something to look up, or found objects refer to others.</summary>
    public bool IsPending => _pending.Count > 0;

    /// <summary>The object; null when nobody asked for it, or it does not exist.</summary>
    public StoredJson? Find(string uid) => _found.GetValueOrDefault(uid);

    /// <summary>Notes what an object refers to.</summary>
    public void Collect(JsonElement owner, StoredSelection selection)
    {
        foreach (var (name, members) in selection.Named)
        {
            if (!owner.TryGetProperty(name, out var value))
                continue;
            foreach (var member in members)
            {
                if (member.Nested is null)
                    continue;
                if (value.ValueKind == JsonValueKind.Object)
                    CollectOne(value, member.Nested);
                else if (value.ValueKind == JsonValueKind.Array)
                    foreach (var item in value.EnumerateArray())
                        CollectOne(item, member.Nested);
            }
        }
    }

    /// <summary>Takes what was looked up, and notes what it refers to in its turn. What was not found stays as it is.</summary>
    public void Add(IEnumerable<StoredJson> found)
    {
        foreach (var stored in found)
        {
            if (stored.Root.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String)
                _found[id.GetString()!] = stored;
        }

        var settled = _pending;
        _pending = [];
        foreach (var (uid, selection) in settled)
        {
            if (Find(uid) is { } stored)
                Collect(stored.Root, selection);
        }
    }

    private void CollectOne(JsonElement item, StoredSelection selection)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return;
        if (item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && selection.NeedsMoreThan(item))
            _pending.Add((id.GetString()!, selection));
        else
            Collect(item, selection);
    }
}
