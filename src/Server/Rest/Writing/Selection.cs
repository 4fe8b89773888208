namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Members of a message to write, in order.</summary>
internal sealed class Selection(SelectedMember[] members)
{
    /// <summary>The members.</summary>
    public SelectedMember[] Members { get; } = members;

    /// <summary>Which entries of a map to write; null for all, and for what is no map.</summary>
    public SelectedEntries? Entries { get; init; }
}

/// <summary>Entries of a map to write.</summary>
/// <param name="Values">What to write of all values; null for all of them.</param>
/// <param name="Keys">The keys chosen, with what to write of their values; empty for all keys.</param>
/// <param name="Excluded">Keys left out.</param>
internal sealed record SelectedEntries(Selection? Values, IReadOnlyDictionary<string, Selection?> Keys, IReadOnlySet<string> Excluded)
{
    /// <summary>Whether an entry is to be written, and what of its value.</summary>
    public bool TryChoose(string key, out Selection? value)
    {
        value = Values;
        if (Excluded.Contains(key))
            return false;
        if (Keys.TryGetValue(key, out var chosen))
            value = chosen ?? Values;
        return Keys.Count == 0 || Keys.ContainsKey(key);
    }
}

/// <summary>One member to write.</summary>
/// <param name="Name">Its name in the output.</param>
/// <param name="Field">How it is written.</param>
/// <param name="Nested">Members of the messages that it holds; null for all.</param>
internal readonly record struct SelectedMember(JsonName Name, FieldPlan Field, Selection? Nested);
