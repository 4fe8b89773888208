using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>The form in which objects are stored: compact, unescaped, each property once.</summary>
internal static class PlainJson
{
    /// <summary>Keeps accents and the like readable.</summary>
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = DocumentReader.MaxDepth + 1 };

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = DocumentReader.MaxDepth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions Lenient = new() { MaxDepth = DocumentReader.MaxDepth };

    /// <summary>Parses an object. Of a property that is there twice, which hand-written documents have, the last counts, as in DHIS2.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (JsonException)
        {
            using var document = JsonDocument.Parse(json, Lenient);
            var buffer = new ArrayBufferWriter<byte>(json.Length);
            using (var writer = new Utf8JsonWriter(buffer, Compact)) WriteOnce(document.RootElement, writer);
            return JsonDocument.Parse(buffer.WrittenMemory, Strict);
        }
    }

    private static void WriteOnce(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                var last = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var property in element.EnumerateObject()) last[property.Name] = property.Value;
                foreach (var (name, value) in last)
                {
                    writer.WritePropertyName(name);
                    WriteOnce(value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) WriteOnce(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
