using System.Globalization;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>One statement over the facts: the part of a question whose values aggregate alike. Only integers and
/// checked UIDs enter the text.</summary>
internal sealed class FactQuery
{
    private readonly List<string> _keys = [];
    private readonly List<string> _joins = [];
    private readonly List<string> _conditions = [];

    /// <summary>How values become one.</summary>
    public required Aggregation Aggregation { get; init; }

    /// <summary>What the values are.</summary>
    public required FactKind Kind { get; init; }

    /// <summary>Years whose facts can count.</summary>
    public required IReadOnlyList<int> Years { get; init; }

    /// <summary>Most rows to read.</summary>
    public required int Limit { get; init; }

    /// <summary>Number of columns before the value.</summary>
    public int KeyCount => _keys.Count;

    /// <summary>Adds a column to tell results apart by, and returns its position.</summary>
    public int Key(string expression)
    {
        _keys.Add(expression);
        return _keys.Count - 1;
    }

    /// <summary>Adds a join, unless there is the same.</summary>
    public void Join(string join)
    {
        if (!_joins.Contains(join))
            _joins.Add(join);
    }

    /// <summary>Adds a condition.</summary>
    public void Where(string condition) => _conditions.Add(condition);

    /// <summary>Numbers separated by commas.</summary>
    public static string Numbers(IEnumerable<long> numbers) =>
        string.Join(",", numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)));

    /// <summary>UIDs in quotes, separated by commas.</summary>
    public static string Texts(IEnumerable<string> uids) =>
        string.Join(",", uids.Select(u => $"'{u.Replace("'", "''", StringComparison.Ordinal)}'"));

    /// <summary>The statement. Columns: the keys, then the value.</summary>
    public string Sql()
    {
        var facts = Years.Count == 1 ? AnalyticsCatalog.FactTable(Years[0]) : $"({AnalyticsViews.Union(Years)})";
        Where(Kind == FactKind.Text ? "f.textvalue is not null" : "f.value is not null");
        var from = $"from {facts} f{string.Concat(_joins)} where {string.Join(" and ", _conditions)}";
        var statement = Aggregation.PicksByTime() ? Pick(from) : Plain(from);
        return string.Create(CultureInfo.InvariantCulture, $"{statement} limit {Limit}");
    }

    private string Plain(string from)
    {
        var value = Aggregation switch
        {
            Aggregation.None => Kind == FactKind.Text ? "f.textvalue" : "f.value",
            Aggregation.Count => Kind == FactKind.Text ? "count(f.textvalue)::double" : "count(f.value)::double",
            Aggregation.Average when Kind == FactKind.Boolean => "sum(f.value * p.days) / sum(p.days) * 100",
            Aggregation.Average => "avg(f.value)",
            Aggregation.AverageSumOrgUnit => "sum(f.value * p.days)",
            Aggregation.Stddev => "stddev_samp(f.value)",
            Aggregation.Variance => "var_samp(f.value)",
            Aggregation.Min => "min(f.value)",
            Aggregation.Max => "max(f.value)",
            _ => "sum(f.value)",
        };
        return $"select {List([.. _keys, value])} {from}{(Aggregation == Aggregation.None ? "" : Group(_keys))}";
    }

    // First one value per element, unit and option combos, the latest or earliest; then units together.
    private string Pick(string from)
    {
        var perUnit = Aggregation is not (Aggregation.LastLastOrgUnit or Aggregation.FirstFirstOrgUnit);
        var pick = Aggregation.PicksFirst() ? "arg_min" : "arg_max";
        // Of units that reported at the same time, the one with the smaller key.
        var rank = perUnit ? "p.ord" : $"p.ord::hugeint * 9223372036854775808 {(Aggregation.PicksFirst() ? "+" : "-")} f.sourceid";
        var keys = _keys.Select((k, i) => $"{k} as k{i}");
        string[] parts = ["f.dataelementid", "f.categoryoptioncomboid", "f.attributeoptioncomboid"];
        var one = perUnit ? [.. parts, "f.sourceid"] : parts;
        var combine = Aggregation is Aggregation.LastAverageOrgUnit or Aggregation.LastInPeriodAverageOrgUnit or Aggregation.FirstAverageOrgUnit
            ? "avg" : "sum";
        var outer = _keys.Select((_, i) => $"k{i}").ToList();
        return $"select {List([.. outer, $"{combine}(v)"])} from (select {List([.. keys, $"{pick}(f.value, {rank}) as v"])} {from}{Group([.. _keys, .. one])}){Group(outer)}";
    }

    // Without keys all values are one group; none then gives no row either.
    private static string Group(List<string> keys) =>
        keys.Count == 0 ? " having count(*) > 0" : $" group by {List(keys)}";

    private static string List(IEnumerable<string> expressions) => string.Join(", ", expressions);
}
