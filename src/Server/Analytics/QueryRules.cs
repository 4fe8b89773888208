namespace Dhis2Grpc.Server.Analytics;

/// <summary>What a question must have, and must not.</summary>
internal static class QueryRules
{
    /// <summary>Checks the dimensions and filters together.</summary>
    public static void Check(IReadOnlyList<Axis> axes, IReadOnlyList<Axis> filters)
    {
        if (axes.Count == 0)
            throw AnalyticsErrors.Invalid("E7101", "At least one dimension must be specified");
        if ((Repeated(axes) ?? Repeated(filters)) is { } repeated)
            throw AnalyticsErrors.Invalid("E7111", $"Dimensions cannot be specified more than once: `{repeated}`");
        if (axes.Select(a => a.Name).Intersect(filters.Select(f => f.Name)).FirstOrDefault() is { } both)
            throw AnalyticsErrors.Invalid("E7103", $"Dimensions cannot be specified as dimension and filter simultaneously: `{both}`");
        if (!axes.Concat(filters).Any(a => a is DataAxis or SetAxis { Dimension.Kind: DimensionKind.DataElementGroupSet }))
            throw AnalyticsErrors.Invalid("E7102", "At least one data dimension item or data element group set dimension item must be specified");
        if (!axes.Concat(filters).Any(a => a is PeriodAxis))
            throw AnalyticsErrors.Invalid("E7104", "At least one period as dimension or filter, or start and dates, must be specified");
        if (filters.Any(f => f is ComboAxis { IsAttribute: false }))
            throw AnalyticsErrors.Invalid("E7110", "Category option combos cannot be specified as filter");
    }

    private static string? Repeated(IEnumerable<Axis> axes) =>
        axes.GroupBy(a => a.Name).FirstOrDefault(g => g.Count() > 1)?.Key;
}
