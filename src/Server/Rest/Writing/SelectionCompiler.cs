using Dhis2Grpc.Server.Queries;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Turns a <c>fields</c> parameter into the members of a message. Unknown names are dropped, as DHIS2 does.</summary>
internal static class SelectionCompiler
{
    /// <summary>Members of the message that the parameter names.</summary>
    public static Selection Compile(WritePlan plan, IReadOnlyList<FieldFilter> filters)
    {
        var chosen = new SelectedMember?[plan.Members.Count];
        var added = new List<SelectedMember>();
        // Only exclusions: everything else stays.
        if (filters.Count > 0 && filters.All(f => f.Excluded))
            AddPreset(plan, ":all", chosen);
        foreach (var filter in filters.Where(f => !f.Excluded))
        {
            if (filter.IsPreset)
                AddPreset(plan, filter.Name, chosen);
            else if (IndexOf(plan, filter.Name) is var index and >= 0)
                Add(plan.Members[index], filter, ref chosen[index], added);
        }

        foreach (var filter in filters.Where(f => f.Excluded))
        {
            if (IndexOf(plan, filter.Name) is var index and >= 0)
                chosen[index] = null;
        }

        return new Selection([.. chosen.OfType<SelectedMember>(), .. added]);
    }

    /// <summary>All members, where the filters apply to the elements of arrays of messages: the body of a list.</summary>
    public static Selection CompileElements(WritePlan plan, IReadOnlyList<FieldFilter> filters) => new(
        [.. plan.Members.Select(m => new SelectedMember(
            m.Encoded, m, m is { Nested: { } nested, Field: { IsRepeated: true, IsMap: false } } ? Compile(nested(), filters) : null))]);

    private static void Add(FieldPlan field, FieldFilter filter, ref SelectedMember? chosen, List<SelectedMember> added)
    {
        var nested = Inside(field, filter.Nested);
        var name = field.Encoded;
        foreach (var transform in filter.Transforms)
        {
            if (transform is { Kind: "rename", Argument.Length: > 0 })
                name = new JsonName(transform.Argument);
            else
                field = TransformedField.Of(field, transform);
        }

        // One member may be asked for in several forms, such as `userAccesses,userAccesses~size~rename(n)`.
        if (filter.Transforms.Count > 0 && chosen is not null)
            added.Add(new SelectedMember(name, field, nested));
        else
            chosen = new SelectedMember(name, field, nested);
    }

    private static Selection? Inside(FieldPlan field, IReadOnlyList<FieldFilter>? filters)
    {
        if (filters is null)
            return null;
        if (field.Field is { IsMap: true })
            return new Selection([]) { Entries = Entries(field.Nested?.Invoke(), filters) };
        return field.Nested is { } plan ? Compile(plan(), filters) : null;
    }

    // What a value has by that name is meant of every value; all other names are keys.
    private static SelectedEntries Entries(WritePlan? values, IReadOnlyList<FieldFilter> filters)
    {
        var ofKeys = filters.ToLookup(f => !f.IsPreset && values?.Find(f.Name) is null);
        var ofValues = ofKeys[false].ToList();
        var keys = new Dictionary<string, Selection?>(StringComparer.Ordinal);
        // With `*` all keys are meant already.
        if (values is not null || ofValues.Count == 0)
        {
            foreach (var filter in ofKeys[true].Where(f => !f.Excluded))
                keys[filter.Name] = filter.Nested is { } inner && values is not null ? Compile(values, inner) : null;
        }

        return new(
            values is not null && ofValues.Count > 0 ? Compile(values, ofValues) : null,
            keys,
            ofKeys[true].Where(f => f.Excluded).Select(f => f.Name).ToHashSet(StringComparer.Ordinal));
    }

    private static void AddPreset(WritePlan plan, string preset, SelectedMember?[] chosen)
    {
        for (var i = 0; i < chosen.Length; i++)
        {
            var member = plan.Members[i];
            var named = preset switch
            {
                "*" or ":all" => true,
                ":identifiable" => FieldPresets.Identifiable.Contains(member.Name),
                ":nameable" => FieldPresets.Nameable.Contains(member.Name),
                ":simple" => member is { Nested: null, Field: { IsRepeated: false, IsMap: false } },
                ":owner" or ":persisted" => member.Persisted,
                _ => false,
            };
            if (named || member.Name == "href")
                chosen[i] ??= new SelectedMember(member.Encoded, member, null);
        }
    }

    private static int IndexOf(WritePlan plan, string name)
    {
        for (var i = 0; i < plan.Members.Count; i++)
        {
            if (plan.Members[i].Name == name)
                return i;
        }

        return -1;
    }
}
