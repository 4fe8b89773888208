using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dhis2.Rest.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Client.CommandLine.Json;

/// <summary>Writes messages as JSON in DHIS2's names. Times are UTC, durations seconds, enumeration values without
/// prefix; members that are not set are left out.</summary>
internal static class MessageJson
{
    private const string JobParameters = "job_parameters";

    /// <summary>One line.</summary>
    public static readonly JsonSerializerOptions Compact =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one message.</summary>
    public static string Format(IMessage message, bool indented = true) =>
        Format(writer => WriteMessage(writer, message), indented);

    /// <summary>Writes an object with one member that lists messages.</summary>
    public static string FormatList(string member, IEnumerable<IMessage> messages) => Format(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray(member);
            foreach (var message in messages)
                WriteMessage(writer, message);
            writer.WriteEndArray();
            writer.WriteEndObject();
        },
        indented: true);

    /// <summary>Writes an object of messages by name.</summary>
    public static string FormatMap(IEnumerable<KeyValuePair<string, IMessage>> messages) => Format(
        writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, message) in messages)
            {
                writer.WritePropertyName(name);
                WriteMessage(writer, message);
            }

            writer.WriteEndObject();
        },
        indented: true);

    private static string Format(Action<Utf8JsonWriter> write, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(buffer, options))
            write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteMessage(Utf8JsonWriter writer, IMessage message)
    {
        switch (message)
        {
            case Timestamp time:
                writer.WriteStringValue(time.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null));
                return;
            case Duration duration:
                writer.WriteNumberValue((decimal)duration.Seconds + (duration.Nanos / 1_000_000_000m));
                return;
        }

        var descriptor = message.Descriptor;
        if (descriptor.GetOptions()?.GetExtension(AnnotationsExtensions.RestMessage) is { Flatten: true })
        {
            WriteField(writer, descriptor.Fields.InDeclarationOrder()[0], message);
            return;
        }

        writer.WriteStartObject();
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            if (field.HasPresence ? !field.Accessor.HasValue(message) : IsUnset(field, message))
                continue;
            writer.WritePropertyName(
                field.RealContainingOneof?.Name == JobParameters ? "jobParameters" : field.JsonName);
            WriteField(writer, field, message);
        }

        writer.WriteEndObject();
    }

    private static bool IsUnset(FieldDescriptor field, IMessage message) =>
        field is { IsRepeated: false, FieldType: FieldType.Enum } && (int)field.Accessor.GetValue(message) == 0;

    private static void WriteField(Utf8JsonWriter writer, FieldDescriptor field, IMessage message)
    {
        var value = field.Accessor.GetValue(message);
        if (field.IsMap)
        {
            var valueField = field.MessageType.FindFieldByName("value");
            writer.WriteStartObject();
            foreach (DictionaryEntry entry in (IDictionary)value)
            {
                writer.WritePropertyName(entry.Key.ToString()!);
                WriteValue(writer, valueField, entry.Value!);
            }

            writer.WriteEndObject();
        }
        else if (field.IsRepeated)
        {
            writer.WriteStartArray();
            foreach (var member in (IEnumerable)value)
                WriteValue(writer, field, member);
            writer.WriteEndArray();
        }
        else if (field.GetOptions()?.GetExtension(AnnotationsExtensions.RestField) is { RawJson: true })
        {
            writer.WriteRawValue((string)value);
        }
        else
        {
            WriteValue(writer, field, value);
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, FieldDescriptor field, object value)
    {
        switch (value)
        {
            case IMessage message:
                WriteMessage(writer, message);
                break;
            case global::System.Enum enumeration:
                writer.WriteStringValue(WireNames.Of(field.EnumType, Convert.ToInt32(enumeration, null)));
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            default:
                throw new NotSupportedException($"{field.FullName} has a type that JSON output does not know.");
        }
    }
}
