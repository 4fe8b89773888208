namespace Dhis2Grpc.Server.Queries;

/// <summary>DHIS2's list filters over objects in memory.</summary>
internal sealed class ObjectFilter<T>
{
    private readonly Func<T, bool>[] _conditions;
    private readonly bool _any;

    /// <summary>Reads filters.</summary>
    /// <param name="properties">The objects' properties.</param>
    /// <param name="filters">The filters.</param>
    /// <param name="rootJunction">AND, OR or empty for AND.</param>
    /// <param name="zone">Zone of dates without one.</param>
    /// <exception cref="Errors.Dhis2Exception">A filter makes no sense (E1003).</exception>
    public ObjectFilter(IObjectProperties<T> properties, IEnumerable<string> filters, string rootJunction, TimeZoneInfo zone)
    {
        _any = ListFilter.IsAny(rootJunction);
        _conditions = [.. filters.Select(f => Read(properties, ListFilter.Parse(f), zone))];
    }

    /// <summary>There is nothing to check.</summary>
    public bool IsEmpty => _conditions.Length == 0;

    /// <summary>Whether the object is wanted.</summary>
    public bool Matches(T item)
    {
        foreach (var condition in _conditions)
        {
            if (condition(item) == _any)
                return _any;
        }

        return !_any || IsEmpty;
    }

    private static Func<T, bool> Read(IObjectProperties<T> properties, ListFilter filter, TimeZoneInfo zone)
    {
        var op = filter.Operator;
        var condition = filter.Property == ListFilter.Identifiable
            ? Any([.. ListFilter.Identifying.Select(n => properties.Find(n)).OfType<ObjectProperty<T>>().Select(p => p.Condition(op, filter.Value, zone))])
            : (properties.Find(filter.Property) ?? throw ListFilter.Unknown(filter.Property)).Condition(op, filter.Value, zone);
        return op.Negated ? o => !condition(o) : condition;
    }

    private static Func<T, bool> Any(Func<T, bool>[] conditions) => o => Array.Exists(conditions, c => c(o));
}
