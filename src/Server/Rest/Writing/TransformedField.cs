using System.Collections;
using Dhis2Grpc.Server.Queries;
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
        (Field, Nested, Persisted) = (inner.Field, inner.Nested, inner.Persisted);
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
    public override void Write(JsonOutput writer, JsonName name, IMessage message, Selection? selection, WriteScope scope)
    {
        writer.Name(name);
        TryWriteValue(writer, message, selection, scope);
    }

    /// <inheritdoc/>
    public override bool TryWriteValue(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope)
    {
        var value = Field!.Accessor.GetValue(message);
        var size = value switch { string s => s.Length, ICollection c => c.Count, _ => 0 };
        switch (_transform.Kind)
        {
            case "size":
                writer.Number(size);
                break;
            case "isEmpty":
                writer.Bool(size == 0);
                break;
            case "isNotEmpty":
                writer.Bool(size > 0);
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

    private void WritePlucked(JsonOutput writer, IEnumerable items, WriteScope scope)
    {
        var member = Nested!().Find(_transform.Argument is { Length: > 0 } name ? name : "id");
        writer.StartArray();
        foreach (IMessage item in items)
            member?.TryWriteValue(writer, item, null, scope);
        writer.EndArray();
    }

    // Objects that share a key make up an array under it.
    private void WriteKeyed(JsonOutput writer, IEnumerable items, Selection? selection, WriteScope scope)
    {
        var plan = Nested!();
        var key = plan.Find(_transform.Argument is { Length: > 0 } name ? name : "id")?.Field;
        writer.StartObject();
        if (key is not null)
        {
            foreach (var group in items.Cast<IMessage>().GroupBy(i => Convert.ToString(key.Accessor.GetValue(i), null) ?? ""))
            {
                writer.Name(group.Key);
                writer.StartArray();
                foreach (var item in group)
                    plan.Write(writer, item, selection, scope);
                writer.EndArray();
            }
        }

        writer.EndObject();
    }
}
