using System.Globalization;
using Dhis2Grpc.Server.Errors;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>DHIS2's list filters, <c>property:operator[:value]</c>, over the fields of a message.</summary>
internal sealed class ObjectFilter
{
    private static readonly string[] Identifying = ["id", "code", "name"];

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
        _any = rootJunction.Equals("OR", StringComparison.OrdinalIgnoreCase);
        foreach (var filter in filters)
            _conditions.Add(Read(type, filter, zone));
    }

    /// <summary>There is nothing to check.</summary>
    public bool IsEmpty => _conditions.Count == 0;

    /// <summary>Whether the object is wanted.</summary>
    public bool Matches(IMessage message) =>
        IsEmpty || (_any ? _conditions.Exists(c => c(message)) : _conditions.TrueForAll(c => c(message)));

    private static Func<IMessage, bool> Read(MessageDescriptor type, string filter, TimeZoneInfo zone)
    {
        var parts = filter.Split(':', 3);
        if (parts.Length < 2 || parts[0].Length == 0)
            throw Bad($"Invalid filter => {filter}");
        if (FilterOperator.Parse(parts[1]) is not { } op)
            throw Bad($"`{parts[1]}` is not a valid operator.");
        if (op.NeedsValue && parts.Length < 3)
            throw Bad($"Invalid filter => {filter}");
        var value = parts.Length > 2 ? parts[2] : "";

        if (parts[0] == "identifiable")
        {
            var any = Identifying.Select(n => Condition(PropertyPath.Find(type, n)!, op, value, zone)).ToArray();
            return m => Array.Exists(any, c => c(m));
        }

        var path = PropertyPath.Find(type, parts[0]) ?? throw Bad($"Unknown path property: {parts[0]}");
        return Condition(path, op, value, zone);
    }

    private static Func<IMessage, bool> Condition(PropertyPath path, FilterOperator op, string value, TimeZoneInfo zone)
    {
        Func<IMessage, bool> condition;
        if (op.Name is "null" or "empty")
        {
            condition = m => path.Read(m) is null or 0m or "";
        }
        else if (op.Name == "in")
        {
            var members = List(value).Select(v => Operand(path, v, op, zone)).ToHashSet();
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

    private static string[] List(string value) =>
        (value.StartsWith('[') && value.EndsWith(']') ? value[1..^1] : value)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static object Operand(PropertyPath path, string value, FilterOperator op, TimeZoneInfo zone)
    {
        if (op.IsTextual || path.Field is { FieldType: FieldType.String, IsRepeated: false })
            return value;
        if (path.IsCollection && op.Name != "in")
            return decimal.Parse(value, NumberStyles.Number, CultureInfo.InvariantCulture);
        if (path.Field.FieldType == FieldType.Enum)
        {
            var legal = path.Field.EnumType.Values.Where(v => v.Number > 0).Select(WireName.Of).ToList();
            return legal.Contains(value) ? value : throw Bad($"`{value}` is not a valid value for property {path.Field.JsonName}: {string.Join(", ", legal)}");
        }

        if (path.Field.FieldType == FieldType.Bool)
            return bool.TryParse(value, out var b) ? b : throw Bad($"`{value}` is not true or false.");
        if (path.Field.FieldType == FieldType.Message)
        {
            return path.Field.MessageType.FullName switch
            {
                "google.protobuf.Timestamp" => Instant(value, zone),
                "google.protobuf.Duration" => Number(value),
                _ => value,
            };
        }

        return path.Field.FieldType == FieldType.String ? value : Number(value);
    }

    private static decimal Number(string value) =>
        decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var n) ? n : throw Bad($"`{value}` is not a number.");

    private static DateTimeOffset Instant(string value, TimeZoneInfo zone)
    {
        string[] coarse = ["yyyy", "yyyy-MM"];
        if (!DateTime.TryParseExact(value, coarse, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            && !DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out local))
            throw Bad($"`{value}` is not a date.");
        return local.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(local, zone.GetUtcOffset(local))
            : new DateTimeOffset(local.ToUniversalTime());
    }

    private static Dhis2Exception Bad(string message) => new(ErrorKind.InvalidArgument, message, "E1003");
}
