namespace Dhis2Grpc.Server.Analytics;

/// <summary>The option combos of an axis: those asked for or, when all are wanted, those met so far.</summary>
internal sealed class ComboItems(ComboAxis axis)
{
    private readonly List<NamedKey> _items = [.. axis.Items];
    private readonly Dictionary<long, int> _indexes = axis.Items.Select((c, i) => (c.Id, i)).ToDictionary(x => x.Id, x => x.i);

    /// <summary>They are attribute option combos.</summary>
    public bool IsAttribute => axis.IsAttribute;

    /// <summary>All are wanted.</summary>
    public bool All => axis.All;

    /// <summary>Keys of those asked for.</summary>
    public IEnumerable<long> Ids => axis.Items.Select(c => c.Id);

    /// <summary>The axis with the items of the answer.</summary>
    public ComboAxis Axis => axis with { Items = _items };

    /// <summary>Position of the option combo; negative when it is unknown.</summary>
    public int IndexOf(long id, AnalyticsKeys keys)
    {
        if (_indexes.TryGetValue(id, out var index))
            return index;
        if (!keys.OptionCombosById.TryGetValue(id, out var combo))
            return -1;
        _indexes[id] = index = _items.Count;
        _items.Add(combo);
        return index;
    }
}
