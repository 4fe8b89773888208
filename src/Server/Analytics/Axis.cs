using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>A dimension of a query with the items asked for.</summary>
/// <param name="Name">Identifier, such as dx.</param>
/// <param name="Column">Name for people.</param>
/// <param name="Items">The items, without repetition, in the order of the answer.</param>
internal abstract record Axis(string Name, string Column, IReadOnlyList<NamedKey> Items);

/// <summary>Data: dx.</summary>
/// <param name="Data">The items again, in the same order.</param>
internal sealed record DataAxis(IReadOnlyList<DataItem> Data) : Axis("dx", "Data", [.. Data.Select(d => d.Key)]);

/// <summary>A data element, whole or for one option combo only.</summary>
/// <param name="Element">The data element.</param>
/// <param name="Combo">The option combo; null for the whole.</param>
internal sealed record DataItem(ElementKey Element, NamedKey? Combo)
{
    /// <summary>What it is called.</summary>
    public NamedKey Key => Combo is null
        ? Element
        : new NamedKey(Element.Id, $"{Element.Uid}.{Combo.Uid}", null, $"{Element.Name} {Combo.Name}");
}

/// <summary>Periods: pe.</summary>
/// <param name="Periods">The items again, in the same order.</param>
internal sealed record PeriodAxis(IReadOnlyList<Period> Periods)
    : Axis("pe", "Period", [.. Periods.Select(p => new NamedKey(0, p.Iso, null, PeriodNames.Of(p)))]);

/// <summary>Organisation units: ou.</summary>
/// <param name="Units">The items again, in the same order.</param>
internal sealed record UnitAxis(IReadOnlyList<UnitKey> Units) : Axis("ou", "Organisation unit", Units);

/// <summary>Category option combos (co) or attribute option combos (ao). No items means all that have values.</summary>
/// <param name="IsAttribute">They are attribute option combos.</param>
/// <param name="All">All that have values.</param>
/// <param name="Items">Those asked for; in an answer, those met.</param>
internal sealed record ComboAxis(bool IsAttribute, bool All, IReadOnlyList<NamedKey> Items)
    : Axis(IsAttribute ? "ao" : "co", IsAttribute ? "Attribute option combo" : "Category option combo", Items);

/// <summary>A group set or category.</summary>
/// <param name="Dimension">Which.</param>
/// <param name="Items">Its groups or options asked for.</param>
internal sealed record SetAxis(AnalyticsDimension Dimension, IReadOnlyList<NamedKey> Items) : Axis(Dimension.Uid, Dimension.Name, Items);
