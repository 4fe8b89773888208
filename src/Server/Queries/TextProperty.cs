namespace Dhis2Grpc.Server.Queries;

/// <summary>A property that is a text.</summary>
/// <param name="get">Reads it; null when absent.</param>
/// <param name="name">Name of the property.</param>
/// <param name="legal">The values that it can have; null for any.</param>
internal sealed class TextProperty<T>(Func<T, string?> get, string name = "", IReadOnlyCollection<string>? legal = null) : ObjectProperty<T>
{
    /// <inheritdoc/>
    public override Func<T, bool> Condition(FilterOperator op, string operand, TimeZoneInfo zone)
    {
        if (!op.NeedsValue)
            return o => string.IsNullOrEmpty(get(o));
        if (op.Name == "in")
        {
            var members = ListFilter.Members(operand).Select(Checked).ToHashSet(StringComparer.Ordinal);
            return o => get(o) is { } v && members.Contains(v);
        }

        if (op.IsTextual)
        {
            var test = op.TextTest(operand);
            return o => get(o) is { } v && test(v);
        }

        Checked(operand);
        return op.Name == "eq"
            ? o => get(o) is { } v && v == operand
            : o => get(o) is { } v && op.Holds(string.CompareOrdinal(v, operand));
    }

    /// <inheritdoc/>
    public override int Compare(T x, T y, bool ignoreCase) => (get(x), get(y)) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        var (a, b) => string.Compare(a, b, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal),
    };

    private string Checked(string value) => legal is null || legal.Contains(value)
        ? value
        : throw ListFilter.Bad($"`{value}` is not a valid value for property {name}: {string.Join(", ", legal)}");
}
