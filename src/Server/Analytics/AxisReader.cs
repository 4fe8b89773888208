using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Reads dimensions such as <c>ou:uid;LEVEL-3</c>.</summary>
internal sealed class AxisReader(AnalyticsKeys keys, DateOnly today)
{
    private const string LevelPrefix = "LEVEL-";
    private const string UnitGroupPrefix = "OU_GROUP-";
    private const string ElementGroupPrefix = "DE_GROUP-";

    private static readonly HashSet<string> ReportingRates =
    [
        "REPORTING_RATE", "REPORTING_RATE_ON_TIME", "ACTUAL_REPORTS", "ACTUAL_REPORTS_ON_TIME", "EXPECTED_REPORTS",
    ];

    /// <summary>UID that the last failure did not find; null when it failed for another reason.</summary>
    public string? Missing { get; private set; }

    /// <summary>Reads one dimension.</summary>
    /// <exception cref="Dhis2Exception">It, or an item, does not exist.</exception>
    public Axis Read(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        string[] items = colon < 0 ? [] : text[(colon + 1)..].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return name switch
        {
            "dx" => new DataAxis(NotEmpty(name, Distinct(items.SelectMany(Data)))),
            "pe" => new PeriodAxis(NotEmpty(name, Distinct(items.SelectMany(PeriodsOf)))),
            "ou" => new UnitAxis(NotEmpty(name, Distinct(Units(items)))),
            "co" or "ao" => Combos(name == "ao", items),
            _ => Set(name, items),
        };
    }

    private static T[] Distinct<T>(IEnumerable<T> items) => [.. items.Distinct()];

    private static T[] NotEmpty<T>(string dimension, T[] items) => items.Length > 0 ? items : throw AnalyticsErrors.NoItems(dimension);

    private Dhis2Exception Unknown(string dimension, string item, string uid)
    {
        Missing = uid;
        return AnalyticsErrors.UnknownItem(dimension, item);
    }

    private IEnumerable<DataItem> Data(string item)
    {
        if (item.StartsWith(ElementGroupPrefix, StringComparison.Ordinal))
        {
            var uid = item[ElementGroupPrefix.Length..];
            return keys.ElementGroups.TryGetValue(uid, out var group)
                ? group.Members.Select(m => new DataItem(m, null))
                : throw Unknown("dx", item, uid);
        }

        var parts = item.Split('.');
        if (parts.Length == 2 && ReportingRates.Contains(parts[1]))
            throw AnalyticsErrors.NotSupported("Reporting rates");
        if (!keys.Elements.TryGetValue(parts[0], out var element) || parts.Length > 2)
            throw Unknown("dx", item, parts[0]);
        if (parts.Length == 1 || parts[1] == "*")
            return [new DataItem(element, null)];
        return keys.OptionCombos.TryGetValue(parts[1], out var combo)
            ? [new DataItem(element, combo)]
            : throw Unknown("dx", item, parts[1]);
    }

    private IEnumerable<Period> PeriodsOf(string item)
    {
        if (Period.TryParse(item, out var period))
            return [period];
        return RelativePeriods.IsName(item) ? RelativePeriods.Resolve(item, today) : throw AnalyticsErrors.UnknownItem("pe", item);
    }

    // With levels or groups, units are boundaries: what lies within them counts, not they themselves.
    private IEnumerable<UnitKey> Units(string[] items)
    {
        var boundaries = new List<UnitKey>();
        var levels = new HashSet<int>();
        var groups = new List<GroupKey<UnitKey>>();
        foreach (var item in items)
        {
            if (item.StartsWith("USER_ORGUNIT", StringComparison.Ordinal))
                throw AnalyticsErrors.NoItems("ou", $"{item}: users have no organisation units on this server");
            if (item.StartsWith(LevelPrefix, StringComparison.Ordinal))
                levels.Add(Level(item));
            else if (item.StartsWith(UnitGroupPrefix, StringComparison.Ordinal))
                groups.Add(keys.UnitGroups.TryGetValue(item[UnitGroupPrefix.Length..], out var group) ? group : throw Unknown("ou", item, item[UnitGroupPrefix.Length..]));
            else
                boundaries.Add(keys.Units.TryGetValue(item, out var unit) ? unit : throw Unknown("ou", item, item));
        }

        if (levels.Count == 0 && groups.Count == 0)
            return boundaries;
        var atLevels = levels.Count == 0 ? [] : keys.Units.Values.Where(u => levels.Contains(u.Level) && IsInside(u));
        var inGroups = groups.SelectMany(g => g.Members).Where(IsInside);
        return Sorted(atLevels).Concat(Sorted(inGroups));

        bool IsInside(UnitKey unit) => boundaries.Count == 0 || boundaries.Exists(unit.IsWithin);
        static IEnumerable<UnitKey> Sorted(IEnumerable<UnitKey> units) =>
            units.OrderBy(u => u.Name, StringComparer.Ordinal).ThenBy(u => u.Uid, StringComparer.Ordinal);
    }

    private int Level(string item)
    {
        var level = item[LevelPrefix.Length..];
        if (int.TryParse(level, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
            return number;
        return keys.LevelsByUid.TryGetValue(level, out number) ? number : throw Unknown("ou", item, level);
    }

    private ComboAxis Combos(bool isAttribute, string[] items) => new(
        isAttribute,
        items.Length == 0,
        Distinct(items.Select(i => keys.OptionCombos.TryGetValue(i, out var combo) ? combo : throw Unknown(isAttribute ? "ao" : "co", i, i))));

    private SetAxis Set(string uid, string[] items)
    {
        if (!keys.Dimensions.TryGetValue(uid, out var dimension))
            throw AnalyticsErrors.UnknownDimension(uid);
        if (items.Length == 0)
            return new SetAxis(dimension.Dimension, NotEmpty(uid, [.. dimension.Items]));
        return new SetAxis(dimension.Dimension, Distinct(items.Select(i =>
            dimension.Items.FirstOrDefault(x => x.Uid == i) ?? throw AnalyticsErrors.UnknownItem(uid, i))));
    }
}
