using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>A property of a message by its DHIS2 name, such as <c>jobType</c> or <c>lastUpdatedBy.username</c>.</summary>
internal sealed class PropertyPath
{
    private readonly FieldDescriptor[] _fields;

    private PropertyPath(FieldDescriptor[] fields) => _fields = fields;

    /// <summary>The field that the path ends in.</summary>
    public FieldDescriptor Field => _fields[^1];

    /// <summary>It holds a list of values.</summary>
    public bool IsCollection => Field.IsRepeated;

    /// <summary>It holds one value that can be ordered.</summary>
    public bool IsSimple => !IsCollection
        && (Field.FieldType != FieldType.Message || Field.MessageType.File.Package == "google.protobuf");

    /// <summary>Finds a property; null when the message has none of that name.</summary>
    public static PropertyPath? Find(MessageDescriptor type, string name)
    {
        var fields = new List<FieldDescriptor>();
        MessageDescriptor? current = type;
        foreach (var part in name.Split('.'))
        {
            var field = current?.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == part);
            if (field is null)
                return null;
            fields.Add(field);
            current = field is { FieldType: FieldType.Message, IsRepeated: false } ? field.MessageType : null;
        }

        return new PropertyPath([.. fields]);
    }

    /// <summary>The value as text, number (decimal), truth value or instant; null when absent; a list as its length
    /// and, through <see cref="Members"/>, its members.</summary>
    public object? Read(IMessage message)
    {
        if (Holder(message) is not { } holder)
            return null;
        if (IsCollection)
            return (decimal)((ICollection)Field.Accessor.GetValue(holder)).Count;
        if (Field.HasPresence && !Field.Accessor.HasValue(holder))
            return null;
        return Plain(Field, Field.Accessor.GetValue(holder));
    }

    /// <summary>The members of a list.</summary>
    public IEnumerable<object?> Members(IMessage message) => Holder(message) is { } holder
        ? ((IEnumerable)Field.Accessor.GetValue(holder)).Cast<object>().Select(v => Plain(Field, v))
        : [];

    private static object? Plain(FieldDescriptor field, object value) => value switch
    {
        string or bool => value,
        Timestamp t => t.ToDateTimeOffset(),
        Duration d => (decimal)d.ToTimeSpan().TotalSeconds,
        IMessage m => m.Descriptor.FindFieldByName("id")?.Accessor.GetValue(m) ?? m.ToString(),
        _ when field.FieldType == FieldType.Enum => field.EnumType.FindValueByNumber((int)value) is { Number: > 0 } v ? WireName.Of(v) : null,
        _ => Convert.ToDecimal(value, System.Globalization.CultureInfo.InvariantCulture),
    };

    private IMessage? Holder(IMessage message)
    {
        IMessage? holder = message;
        foreach (var field in _fields.AsSpan()[..^1])
        {
            if (holder is null)
                return null;
            holder = (IMessage?)field.Accessor.GetValue(holder);
        }

        return holder;
    }
}
