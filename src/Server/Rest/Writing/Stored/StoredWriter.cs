using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Rest.Writing.Stored;

/// <summary>Writes objects that are kept as JSON, with the members that DHIS2 makes up: <c>displayName</c>, <c>href</c>.
/// Secrets are left out wherever they are.</summary>
/// <param name="output">Where to.</param>
/// <param name="scope">What writing depends on.</param>
/// <param name="isSecret">Tells members that are never written.</param>
/// <param name="isComputed">Tells members that are made up: type of the object, and name.</param>
internal sealed class StoredWriter(JsonOutput output, WriteScope scope, Func<string, bool> isSecret, Func<string, string, bool> isComputed)
{
    private static readonly (string Display, string[] Sources)[] Displayed =
    [
        ("displayName", ["name"]),
        ("displayShortName", ["shortName"]),
        ("displayDescription", ["description"]),
        ("displayFormName", ["formName", "name"]),
    ];

    /// <summary>The objects behind references.</summary>
    public StoredReferences References { get; set; } = new();

    /// <summary>Writes a stored object.</summary>
    public void Write(StoredJson stored, StoredSelection selection) => WriteObject(stored, default, selection);

    /// <summary>Writes members of a stored object into an object that is open already.</summary>
    public void WriteMembers(StoredJson stored, StoredSelection selection) => WriteMembers(stored, default, selection);

    private void WriteObject(StoredJson? stored, JsonElement reference, StoredSelection selection)
    {
        output.StartObject();
        WriteMembers(stored, reference, selection);
        output.EndObject();
    }

    private void WriteMembers(StoredJson? stored, JsonElement reference, StoredSelection selection)
    {
        if (stored is not null)
        {
            foreach (var member in stored.Root.EnumerateObject())
            {
                // These are told as the store has them, in the server's zone.
                if (member.Name is not ("created" or "lastUpdated"))
                    WriteMember(member.Name, member.Value, selection, stored: !isComputed(stored.Collection, member.Name));
            }

            WriteTime("created", stored.Created, selection);
            WriteTime("lastUpdated", stored.LastUpdated, selection);
            WriteHref(stored, selection);
        }

        if (reference.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in reference.EnumerateObject())
            {
                if (stored is null || (!stored.Root.TryGetProperty(member.Name, out _) && member.Name is not ("created" or "lastUpdated" or "href")))
                    WriteMember(member.Name, member.Value, selection);
            }
        }

