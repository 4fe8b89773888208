using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>One question on its way: split into statements by aggregation, run, put together.</summary>
internal sealed class AnalyticsRun(
    DbConnection connection, AnalyticsKeys keys, AnalyticsQuery query, IReadOnlyList<Axis> axes, IReadOnlyList<Axis> filters)
{
    private readonly List<AnalyticsRow> _rows = [];
    private readonly ComboItems?[] _combos = [.. axes.Select(a => a is ComboAxis combo ? new ComboItems(combo) : null)];
    private readonly PeriodAxis _periods = axes.Concat(filters).OfType<PeriodAxis>().Single();

    /// <summary>Runs it.</summary>
    public async Task<AnalyticsResult> RunAsync(CancellationToken cancellationToken)
    {
        var data = axes.Concat(filters).OfType<DataAxis>().SingleOrDefault();
        var groups = DataGroup.Divide(query.Aggregation, data, data is not null && filters.Contains(data));
        if (!query.SkipData)
        {
            foreach (var group in groups)
                await RunAsync(group, cancellationToken);
        }

        _rows.Sort(Compare);
        return new AnalyticsResult([.. axes.Select((a, i) => _combos[i]?.Axis ?? a)], filters, _rows);
    }

    private async Task RunAsync(DataGroup group, CancellationToken cancellationToken)
    {
        var periods = PeriodMapping.Create(_periods, filters.Contains(_periods), keys, group.Aggregation, group.Spread);
        var years = periods.YearsIn(keys.Years);
        if (periods.IsEmpty || years.Count == 0)
            return;

        var fact = new FactQuery
        {
            Aggregation = group.Aggregation,
            Kind = group.Kind,
            Years = years,
            Limit = AnalyticsQueries.MaxRows + 1 - _rows.Count,
        };
        var readers = axes.Select((axis, i) => AddAxis(fact, group, axis, _combos[i], periods)).ToArray();
        foreach (var filter in filters)
            AddFilter(fact, group, filter, periods);

        foreach (var row in await connection.ListAsync(fact.Sql(), r => Row(r, readers, fact, group), cancellationToken))
        {
            if (row is { } found)
                _rows.Add(found);
        }

        if (_rows.Count > AnalyticsQueries.MaxRows)
            throw AnalyticsErrors.Invalid("E7128", $"Query result set exceeded max limit: `{AnalyticsQueries.MaxRows}`");
    }

    // Adds a key to the statement and tells how its column becomes the position of an item.
    private Func<DbDataReader, int> AddAxis(FactQuery fact, DataGroup group, Axis axis, ComboItems? combos, PeriodMapping periods)
    {
        switch (axis)
        {
            case PeriodAxis:
                var period = periods.AddTo(fact);
                return period < 0 ? static _ => 0 : r => r.GetInt32(period);
            case DataAxis:
                return AddData(fact, group);
            case UnitAxis units:
                return UnitRestriction.AddDimension(fact, units, keys);
            case ComboAxis:
                return AddCombos(fact, combos!);
            case SetAxis set:
                RestrictSet(fact, set);
                var item = fact.Key(Column(set));
                var byUid = set.Items.Select((x, index) => (x.Uid, index)).ToDictionary(x => x.Uid, x => x.index);
                return r => byUid[r.GetString(item)];
            default:
                throw new InvalidOperationException($"No such axis: {axis.Name}");
        }
    }

    private void AddFilter(FactQuery fact, DataGroup group, Axis filter, PeriodMapping periods)
    {
        switch (filter)
        {
            case PeriodAxis:
                periods.AddTo(fact);
                break;
            case DataAxis:
                RestrictData(fact, group);
                break;
            case UnitAxis units:
                UnitRestriction.AddFilter(fact, units, keys);
                break;
            case ComboAxis { All: false } combos:
                fact.Where($"f.attributeoptioncomboid in ({FactQuery.Numbers(combos.Items.Select(c => c.Id))})");
                break;
            case SetAxis set:
                RestrictSet(fact, set);
                break;
        }
    }

    private static Func<DbDataReader, int> AddData(FactQuery fact, DataGroup group)
    {
        RestrictData(fact, group);
        if (!group.IsOperand)
        {
            var column = fact.Key("f.dataelementid");
            var byElement = group.Items!.ToDictionary(x => x.Item.Element.Id, x => x.Index);
            return r => byElement[r.GetInt64(column)];
        }

        // One key per operand, so that the axis has one column.
        var cases = group.Items!.Select(x => string.Create(CultureInfo.InvariantCulture, $" when {Operand(x.Item)} then {x.Index}"));
        var operand = fact.Key($"case{string.Concat(cases)} end");
        return r => r.GetInt32(operand);
    }

    private static void RestrictData(FactQuery fact, DataGroup group)
    {
        fact.Where($"f.dataelementid in ({FactQuery.Numbers(group.Items!.Select(x => x.Item.Element.Id).Distinct())})");
        if (group.IsOperand)
            fact.Where($"({string.Join(" or ", group.Items!.Select(x => Operand(x.Item)))})");
    }

    private static string Operand(DataItem item) => string.Create(
        CultureInfo.InvariantCulture, $"(f.dataelementid = {item.Element.Id} and f.categoryoptioncomboid = {item.Combo!.Id})");

    private Func<DbDataReader, int> AddCombos(FactQuery fact, ComboItems combos)
    {
        var expression = combos.IsAttribute ? "f.attributeoptioncomboid" : "f.categoryoptioncomboid";
        if (!combos.All)
            fact.Where($"{expression} in ({FactQuery.Numbers(combos.Ids)})");
        var column = fact.Key(expression);
        return r => combos.IndexOf(r.GetInt64(column), keys);
    }

    private static void RestrictSet(FactQuery fact, SetAxis set)
    {
        fact.Join(set.Dimension.Kind.Join());
        fact.Where($"{Column(set)} in ({FactQuery.Texts(set.Items.Select(i => i.Uid))})");
    }

    private static string Column(SetAxis set) => $"{set.Dimension.Kind.Alias()}.{WarehouseSql.Quote(set.Dimension.Uid)}";

    private AnalyticsRow? Row(DbDataReader reader, Func<DbDataReader, int>[] readers, FactQuery fact, DataGroup group)
    {
        if (reader.IsDBNull(fact.KeyCount))
            return null;
        var items = Array.ConvertAll(readers, read => read(reader));
        if (items.Contains(-1))
            return null;
        if (group is { Aggregation: Aggregation.None, Kind: FactKind.Text })
            return new AnalyticsRow(items, null, reader.GetString(fact.KeyCount));
        var value = reader.GetDouble(fact.KeyCount);
        return new AnalyticsRow(items, group.Aggregation == Aggregation.AverageSumOrgUnit ? value / Days(items) : value, null);
    }

    // Days of the row's period; of all periods where these only restrict.
    private int Days(int[] items)
    {
        for (var i = 0; i < axes.Count; i++)
        {
            if (axes[i] is PeriodAxis)
                return _periods.Periods[items[i]].Days;
        }

        return _periods.Periods.Sum(p => p.Days);
    }

    private int Compare(AnalyticsRow a, AnalyticsRow b)
    {
        if (query.Ascending is { } ascending)
        {
            var byValue = Nullable.Compare(a.Value, b.Value);
            if (byValue != 0)
                return ascending ? byValue : -byValue;
        }

        var byItems = a.Items.AsSpan().SequenceCompareTo(b.Items);
        return byItems != 0 ? byItems : Nullable.Compare(a.Value, b.Value);
    }
}
