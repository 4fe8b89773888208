using Dhis2Grpc.Server.Queries;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>DHIS2's list order, <c>property:asc</c>, <c>desc</c>, <c>iasc</c> or <c>idesc</c>, over the fields of a
/// message. What makes no sense is ignored, as DHIS2 does; name, without regard to case, and id decide last.</summary>
internal sealed class ObjectOrder : IComparer<IMessage>
{
    private readonly List<(PropertyPath Path, bool Descending, bool IgnoreCase)> _keys = [];

    /// <summary>Reads an order.</summary>
    public ObjectOrder(MessageDescriptor type, IEnumerable<string> orders)
    {
        foreach (var order in ListOrder.Parse(orders))
        {
            if (PropertyPath.Find(type, order.Property) is { IsSimple: true } path)
                _keys.Add((path, order.Descending, order.IgnoreCase));
        }

        IsDefault = _keys.Count == 0;
        _keys.Add((PropertyPath.Find(type, "name")!, false, true));
        _keys.Add((PropertyPath.Find(type, "id")!, false, false));
    }

    /// <summary>By name and id only.</summary>
    public bool IsDefault { get; }

    /// <inheritdoc/>
    public int Compare(IMessage? x, IMessage? y)
    {
        foreach (var (path, descending, ignoreCase) in _keys)
        {
            var order = Compare(path.Read(x!), path.Read(y!), ignoreCase);
            if (order != 0)
                return descending ? -order : order;
        }

        return 0;
    }

    private static int Compare(object? a, object? b, bool ignoreCase) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        (string s, string t) => string.Compare(s, t, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal),
        _ => ((IComparable)a).CompareTo(b),
    };
}
