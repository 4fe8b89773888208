using System.Runtime.InteropServices;
using System.Text.Json;
using Dhis2Grpc.Server.Queries;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>The members that a <c>fields</c> parameter chooses of objects that are kept as JSON.</summary>
internal sealed class JsonSelection
{
    private readonly List<Func<JsonProperty, bool>> _presets = [];
    private readonly HashSet<string> _excluded = new(StringComparer.Ordinal);
    private readonly ILookup<string, Wanted> _wanted;

    /// <summary>Reads the parameter; without entries nothing is chosen.</summary>
    public JsonSelection(IReadOnlyList<FieldFilter> filters)
    {
        foreach (var filter in filters)
        {
            if (filter.Excluded)
                _excluded.Add(filter.Name);
            else if (filter.IsPreset)
                _presets.Add(Preset(filter.Name));
        }

        // Only exclusions: everything else stays.
        if (filters.Count > 0 && _excluded.Count == filters.Count)
            _presets.Add(_ => true);
        _wanted = filters.Where(f => !f.Excluded && !f.IsPreset).Select(f => new Wanted(f)).ToLookup(w => w.Name, StringComparer.Ordinal);
    }

    /// <summary>Writes the object with its chosen members, in the order in which it has them.</summary>
    public void Write(JsonOutput output, JsonElement value)
    {
        output.StartObject();
        foreach (var member in value.EnumerateObject())
        {
            if (_excluded.Contains(member.Name))
                continue;
            var named = false;
            foreach (var wanted in _wanted[member.Name])
            {
                named |= wanted.IsPlain;
                output.Name(wanted.Output);
                wanted.Write(output, member.Value);
            }

            if (named || !_presets.Exists(p => p(member)))
                continue;
            output.Name(member.Name);
            WriteWhole(output, member.Value);
        }

        output.EndObject();
    }

    private static Func<JsonProperty, bool> Preset(string name) => name switch
    {
        "*" or ":all" or ":owner" or ":persisted" => _ => true,
        ":identifiable" => m => SelectionCompiler.Identifiable.Contains(m.Name),
        ":nameable" => m => SelectionCompiler.Nameable.Contains(m.Name),
        ":simple" => m => m.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array),
        _ => _ => false,
    };

    private static void WriteWhole(JsonOutput output, JsonElement value) => output.Raw(JsonMarshal.GetRawUtf8Value(value));

    /// <summary>A member asked for by name.</summary>
    private sealed class Wanted(FieldFilter filter)
    {
        private readonly JsonSelection? _nested = filter.Nested is null ? null : new(filter.Nested);
        private readonly FieldTransform? _transform =
            filter.Transforms.FirstOrDefault(t => t.Kind is "size" or "isEmpty" or "isNotEmpty" or "pluck" or "keyBy");

        public string Name => filter.Name;

        public string Output { get; } =
            filter.Transforms.LastOrDefault(t => t is { Kind: "rename", Argument.Length: > 0 })?.Argument ?? filter.Name;

        public bool IsPlain => filter.Transforms.Count == 0;

        public void Write(JsonOutput output, JsonElement value)
        {
            switch (_transform?.Kind, value.ValueKind)
            {
                case ("size", JsonValueKind.Array or JsonValueKind.String or JsonValueKind.Object):
                    output.Number(Size(value));
                    break;
                case ("isEmpty", JsonValueKind.Array or JsonValueKind.String or JsonValueKind.Object):
                    output.Bool(Size(value) == 0);
                    break;
                case ("isNotEmpty", JsonValueKind.Array or JsonValueKind.String or JsonValueKind.Object):
                    output.Bool(Size(value) > 0);
                    break;
                case ("pluck", JsonValueKind.Array):
                    WritePlucked(output, value);
                    break;
                case ("keyBy", JsonValueKind.Array):
                    WriteKeyed(output, value);
                    break;
                default:
                    WriteNested(output, value);
                    break;
            }
        }

        private static int Size(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Array => value.GetArrayLength(),
            JsonValueKind.Object => value.GetPropertyCount(),
            _ => value.GetString()!.Length,
        };

        private string Argument => _transform?.Argument is { Length: > 0 } name ? name : "id";

        private void WriteNested(JsonOutput output, JsonElement value)
        {
            if (_nested is null || value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                WriteWhole(output, value);
            }
            else if (value.ValueKind == JsonValueKind.Object)
            {
                _nested.Write(output, value);
            }
            else
            {
                output.StartArray();
                foreach (var item in value.EnumerateArray())
                    WriteNested(output, item);
                output.EndArray();
            }
        }

        private void WritePlucked(JsonOutput output, JsonElement list)
        {
            output.StartArray();
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(Argument, out var member))
                    WriteWhole(output, member);
            }

            output.EndArray();
        }

        private void WriteKeyed(JsonOutput output, JsonElement list)
        {
            output.StartObject();
            foreach (var group in list.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object).GroupBy(Key))
            {
                output.Name(group.Key);
                output.StartArray();
                foreach (var item in group)
                    WriteNested(output, item);
                output.EndArray();
            }

            output.EndObject();
        }

        private string Key(JsonElement item) =>
            !item.TryGetProperty(Argument, out var key) ? "" : key.ValueKind == JsonValueKind.String ? key.GetString()! : key.GetRawText();
    }
}
