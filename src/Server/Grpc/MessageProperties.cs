using System.Collections;
using System.Collections.Concurrent;
using Dhis2Grpc.Server.Queries;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>The properties of a message by their DHIS2 names, such as <c>jobType</c> or <c>lastUpdatedBy.username</c>.</summary>
internal sealed class MessageProperties : IObjectProperties<IMessage>
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MessageProperties> Known = new();

    private readonly MessageDescriptor _type;

    private MessageProperties(MessageDescriptor type) => _type = type;

    /// <summary>Those of a type.</summary>
    public static MessageProperties Of(MessageDescriptor type) => Known.GetOrAdd(type, static t => new(t));

    /// <inheritdoc/>
    public ObjectProperty<IMessage>? Find(string name)
    {
        var path = new List<FieldDescriptor>();
        MessageDescriptor? current = _type;
        foreach (var part in name.Split('.'))
        {
            var field = current?.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == part);
            if (field is null)
                return null;
            path.Add(field);
            current = field is { FieldType: FieldType.Message, IsMap: false } ? field.MessageType : null;
        }

        var fields = path.ToArray();
        // A path through a list stands for what all its members have.
        return path.Exists(f => f.IsRepeated) ? new ListProperty<IMessage>(m => Values(m, fields)) : Single(fields);
    }

    private static ObjectProperty<IMessage> Single(FieldDescriptor[] path)
    {
        var field = path[^1];
        switch (field.FieldType)
        {
            case FieldType.String or FieldType.Bytes:
                return new TextProperty<IMessage>(m => Value(m, path) as string, field.JsonName);
            case FieldType.Bool:
                return new ValueProperty<IMessage, bool>(m => (bool?)Value(m, path), static (v, _) => ListFilter.Flag(v));
            case FieldType.Enum:
                var legal = field.EnumType.Values.Where(v => v.Number > 0).Select(WireName.Of).ToList();
                return new TextProperty<IMessage>(m => Value(m, path) as string, field.JsonName, legal);
            case FieldType.Message when field.MessageType.FullName == Timestamp.Descriptor.FullName:
                return new ValueProperty<IMessage, DateTimeOffset>(m => (DateTimeOffset?)Value(m, path), ListFilter.Instant);
            case FieldType.Message when field.MessageType.FullName != Duration.Descriptor.FullName:
                return new ListProperty<IMessage>(m => Value(m, path) is { } v ? [v] : []);
            default:
                return new ValueProperty<IMessage, decimal>(m => (decimal?)Value(m, path), static (v, _) => ListFilter.Number(v));
        }
    }

    private static object? Value(IMessage message, FieldDescriptor[] path)
    {
        object? value = message;
        foreach (var field in path)
        {
            if (value is not IMessage owner || (field.HasPresence && !field.Accessor.HasValue(owner)))
                return null;
            value = field.Accessor.GetValue(owner);
        }

        return Plain(path[^1], value);
    }

    private static IEnumerable<object?> Values(object? value, ReadOnlyMemory<FieldDescriptor> path, FieldDescriptor? last = null)
    {
        if (path.IsEmpty)
            return [Plain(last!, value)];
        var field = path.Span[0];
        if (value is not IMessage owner || (field.HasPresence && !field.Accessor.HasValue(owner)))
            return [];
        return field.Accessor.GetValue(owner) is ICollection list
            ? list.Cast<object?>().SelectMany(v => Values(v, path[1..], field))
            : Values(field.Accessor.GetValue(owner), path[1..], field);
    }

    private static object? Plain(FieldDescriptor field, object? value) => value switch
    {
        null or string or bool => value,
        Timestamp t => t.ToDateTimeOffset(),
        Duration d => (decimal)d.ToTimeSpan().TotalSeconds,
        IMessage m => m.Descriptor.FindFieldByName("id")?.Accessor.GetValue(m) ?? m.ToString(),
        _ when field.FieldType == FieldType.Enum => field.EnumType.FindValueByNumber((int)value) is { Number: > 0 } v ? WireName.Of(v) : null,
        ByteString or DictionaryEntry => value.ToString(),
        _ => Convert.ToDecimal(value, System.Globalization.CultureInfo.InvariantCulture),
    };
}
