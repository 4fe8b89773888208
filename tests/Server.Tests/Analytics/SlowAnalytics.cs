using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Tests.Analytics;

/// <summary>A value as entered, of a numeric or boolean data element.</summary>
internal sealed record RawValue(string Element, string Unit, Period Period, string Combo, double Value);

/// <summary>A data element of the slow computation.</summary>
internal sealed record RawElement(string Name, bool IsBoolean, Aggregation Aggregation, PeriodType DataType, int[] Levels);

/// <summary>What analytics should answer, computed value by value from the definitions, without keys, tables or SQL.</summary>
internal sealed class SlowAnalytics(
    IReadOnlyList<RawValue> values, IReadOnlyDictionary<string, RawElement> elements, IReadOnlyDictionary<string, string?> parents, IReadOnlyList<string> unitOrder)
{
    /// <summary>The value of a cell; null when there is none. A set of items restricts; null does not.</summary>
    public double? Cell(
        string element, IReadOnlyList<Period> periods, IReadOnlyCollection<string>? units, string? combo = null, Func<RawValue, bool>? filter = null, Aggregation? asked = null)
    {
        var e = elements[element];
        var aggregation = asked ?? e.Aggregation;
        var own = values.Where(v => v.Element == element && (combo is null || v.Combo == combo) && (filter?.Invoke(v) ?? true)
            && (units is null || units.Any(u => CountsTo(v.Unit, u, e)))).ToList();
        if (aggregation.ToString().StartsWith("Last", StringComparison.Ordinal) || aggregation.ToString().StartsWith("First", StringComparison.Ordinal))
            return Picked(own, periods, aggregation);

        var within = own.Where(v => periods.Any(p => CountsTo(v.Period, p))).ToList();
        if (aggregation == Aggregation.AverageSumOrgUnit)
            return AverageOverTime(own, within, periods, e);
        if (within.Count == 0)
            return null;
        var numbers = within.Select(v => v.Value).ToList();
        return aggregation switch
        {
            Aggregation.Sum => numbers.Sum(),
            Aggregation.Average when e.IsBoolean => 100 * within.Sum(v => v.Value * v.Period.Days) / within.Sum(v => v.Period.Days),
            Aggregation.Average => numbers.Average(),
            Aggregation.Count => numbers.Count,
            Aggregation.Min => numbers.Min(),
            Aggregation.Max => numbers.Max(),
            Aggregation.Variance => Variance(numbers),
            Aggregation.Stddev => Variance(numbers) is { } v ? Math.Sqrt(v) : null,
            _ => throw new InvalidOperationException(aggregation.ToString()),
        };
    }

    /// <summary>Level of a unit; the root's is 1.</summary>
    public int Level(string unit) => parents[unit] is { } parent ? Level(parent) + 1 : 1;

    private static bool CountsTo(Period data, Period asked) =>
        data.Type == asked.Type ? data == asked : data.Type.FrequencyOrder < asked.Type.FrequencyOrder && asked.Contains(data.ReferenceDay);

    private static double? Variance(List<double> numbers)
    {
        if (numbers.Count < 2)
            return null;
        var mean = numbers.Average();
        return numbers.Sum(n => (n - mean) * (n - mean)) / (numbers.Count - 1);
    }

    private static double? AverageOverTime(List<RawValue> own, List<RawValue> within, IReadOnlyList<Period> periods, RawElement element)
    {
        var total = within.Sum(v => v.Value * v.Period.Days);
        var any = within.Count > 0;
        foreach (var period in periods.Where(p => element.DataType.FrequencyOrder > p.Type.FrequencyOrder))
        {
            foreach (var v in own.Where(v => v.Period.Type == element.DataType && v.Period.Start <= period.Start && v.Period.End >= period.End))
            {
                total += v.Value * period.Days;
                any = true;
            }
        }

        return any ? total / periods.Sum(p => p.Days) : null;
    }

    private double? Picked(List<RawValue> own, IReadOnlyList<Period> periods, Aggregation aggregation)
    {
        var name = aggregation.ToString();
        var end = periods.Max(p => p.End);
        var window = name.Contains("InPeriod", StringComparison.Ordinal)
            ? own.Where(v => periods.Any(p => CountsTo(v.Period, p)))
            : own.Where(v => v.Period.End <= end && v.Period.Start >= end.AddYears(-10));
        var first = name.StartsWith("First", StringComparison.Ordinal);
        var perUnit = window
            .GroupBy(v => (v.Unit, v.Combo))
            .Select(g => first
                ? g.OrderBy(v => v.Period.End).ThenBy(v => v.Period.Start).First()
                : g.OrderByDescending(v => v.Period.End).ThenByDescending(v => v.Period.Start).First())
            .ToList();
        if (perUnit.Count == 0)
            return null;
        if (name is "LastLastOrgUnit" or "FirstFirstOrgUnit")
        {
            return perUnit.GroupBy(v => v.Combo).Sum(g => (first
                ? g.OrderBy(v => v.Period.End).ThenBy(v => v.Period.Start)
                : g.OrderByDescending(v => v.Period.End).ThenByDescending(v => v.Period.Start)).ThenBy(v => Position(v.Unit)).First().Value);
        }

        return name.EndsWith("AverageOrgUnit", StringComparison.Ordinal) ? perUnit.Average(v => v.Value) : perUnit.Sum(v => v.Value);
    }

    private int Position(string unit)
    {
        for (var i = 0; i < unitOrder.Count; i++)
        {
            if (unitOrder[i] == unit)
                return i;
        }

        throw new InvalidOperationException(unit);
    }

    // An aggregation level L hides what was entered below L from units at L and above.
    private bool CountsTo(string unit, string asked, RawElement element)
    {
        var (from, to) = (Level(unit), Level(asked));
        if (element.Levels.Any(l => from > l && to <= l))
            return false;
        for (var u = unit; u is not null; u = parents[u])
        {
            if (u == asked)
                return true;
        }

        return false;
    }
}
