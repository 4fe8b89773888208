namespace Dhis2Grpc.Server.Queries;

/// <summary>DHIS2's list order over objects in memory. Properties that cannot be ordered are ignored, as DHIS2 does;
/// name, without regard to case, and id decide last.</summary>
internal sealed class ObjectOrder<T> : IComparer<T>
{
    private readonly List<(ObjectProperty<T> Property, bool Descending, bool IgnoreCase)> _keys = [];

    /// <summary>Reads an order.</summary>
    public ObjectOrder(IObjectProperties<T> properties, IEnumerable<string> orders)
    {
        foreach (var order in ListOrder.Parse(orders))
        {
            if (properties.Find(order.Property) is { IsSimple: true } property)
                _keys.Add((property, order.Descending, order.IgnoreCase));
        }

        IsDefault = _keys.Count == 0;
        if (properties.Find("name") is { } name)
            _keys.Add((name, false, true));
        if (properties.Find("id") is { } id)
            _keys.Add((id, false, false));
    }

    /// <summary>By name and id only.</summary>
    public bool IsDefault { get; }

    /// <inheritdoc/>
    public int Compare(T? x, T? y)
    {
        foreach (var (property, descending, ignoreCase) in _keys)
        {
            var order = property.Compare(x!, y!, ignoreCase);
            if (order != 0)
                return descending ? -order : order;
        }

        return 0;
    }

    /// <summary>The first ones in this order. Of a long list little more is sorted than that.</summary>
    /// <param name="items">The list, in any order.</param>
    /// <param name="count">How many.</param>
    public T[] First(IReadOnlyList<T> items, int count)
    {
        if (count > items.Count / 4)
        {
            var all = items.ToArray();
            Array.Sort(all, this);
            return count < all.Length ? all[..count] : all;
        }

        // The worst of the best seen so far is on top. Lists are stored by name and often grew in time: from that end
        // most are beaten at once.
        var best = new PriorityQueue<T, T>(count, Comparer<T>.Create((x, y) => Compare(y, x)));
        var descending = _keys[0].Descending;
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[descending ? items.Count - 1 - i : i];
            if (best.Count < count)
                best.Enqueue(item, item);
            else if (count > 0 && Compare(item, best.Peek()) < 0)
                best.DequeueEnqueue(item, item);
        }

        var first = new T[count];
        for (var i = count - 1; i >= 0; i--)
            first[i] = best.Dequeue();
        return first;
    }
}
