namespace Dhis2Grpc.Server.Analytics;

/// <summary>A question as the caller put it.</summary>
internal sealed record AnalyticsQuery
{
    /// <summary>Dimensions that become columns, such as <c>dx:uid;uid</c>.</summary>
    public required IReadOnlyList<string> Dimensions { get; init; }

    /// <summary>Dimensions that only restrict.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Aggregation in place of each data element's own; null keeps those.</summary>
    public Aggregation? Aggregation { get; init; }

    /// <summary>No names and items are wanted.</summary>
    public bool SkipMeta { get; init; }

    /// <summary>No rows are wanted.</summary>
    public bool SkipData { get; init; }

    /// <summary>Values keep 10 decimals.</summary>
    public bool SkipRounding { get; init; }

    /// <summary>Names of the units' ancestors are wanted too.</summary>
    public bool HierarchyMeta { get; init; }

    /// <summary>How items are named in rows.</summary>
    public OutputScheme Scheme { get; init; }

    /// <summary>Rows by value: true ascending, false descending, null in the order of the items.</summary>
    public bool? Ascending { get; init; }

    /// <summary>The day that relative periods count from.</summary>
    public required DateOnly Today { get; init; }
}

/// <summary>How items are named in rows.</summary>
internal enum OutputScheme
{
    /// <summary>By UID, periods by identifier.</summary>
    Uid,

    /// <summary>By code, else UID.</summary>
    Code,

    /// <summary>By name.</summary>
    Name,
}

/// <summary>The answer.</summary>
/// <param name="Axes">What the columns before the value are.</param>
/// <param name="Filters">What restricted the values.</param>
/// <param name="Rows">Rows: an item per axis, and the value.</param>
internal sealed record AnalyticsResult(IReadOnlyList<Axis> Axes, IReadOnlyList<Axis> Filters, IReadOnlyList<AnalyticsRow> Rows)
{
    /// <summary>Ancestors of the units asked for, when wanted.</summary>
    public IReadOnlyList<NamedKey> Ancestors { get; init; } = [];
}

/// <summary>A row.</summary>
/// <param name="Items">Per axis, the position of the item in it.</param>
/// <param name="Value">The value; null when it is a text.</param>
/// <param name="Text">The text.</param>
internal readonly record struct AnalyticsRow(int[] Items, double? Value, string? Text);
