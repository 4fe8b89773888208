using System.Collections;
using System.Text.Json;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>A member whose value a transformer of the <c>fields</c> parameter changes. It reads through reflection of
/// the contract: callers ask for this rarely.</summary>
internal sealed class TransformedField : FieldPlan
{
    private readonly FieldPlan _inner;
    private readonly FieldTransform _transform;

    private TransformedField(FieldPlan inner, FieldTransform transform)
        : base(inner.Name)
    {
        (_inner, _transform) = (inner, transform);
        (Field, Nested, ReadOnly) = (inner.Field, inner.Nested, inner.ReadOnly);
    }

    /// <summary>The member, transformed; unchanged when the transformer is unknown or does not fit.</summary>
    public static FieldPlan Of(FieldPlan field, FieldTransform transform)
    {
        if (field is TransformedField || field.Field is not { } descriptor)
            return field;
        var fits = transform.Kind switch
        {
            "size" or "isEmpty" or "isNotEmpty" => descriptor.IsRepeated || descriptor.FieldType == Google.Protobuf.Reflection.FieldType.String,
            "pluck" or "keyBy" => field.Nested is not null && descriptor is { IsRepeated: true, IsMap: false },
            _ => false,
        };
        return fits ? new TransformedField(field, transform) : field;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JsonEncodedText name, IMessage message, Selection? selection, WriteScope scope)
    {
        writer.WritePropertyName(name);
        TryWriteValue(writer, message, selection, scope);
    }

    /// <inheritdoc/>
    public override bool TryWriteValue(Utf8JsonWriter writer, IMessage message, Selection? selection, WriteScope scope)
    {
        var value = Field!.Accessor.GetValue(message);
        var size = value switch { string s => s.Length, ICollection c => c.Count, _ => 0 };
        switch (_transform.Kind)
        {
            case "size":
                writer.WriteNumberValue(size);
                break;
            case "isEmpty":
                writer.WriteBooleanValue(size == 0);
                break;
            case "isNotEmpty":
                writer.WriteBooleanValue(size > 0);
                break;
            case "pluck":
                WritePlucked(writer, (IEnumerable)value, scope);
                break;
            case "keyBy":
                WriteKeyed(writer, (IEnumerable)value, selection, scope);
                break;
            default:
                return _inner.TryWriteValue(writer, message, selection, scope);
        }

        return true;
    }

    private void WritePlucked(Utf8JsonWriter writer, IEnumerable items, WriteScope scope)
    {
        var member = Nested!().Find(_transform.Argument is { Length: > 0 } name ? name : "id");
        writer.WriteStartArray();
        foreach (IMessage item in items)
            member?.TryWriteValue(writer, item, null, scope);
        writer.WriteEndArray();
    }

    // Objects that share a key make up an array under it.
    private void WriteKeyed(Utf8JsonWriter writer, IEnumerable items, Selection? selection, WriteScope scope)
    {
        var plan = Nested!();
        var key = plan.Find(_transform.Argument is { Length: > 0 } name ? name : "id")?.Field;
        writer.WriteStartObject();
        if (key is not null)
        {
            foreach (var group in items.Cast<IMessage>().GroupBy(i => Convert.ToString(key.Accessor.GetValue(i), null) ?? ""))
            {
                writer.WriteStartArray(group.Key);
                foreach (var item in group)
                    plan.Write(writer, item, selection, scope);
                writer.WriteEndArray();
            }
        }

        writer.WriteEndObject();
    }
}
