using System.Globalization;

namespace Dhis2Grpc.Server.Queries;

/// <summary>A property that is a number, a truth value or an instant.</summary>
/// <param name="get">Reads it; null when absent.</param>
/// <param name="parse">Reads what a filter compares it with.</param>
internal sealed class ValueProperty<T, TValue>(Func<T, TValue?> get, Func<string, TimeZoneInfo, TValue> parse) : ObjectProperty<T>
    where TValue : struct, IComparable<TValue>, IEquatable<TValue>
{
    /// <inheritdoc/>
    public override Func<T, bool> Condition(FilterOperator op, string operand, TimeZoneInfo zone)
    {
        if (!op.NeedsValue)
            return o => get(o) is null;
        if (op.Name == "in")
        {
            var members = ListFilter.Members(operand).Select(v => parse(v, zone)).ToHashSet();
            return o => get(o) is { } v && members.Contains(v);
        }

        if (op.IsTextual)
        {
            var test = op.TextTest(operand);
            return o => get(o) is { } v && test(Text(v));
        }

        var value = parse(operand, zone);
        return op.Name == "eq"
            ? o => get(o) is { } v && v.Equals(value)
            : o => get(o) is { } v && op.Holds(v.CompareTo(value));
    }

    /// <inheritdoc/>
    public override int Compare(T x, T y, bool ignoreCase) => (get(x), get(y)) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        var (a, b) => a.Value.CompareTo(b.Value),
    };

    // Instants as DHIS2 writes them, in UTC.
    private static string Text(TValue value) => value switch
    {
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => string.Format(CultureInfo.InvariantCulture, "{0}", value),
    };
}
