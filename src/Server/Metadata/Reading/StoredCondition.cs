using System.Globalization;
using Dhis2Grpc.Server.Queries;
using static Dhis2Grpc.Server.Metadata.Reading.StoredProperty;

namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>Turns list filters into SQL. Values become parameters.</summary>
internal sealed class StoredCondition(TimeZoneInfo zone)
{
    private readonly List<(string Name, object? Value)> _parameters = [];

    /// <summary>Parameters of what was translated so far.</summary>
    public IReadOnlyList<(string Name, object? Value)> Parameters => _parameters;

    /// <summary>Adds a parameter and returns how SQL names it.</summary>
    public string Parameter(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{_parameters.Count}");
        _parameters.Add((name, value));
        return "$" + name;
    }

    /// <summary>The condition of a filter on a property; never null.</summary>
    /// <exception cref="Errors.Dhis2Exception">The value does not fit (E1003).</exception>
    public string Of(StoredProperty property, ListFilter filter)
    {
        var condition = Positive(property, filter);
        return filter.Operator.Negated ? $"not coalesce({condition}, false)" : $"coalesce({condition}, false)";
    }

    private string Positive(StoredProperty property, ListFilter filter)
    {
        var op = filter.Operator;
        var isList = property.Kind == Form.List;
        if (!op.NeedsValue)
        {
            return property.Kind switch
            {
                Form.List => $"coalesce(len({property.Sql}), 0) = 0",
                Form.Time => $"{property.Sql} is null",
                _ => $"coalesce({property.Sql}, '') = ''",
            };
        }

        if (op.Name == "in")
        {
            var values = filter.Values.Select(v => property.Kind == Form.Time ? Time(v) : Parameter(v)).ToList();
            if (values.Count == 0) return "false";
            var list = string.Join(", ", values);
            return isList ? $"list_has_any({property.Sql}, [{list}])" : $"{property.Sql} in ({list})";
        }

        // A list matches when one of its members does; numbers compare with its length.
        if (property.IsCollection && !op.IsTextual && decimal.TryParse(filter.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out var length))
            return $"coalesce(len({property.Sql}), 0) {Sign(op)} {Parameter((double)length)}";
        if (isList) return $"len(list_filter({property.Sql}, lambda v: {Test("v", op, filter.Value)})) > 0";
        if (property.Kind == Form.Time)
        {
            return op.IsTextual
                ? Test($"strftime({property.Sql}, '%Y-%m-%dT%H:%M:%S.%g')", op, filter.Value)
                : $"{property.Sql} {Sign(op)} {Time(filter.Value)}";
        }

        return Test(property.Sql, op, filter.Value);
    }

    private string Test(string text, FilterOperator op, string value)
    {
        switch (op.Name)
        {
            case "like": return $"contains({text}, {Parameter(value)})";
            case "$like": return $"starts_with({text}, {Parameter(value)})";
            case "like$": return $"ends_with({text}, {Parameter(value)})";
            case "ilike": return $"contains(lower({text}), lower({Parameter(value)}))";
            case "$ilike": return $"starts_with(lower({text}), lower({Parameter(value)}))";
            case "ilike$": return $"ends_with(lower({text}), lower({Parameter(value)}))";
            case "ieq": return $"lower({text}) = lower({Parameter(value)})";
            case "token":
                var tokens = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                return tokens.Length == 0 ? "true" : string.Join(" and ", tokens.Select(t => $"contains(lower({text}), lower({Parameter(t)}))"));
        }

        // What looks like a number compares as one with what looks like a number; the documents tell no types.
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return $"{text} {Sign(op)} {Parameter(value)}";
        var numeric = $"try_cast({text} as double) {Sign(op)} {Parameter(number)}";
        return op.Name == "eq" ? $"({text} = {Parameter(value)} or {numeric})" : numeric;
    }

    private string Time(string value) => Parameter(ListFilter.Instant(value, zone).UtcDateTime);

    private static string Sign(FilterOperator op) => op.Name switch { "gt" => ">", "ge" => ">=", "lt" => "<", "le" => "<=", _ => "=" };
}
