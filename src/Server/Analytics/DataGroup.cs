using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Data elements whose values aggregate alike, so that one statement can answer for all of them.</summary>
/// <param name="Aggregation">How their values become one.</param>
/// <param name="Kind">What their values are.</param>
/// <param name="IsOperand">They are asked for by option combo.</param>
/// <param name="Spread">Period type of their data, for averages over time; otherwise null.</param>
/// <param name="Items">The items with their positions in the axis; null when all data elements count.</param>
internal sealed record DataGroup(
    Aggregation Aggregation, FactKind Kind, bool IsOperand, PeriodType? Spread, IReadOnlyList<(DataItem Item, int Index)>? Items)
{
    /// <summary>Divides the data elements of a question. Without any, all count and their values are summed.</summary>
    /// <param name="asked">Aggregation in place of each data element's own.</param>
    /// <param name="data">The data elements.</param>
    /// <param name="isFilter">They only restrict, so that they must form one group.</param>
    public static IReadOnlyList<DataGroup> Divide(Aggregation? asked, DataAxis? data, bool isFilter)
    {
        if (data is null)
            return [new DataGroup(asked ?? Aggregation.Sum, FactKind.Number, false, null, null)];
        var groups = data.Data
            .Select((item, index) => (Item: item, Index: index, Aggregation: AggregationOf(item.Element, asked)))
            .GroupBy(x => (
                x.Aggregation,
                // Numbers and booleans differ in averages only.
                Kind: x.Item.Element.Kind == FactKind.Boolean && x.Aggregation != Aggregation.Average ? FactKind.Number : x.Item.Element.Kind,
                IsOperand: x.Item.Combo is not null,
                Spread: x.Aggregation == Aggregation.AverageSumOrgUnit ? x.Item.Element.PeriodType : null))
            .Select(g => new DataGroup(g.Key.Aggregation, g.Key.Kind, g.Key.IsOperand, g.Key.Spread, [.. g.Select(x => (x.Item, x.Index))]))
            .ToList();
        return groups.Count == 1 || !isFilter
            ? groups
            : throw AnalyticsErrors.Invalid("E7115", "Data elements of a filter must aggregate alike and be all whole or all of an option combo");
    }

    private static Aggregation AggregationOf(ElementKey element, Aggregation? asked)
    {
        if (asked is not { } aggregation && !Aggregations.TryParse(element.AggregationType, out aggregation))
            throw NotAggregatable(element);
        return element.Kind != FactKind.Text || aggregation is Aggregation.None or Aggregation.Count ? aggregation : throw NotAggregatable(element);
    }

    private static Dhis2Exception NotAggregatable(ElementKey element) => AnalyticsErrors.Invalid(
        "E7115", $"Data elements must be of a value and aggregation type that allow aggregation: `{element.Uid}`");
}
