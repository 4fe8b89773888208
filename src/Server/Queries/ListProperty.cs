using System.Globalization;

namespace Dhis2Grpc.Server.Queries;

/// <summary>A property that is a list: it matches when one of its members does; numbers compare with its length.</summary>
/// <param name="get">Its members: texts, numbers, or other values by their text.</param>
internal sealed class ListProperty<T>(Func<T, IEnumerable<object?>> get) : ObjectProperty<T>
{
    /// <inheritdoc/>
    public override bool IsSimple => false;

    /// <inheritdoc/>
    public override Func<T, bool> Condition(FilterOperator op, string operand, TimeZoneInfo zone)
    {
        if (!op.NeedsValue)
            return o => !get(o).Any();
        if (op.Name == "in")
        {
            var members = ListFilter.Members(operand).ToHashSet(StringComparer.Ordinal);
            return o => get(o).Any(v => v is not null && members.Contains(Text(v)));
        }

        if (!op.IsTextual && decimal.TryParse(operand, NumberStyles.Number, CultureInfo.InvariantCulture, out var length))
            return o => op.Holds(((decimal)get(o).Count()).CompareTo(length));
        var test = op.IsTextual ? op.TextTest(operand) : v => op.Holds(string.CompareOrdinal(v, operand));
        return o => get(o).Any(v => v is not null && test(Text(v)));
    }

    /// <inheritdoc/>
    public override int Compare(T x, T y, bool ignoreCase) => 0;

    private static string Text(object value) => value as string ?? string.Format(CultureInfo.InvariantCulture, "{0}", value);
}
