using System.Reflection;
using Dhis2Grpc.Server.Rest.Schema;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Type = System.Type;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Builds the plans of a message's members. Reflection happens here, once a message type.</summary>
internal static class FieldPlans
{
    /// <summary>Plans of all members that REST shows.</summary>
    public static FieldPlan[] Of(MessageDescriptor message, RestSchema schema)
    {
        var plans = new List<FieldPlan>();
        var typed = TypedOneof.Of(message, schema);
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (field.Rest().GrpcOnly || (typed is not null && field.ContainingOneof == typed.Oneof))
                continue;
            plans.Add(OfField(message, field, schema));
            if (field.Name == "id" && message.Rest().Collection is { Length: > 0 } collection)
                plans.Add(Create(typeof(HrefField<>), [message.ClrType], collection, Getter(message, field)));
        }

        if (typed is not null)
            plans.Add(OfTypedOneof(message, typed, schema));
        return [.. plans];
    }

    private static FieldPlan OfField(MessageDescriptor message, FieldDescriptor field, RestSchema schema)
    {
        Func<WritePlan>? nested = null;
        var valueField = field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;
        if (valueField.FieldType == FieldType.Message && !IsTime(valueField.MessageType))
            nested = () => schema.Write(valueField.MessageType);
        var property = message.ClrType.GetProperty(field.PropertyName)!;
        FieldPlan plan;
        if (field.IsMap || field.IsRepeated)
        {
            var arguments = property.PropertyType.GetGenericArguments();
            var values = ValueWriterOf(valueField, arguments[^1], nested, schema);
            plan = Create(field.IsMap ? typeof(MapFieldPlan<,,>) : typeof(RepeatedFieldPlan<,>), [message.ClrType, .. arguments], field.JsonName, Getter(message, field), values);
        }
        else
        {
            var has = field.HasPresence && field.FieldType != FieldType.Message
                ? message.ClrType.GetProperty("Has" + field.PropertyName)!.GetMethod!.CreateDelegate(typeof(Func<,>).MakeGenericType(message.ClrType, typeof(bool)))
                : null;
            plan = Create(
                typeof(SingularField<,>), [message.ClrType, property.PropertyType],
                field.JsonName, Getter(message, field), has, ValueWriterOf(field, property.PropertyType, nested, schema));
        }

        if (field.Rest().Since is > 0 and var since)
            plan = new LaterField(plan, since);
        plan.Field = field;
        plan.Nested = nested;
        plan.Persisted = !field.Rest().ReadOnly || field.Rest().Persisted;
        return plan;
    }

    private static object ValueWriterOf(FieldDescriptor field, Type type, Func<WritePlan>? nested, RestSchema schema) => field.FieldType switch
    {
        FieldType.String => field.Rest().RawJson ? new RawJsonValue() : new StringValue(),
        FieldType.Bool => new BoolValue(),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => new Int32Value(),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => new Int64Value(),
        FieldType.UInt32 or FieldType.Fixed32 => new UInt32Value(),
        FieldType.UInt64 or FieldType.Fixed64 => new UInt64Value(),
        FieldType.Double => new DoubleValue(),
        FieldType.Float => new SingleValue(),
        FieldType.Bytes => new BytesValue(),
        FieldType.Enum => Activator.CreateInstance(typeof(EnumValue<>).MakeGenericType(type), schema.Enum(field.EnumType))!,
        FieldType.Message when field.MessageType.FullName == Timestamp.Descriptor.FullName => new TimestampValue(field.Rest().Timestamp),
        FieldType.Message when field.MessageType.FullName == Duration.Descriptor.FullName => new DurationValue(field.Rest().Duration),
        FieldType.Message => Activator.CreateInstance(typeof(MessageValue<>).MakeGenericType(type), nested, !field.IsRepeated)!,
        _ => throw new NotSupportedException($"{field.FullName}: {field.FieldType} has no form in DHIS2's JSON."),
    };

    private static FieldPlan OfTypedOneof(MessageDescriptor message, TypedOneof typed, RestSchema schema)
    {
        var which = message.ClrType.GetProperties().Single(p =>
            p.PropertyType.IsEnum && string.Equals(p.Name, typed.JsonName + "Case", StringComparison.OrdinalIgnoreCase));
        return (FieldPlan)typeof(FieldPlans).GetMethod(nameof(TypedOneofPlan), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(message.ClrType, which.PropertyType)
            .Invoke(null, [message, typed, which, schema])!;
    }

    private static TypedOneofField<T, TCase> TypedOneofPlan<T, TCase>(MessageDescriptor message, TypedOneof typed, PropertyInfo which, RestSchema schema)
        where T : class, IMessage
        where TCase : struct, System.Enum
    {
        var members = typed.Oneof.Fields.ToDictionary(
            f => (TCase)System.Enum.ToObject(typeof(TCase), f.FieldNumber),
            f => (message.ClrType.GetProperty(f.PropertyName)!.GetMethod!.CreateDelegate<Func<T, IMessage>>(), new Lazy<WritePlan>(() => schema.Write(f.MessageType))));
        return new TypedOneofField<T, TCase>(typed.JsonName, which.GetMethod!.CreateDelegate<Func<T, TCase>>(), members) { Persisted = true };
    }

    private static bool IsTime(MessageDescriptor message) =>
        message.FullName == Timestamp.Descriptor.FullName || message.FullName == Duration.Descriptor.FullName;

    private static Delegate Getter(MessageDescriptor message, FieldDescriptor field)
    {
        var property = message.ClrType.GetProperty(field.PropertyName)!;
        return property.GetMethod!.CreateDelegate(typeof(Func<,>).MakeGenericType(message.ClrType, property.PropertyType));
    }

    private static FieldPlan Create(Type open, Type[] arguments, params object?[] values) =>
        (FieldPlan)Activator.CreateInstance(open.MakeGenericType(arguments), values)!;
}
