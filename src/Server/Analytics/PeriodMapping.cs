using System.Globalization;
using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Which stored periods count to which requested ones.</summary>
internal sealed class PeriodMapping
{
    private const int LookBackYears = 10;

    private readonly List<(StoredPeriod Stored, int Item, int Days)> _entries = [];

    private PeriodMapping(bool isFilter, int items)
    {
        IsFilter = isFilter;
        Items = items;
    }

    /// <summary>The periods only restrict.</summary>
    public bool IsFilter { get; }

    /// <summary>Number of requested periods.</summary>
    public int Items { get; }

    /// <summary>No stored period counts.</summary>
    public bool IsEmpty => _entries.Count == 0;

    /// <summary>Maps the stored periods for one way of aggregation.</summary>
    /// <param name="axis">The requested periods.</param>
    /// <param name="isFilter">They only restrict: all count as one.</param>
    /// <param name="keys">The stored periods.</param>
    /// <param name="aggregation">How values become one.</param>
    /// <param name="dataType">Period type of the data, where values of longer periods are spread over shorter ones.</param>
    public static PeriodMapping Create(PeriodAxis axis, bool isFilter, AnalyticsKeys keys, Aggregation aggregation, PeriodType? dataType)
    {
        var mapping = new PeriodMapping(isFilter, isFilter ? 1 : axis.Periods.Count);
        if (!isFilter)
        {
            for (var i = 0; i < axis.Periods.Count; i++)
                mapping.Add([axis.Periods[i]], i, keys, aggregation, dataType);
            return mapping;
        }

        mapping.Add(axis.Periods, 0, keys, aggregation, dataType);
        return mapping;
    }

    /// <summary>Years of the partitions that hold values of the stored periods, as far as these exist.</summary>
    public IReadOnlyList<int> YearsIn(IReadOnlyList<int> partitions)
    {
        var years = _entries.Select(e => e.Stored.Year).ToHashSet();
        return [.. partitions.Where(y => y == AnalyticsCatalog.LatestYear || years.Contains(y))];
    }

    /// <summary>Adds the restriction to the query and, for a dimension of several items, the item as a key.</summary>
    /// <returns>Position of the key; negative when there is none, and the item is 0.</returns>
    public int AddTo(FactQuery query)
    {
        var needsMore = query.Aggregation.PicksByTime() || query.Aggregation is Aggregation.AverageSumOrgUnit
            || (query.Aggregation == Aggregation.Average && query.Kind == FactKind.Boolean);
        if (Items == 1 && !needsMore)
        {
            query.Where($"f.periodid in ({FactQuery.Numbers(_entries.Select(e => e.Stored.Id))})");
            return -1;
        }

        var rows = _entries.Select(e => string.Create(CultureInfo.InvariantCulture, $"({e.Stored.Id},{e.Item},{e.Days},{e.Stored.Order})"));
        query.Join($" join (values {string.Join(",", rows)}) p(periodid, item, days, ord) on p.periodid = f.periodid");
        return Items == 1 ? -1 : query.Key("p.item");
    }

    private void Add(IReadOnlyList<Period> periods, int item, AnalyticsKeys keys, Aggregation aggregation, PeriodType? dataType)
    {
        if (aggregation.LooksBack())
        {
            var end = periods.Max(p => p.End);
            var earliest = end.AddYears(-LookBackYears);
            _entries.AddRange(keys.Periods
                .Where(s => s.Period.End <= end && s.Period.Start >= earliest)
                .Select(s => (s, item, s.Period.Days)));
            return;
        }

        var seen = new HashSet<long>();
        foreach (var period in periods)
        {
            foreach (var stored in keys.PeriodsIn(period))
            {
                if (seen.Add(stored.Id))
                    _entries.Add((stored, item, stored.Period.Days));
            }

            if (aggregation == Aggregation.AverageSumOrgUnit && dataType is not null && dataType.FrequencyOrder > period.Type.FrequencyOrder)
                Spread(period, item, keys, dataType);
        }
    }

    // A value of a longer period holds for each day of it, so also for each shorter period within.
    private void Spread(Period period, int item, AnalyticsKeys keys, PeriodType dataType)
    {
        foreach (var stored in keys.Periods)
        {
            if (stored.Period.Type == dataType && stored.Period.Start <= period.Start && stored.Period.End >= period.End)
                _entries.Add((stored, item, period.Days));
        }
    }
}
