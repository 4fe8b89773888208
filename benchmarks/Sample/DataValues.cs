using System.Globalization;

namespace Dhis2Grpc.Benchmarks.Sample;

/// <summary>A data value by the sample's own ids.</summary>
internal readonly record struct DataValue(
    DataElement DataElement,
    Month Month,
    OrgUnit OrgUnit,
    CategoryOptionCombo Combo,
    CategoryOptionCombo AttributeCombo,
    string Value,
    DateTime LastUpdated,
    bool Deleted);

/// <summary>The data values of the sample country, in the order of months and facilities.</summary>
internal static class DataValues
{
    private static readonly string[] Words =
        ["stock out", "functional", "closed", "under repair", "n.a.", "visited", "other"];

    /// <summary>Values of the share of all cells (facility, month, data element, combo).</summary>
    public static IEnumerable<DataValue> Of(Country country, double share, int firstMonth = 0, int months = int.MaxValue)
    {
        var limit = (ulong)(share * ulong.MaxValue);
        var projects = country.CombosOf[4].ToArray();
        var noProject = country.CombosOf[1].First();
        var cells = country.DataElements
            .SelectMany(d => country.CombosOf[d.CategoryCombo].Select(c => (DataElement: d, Combo: c)))
            .ToArray();
        foreach (var month in country.Months.Skip(firstMonth).Take(months))
        {
            foreach (var facility in country.Facilities)
            {
                var reported = month.Start.AddMonths(1).ToDateTime(new TimeOnly(8, 0))
                    .AddSeconds(Dice.Roll(facility.Id, month.Id, 0, 0, 2) % 1_000_000);
                var entered = 0;
                foreach (var (element, combo) in cells)
                {
                    var roll = Dice.Roll(element.Id, month.Id, facility.Id, combo.Id, 1);
                    if (roll > limit)
                        continue;
                    var first = Dice.Mix(roll);
                    var second = Dice.Mix(first);
                    // One in a thousand is no number where one is expected; one in ten belongs to a project; one in
                    // a hundred is deleted.
                    var misfit = element.ValueType.StartsWith("INT", StringComparison.Ordinal) && second % 1000 == 0;
                    yield return new DataValue(
                        element,
                        month,
                        facility,
                        combo,
                        second % 100 < 90 ? noProject : projects[(int)((second >> 20) % 3)],
                        misfit ? "n/a" : Value(element, month, first),
                        reported.AddMilliseconds(entered++ * 7),
                        (second >> 8) % 100 == 0);
                }
            }
        }
    }

    private static string Value(DataElement element, Month month, ulong roll) => element.ValueType switch
    {
        "BOOLEAN" => (roll & 1) == 0 ? "true" : "false",
        "TRUE_ONLY" => "true",
        "TEXT" => Words[roll % 7],
        "DATE" => month.Start.AddDays((int)(roll % 28)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "NUMBER" => ((double)(roll % 100_000) / 10).ToString("0.#", CultureInfo.InvariantCulture),
        _ => ((long)(-Math.Log(1 - ((roll >> 11) / 9007199254740992.0)) * 40)).ToString(CultureInfo.InvariantCulture),
    };
}
