namespace Dhis2Grpc.Server.Queries;

/// <summary>One key of DHIS2's list order, <c>property:asc</c>, <c>desc</c>, <c>iasc</c> or <c>idesc</c>.</summary>
/// <param name="Property">Property to order by.</param>
/// <param name="Descending">Largest first.</param>
/// <param name="IgnoreCase">Without regard to case.</param>
internal sealed record ListOrder(string Property, bool Descending, bool IgnoreCase)
{
    /// <summary>Reads orders, several in one text apart by commas. What makes no sense is ignored, as DHIS2 does.</summary>
    public static IEnumerable<ListOrder> Parse(IEnumerable<string> orders)
    {
        foreach (var order in orders.SelectMany(o => o.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var parts = order.Split(':', 2);
            var direction = parts.Length > 1 ? parts[1].ToUpperInvariant() : "ASC";
            if (direction is "ASC" or "DESC" or "IASC" or "IDESC")
                yield return new ListOrder(parts[0], direction.EndsWith("DESC", StringComparison.Ordinal), direction[0] == 'I');
        }
    }
}
