using System.Buffers;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Metadata.Import;
using Dhis2Grpc.Server.Metadata.Model;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>Writes objects as they are stored, less what an export leaves out.</summary>
internal sealed class StoredForm(MetadataExportOptions options)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = DocumentReader.MaxDepth };

    private readonly bool _asStored = !options.SkipSharing && !options.ExcludeDefaults;

    /// <summary>Writes an object.</summary>
    public void Write(IBufferWriter<byte> output, string json)
    {
        if (_asStored && !SecretMembers.MayBeIn(json))
        {
            Encoding.UTF8.GetBytes(json, output);
            return;
        }
        using var document = JsonDocument.Parse(json, Deep);
        using var writer = new Utf8JsonWriter(output, PlainJson.Compact);
        Write(writer, document.RootElement, isRoot: true);
    }

    private void Write(Utf8JsonWriter writer, JsonElement value, bool isRoot)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    if (SecretMembers.IsSecret(member.Name) || IsDefault(member.Value) || (isRoot && !IsWanted(member.Name))) continue;
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, isRoot: false);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    if (!IsDefault(item)) Write(writer, item, isRoot: false);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private bool IsWanted(string name) => !(options.SkipSharing && SharingMembers.Exported.Contains(name));

    private bool IsDefault(JsonElement value) => options.ExcludeDefaults && value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && DefaultObjects.All.Contains(id.GetString()!);
}