        var source = stored?.Root ?? reference;
        foreach (var (display, names) in Displayed)
        {
            if (source.TryGetProperty(display, out _))
                continue;
            // Only what DHIS2 gives every object comes unasked.
            var asked = selection.Named.ContainsKey(display) || (stored is not null && display is "displayName" or "displayShortName");
            if (asked && names.Select(n => source.TryGetProperty(n, out var v) ? v : default).FirstOrDefault(v => v.ValueKind == JsonValueKind.String) is { ValueKind: JsonValueKind.String } value)
                WriteMember(display, value, selection, stored: false);
        }
    }

    private void WriteMember(string name, JsonElement value, StoredSelection selection, bool stored = true)
    {
        if (value.ValueKind == JsonValueKind.Null || isSecret(name))
            return;
        if (selection.Named.TryGetValue(name, out var members))
        {
            if (selection.Excludes(name))
                return;
            foreach (var member in members)
            {
                output.Name(member.Name);
                WriteValue(value, member);
            }
        }
        else if (selection.PresetTakes(name, value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array), stored))
        {
            output.Name(name);
            WriteWhole(value);
        }
    }

    private void WriteValue(JsonElement value, StoredMember member)
    {
        var size = value.ValueKind switch
        {
            JsonValueKind.Array => value.GetArrayLength(),
            JsonValueKind.Object => value.GetPropertyCount(),
            JsonValueKind.String => value.GetString()!.Length,
            _ => -1,
        };
        switch (member.Transform?.Kind)
        {
            case "size" when size >= 0:
                output.Number(size);
                break;
            case "isEmpty" when size >= 0:
                output.Bool(size == 0);
                break;
            case "isNotEmpty" when size >= 0:
                output.Bool(size > 0);
                break;
            case "pluck" when value.ValueKind == JsonValueKind.Array:
                WritePlucked(value, member.Transform.Argument is { Length: > 0 } name ? name : "id");
                break;
            case "keyBy" when value.ValueKind == JsonValueKind.Array:
                WriteKeyed(value, member.Transform.Argument is { Length: > 0 } key ? key : "id", member.Nested);
                break;
            default:
                if (member.Nested is null)
                    WriteWhole(value);
                else
                    WriteNested(value, member.Nested);
                break;
        }
    }

    private void WriteNested(JsonElement value, StoredSelection selection)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            output.StartArray();
            foreach (var item in value.EnumerateArray())
                WriteNested(item, selection);
            output.EndArray();
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            WriteObject(Behind(value), value, selection);
        }
        else
        {
            WriteWhole(value);
        }
    }

    private void WritePlucked(JsonElement items, string name)
    {
        output.StartArray();
        foreach (var item in items.EnumerateArray())
        {
            if (MemberOf(item, name) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } value && !isSecret(name))
                WriteWhole(value);
        }

        output.EndArray();
    }

    // Objects that share a key make up an array under it.
    private void WriteKeyed(JsonElement items, string key, StoredSelection? selection)
    {
        output.StartObject();
        foreach (var group in items.EnumerateArray().GroupBy(i => isSecret(key) ? "" : MemberOf(i, key) is { ValueKind: JsonValueKind.String } v ? v.GetString()! : MemberOf(i, key).ToString()))
        {
            output.Name(group.Key);
            output.StartArray();
            foreach (var item in group)
            {
                if (selection is null)
                    WriteWhole(item);
                else
                    WriteNested(item, selection);
            }

            output.EndArray();
        }

        output.EndObject();
    }

    private JsonElement MemberOf(JsonElement item, string name)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return default;
        if (item.TryGetProperty(name, out var value))
            return value;
        var behind = Behind(item);
        return behind is not null && (behind.Root.TryGetProperty(name, out value) || (name == "displayName" && behind.Root.TryGetProperty("name", out value))) ? value : default;
    }

    private StoredJson? Behind(JsonElement reference) =>
        reference.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? References.Find(id.GetString()!) : null;

    private void WriteTime(string name, DateTime time, StoredSelection selection)
    {
        if (selection.Excludes(name) || !(selection.Named.ContainsKey(name) || selection.PresetTakes(name, simple: true, stored: true)))
            return;
        output.Name(selection.Named.TryGetValue(name, out var members) ? members[0].Name.Text : name);
        Span<byte> text = stackalloc byte[DateText.MaxLength];
        output.Ascii(text[..DateText.Local(Timestamp.FromDateTime(DateTime.SpecifyKind(time, DateTimeKind.Utc)), scope.Zone, text)]);
    }

    private void WriteHref(StoredJson stored, StoredSelection selection)
    {
        if (selection.Excludes("href") || !(selection.Named.ContainsKey("href") || selection.PresetTakes("href", simple: true, stored: false)))
            return;
        output.Name("href");
        output.String($"{scope.ApiUrl}/{stored.Collection}/{stored.Root.GetProperty("id").GetString()}");
    }

    // As it is stored, unless it may hold a secret.
    private void WriteWhole(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                output.StartObject();
                foreach (var member in value.EnumerateObject())
                {
                    if (isSecret(member.Name))
                        continue;
                    output.Name(member.Name);
                    WriteWhole(member.Value);
                }

                output.EndObject();
                break;
            case JsonValueKind.Array:
                output.StartArray();
                foreach (var item in value.EnumerateArray())
                    WriteWhole(item);
                output.EndArray();
                break;
            default:
                output.Raw(JsonMarshal.GetRawUtf8Value(value));
                break;
        }
    }
}
