using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Members that DHIS2 takes in and never gives out, such as the password of an exchange's target. Here they are not even
/// kept: nothing needs them, and what is not there cannot be stolen.</summary>
internal static class SecretMembers
{
    private const int MaxDepth = 512;

    private static readonly string[] All = ["password", "accessToken", "secret", "clientSecret", "apiToken", "token", "restoreToken", "idToken"];
    private static readonly FrozenSet<string> Names = All.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    private static readonly SearchValues<string> Written = SearchValues.Create([.. All.Select(n => $"\"{n}\"")], StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a member of that name is one.</summary>
    public static bool IsSecret(string name) => Names.Contains(name);

    /// <summary>Whether one may be in the JSON; false is sure.</summary>
    // An escaped letter would hide a name.
    public static bool MayBeIn(string json) => json.AsSpan().ContainsAny(Written) || json.Contains("\\u", StringComparison.Ordinal);

    /// <summary>The JSON without them.</summary>
    public static string Without(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        var output = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth }))
            Write(writer, document.RootElement);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    if (IsSecret(member.Name)) continue;
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
