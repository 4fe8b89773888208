using System.Globalization;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Queries;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>DHIS2's list filters, <c>property:operator[:value]</c>, over the fields of a message.</summary>
internal sealed class ObjectFilter
{
    private readonly List<Func<IMessage, bool>> _conditions = [];
    private readonly bool _any;

    /// <summary>Reads filters.</summary>
    /// <param name="type">The objects' type.</param>
    /// <param name="filters">The filters.</param>
    /// <param name="rootJunction">AND, OR or empty for AND.</param>
    /// <param name="zone">Zone of dates without one.</param>
    /// <exception cref="Dhis2Exception">A filter makes no sense (E1003).</exception>
    public ObjectFilter(MessageDescriptor type, IEnumerable<string> filters, string rootJunction, TimeZoneInfo zone)
    {
        _any = ListFilter.IsAny(rootJunction);
        foreach (var filter in filters)
            _conditions.Add(Read(type, filter, zone));
    }

    /// <summary>There is nothing to check.</summary>
    public bool IsEmpty => _conditions.Count == 0;

    /// <summary>Whether the object is wanted.</summary>
    public bool Matches(IMessage message) =>
        IsEmpty || (_any ? _conditions.Exists(c => c(message)) : _conditions.TrueForAll(c => c(message)));

    private static Func<IMessage, bool> Read(MessageDescriptor type, string text, TimeZoneInfo zone)
    {
        var filter = ListFilter.Parse(text);
        if (filter.Property == ListFilter.Identifiable)
        {
            var any = ListFilter.Identifying.Select(n => Condition(PropertyPath.Find(type, n)!, filter, zone)).ToArray();
            return m => Array.Exists(any, c => c(m));
        }

        var path = PropertyPath.Find(type, filter.Property) ?? throw ListFilter.Unknown(filter.Property);
        return Condition(path, filter, zone);
    }

    private static Func<IMessage, bool> Condition(PropertyPath path, ListFilter filter, TimeZoneInfo zone)
    {
        var (op, value) = (filter.Operator, filter.Value);
        Func<IMessage, bool> condition;
        if (op.Name is "null" or "empty")
        {
            condition = m => path.Read(m) is null or 0m or "";
        }
        else if (op.Name == "in")
        {
            var members = filter.Values.Select(v => Operand(path, v, op, zone)).ToHashSet();
            condition = path.IsCollection
                ? m => path.Members(m).Any(v => v is not null && members.Contains(v))
                : m => path.Read(m) is { } v && members.Contains(v);
        }
        else if (path.IsCollection && !decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out _))
        {
            // A list matches when one of its members does; numbers compare with its length.
            condition = m => path.Members(m).Any(v => v is not null && op.Test(v, value));
        }
        else
        {
            var operand = Operand(path, value, op, zone);
            condition = m => path.Read(m) is { } v && op.Test(v, operand);
        }

        return op.Negated ? m => !condition(m) : condition;
    }

    private static object Operand(PropertyPath path, string value, FilterOperator op, TimeZoneInfo zone)
    {
        if (op.IsTextual || path.Field is { FieldType: FieldType.String, IsRepeated: false })
            return value;
        if (path.IsCollection && op.Name != "in")
            return decimal.Parse(value, NumberStyles.Number, CultureInfo.InvariantCulture);
        if (path.Field.FieldType == FieldType.Enum)
        {
            var legal = path.Field.EnumType.Values.Where(v => v.Number > 0).Select(WireName.Of).ToList();
            return legal.Contains(value) ? value : throw ListFilter.Bad($"`{value}` is not a valid value for property {path.Field.JsonName}: {string.Join(", ", legal)}");
        }

        if (path.Field.FieldType == FieldType.Bool)
            return bool.TryParse(value, out var b) ? b : throw ListFilter.Bad($"`{value}` is not true or false.");
        if (path.Field.FieldType == FieldType.Message)
        {
            return path.Field.MessageType.FullName switch
            {
                "google.protobuf.Timestamp" => ListFilter.Instant(value, zone),
                "google.protobuf.Duration" => ListFilter.Number(value),
                _ => value,
            };
        }

        return path.Field.FieldType == FieldType.String ? value : ListFilter.Number(value);
    }
}
