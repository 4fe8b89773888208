using System.Globalization;

namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>A value of the sample country.</summary>
internal readonly record struct SampleValue(
    SampleElement Element, SamplePeriod Period, OrgUnit Unit, SampleCombo Combo, string Value);

/// <summary>The values of the sample country, one report after the other. Facilities miss reports, diseases follow the
/// rains, numbers grow with the years, and zeros are not sent.</summary>
internal sealed class SampleValues(SampleCountry country)
{
    private static readonly SampleDataSet[] Monthly = [SampleDataSet.Outpatient, SampleDataSet.MotherAndChild];

    private readonly SampleElement[][] _forms =
        [.. Enum.GetValues<SampleDataSet>().Select(d => country.Elements.Where(e => e.DataSet == d).ToArray())];

    /// <summary>Reports that are written, those that are missing included; what progress counts.</summary>
    public int ReportCount =>
        (Monthly.Sum(Facilities) * country.Months.Count) + (Facilities(SampleDataSet.Facility) * country.Quarters.Count);

    /// <summary>All values; calls back after each report.</summary>
    public IEnumerable<SampleValue> All(Action? reported = null)
    {
        foreach (var month in country.Months)
        {
            foreach (var dataSet in Monthly)
            {
                foreach (var value in Form(dataSet, month, reported))
                    yield return value;
            }
        }

        foreach (var quarter in country.Quarters)
        {
            foreach (var value in Form(SampleDataSet.Facility, quarter, reported))
                yield return value;
        }
    }

    /// <summary>Writes all values as one dataValueSets document.</summary>
    public async Task WriteAsync(Stream stream, Action? reported, CancellationToken cancellationToken)
    {
        await using var document = new JsonDocumentWriter(stream);
        var json = document.Json;
        json.WriteStartObject();
        json.WriteStartArray("dataValues");
        foreach (var value in All(reported))
        {
            json.WriteStartObject();
            json.WriteString("dataElement", value.Element.Uid);
            json.WriteString("period", value.Period.Iso);
            json.WriteString("orgUnit", value.Unit.Uid);
            json.WriteString("categoryOptionCombo", value.Combo.Uid);
            json.WriteString("value", value.Value);
            json.WriteString("storedBy", "sample");
            json.WriteEndObject();
            await document.AdvanceAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await document.EndAsync(cancellationToken);
    }

    private int Facilities(SampleDataSet dataSet) => country.Units.Count(u => SampleCountry.Reports(u, dataSet));

    private IEnumerable<SampleValue> Form(SampleDataSet dataSet, SamplePeriod period, Action? reported)
    {
        foreach (var unit in country.Units)
        {
            if (!SampleCountry.Reports(unit, dataSet))
                continue;
            var random = new Seeded(0);
            random = Seeded.Of(country.Seed, "report", (((long)unit.Number * 1_000) + period.Number) * 4 + (int)dataSet);
            if (random.Unit() < ReportingRate(unit, period))
            {
                foreach (var element in _forms[(int)dataSet])
                {
                    if (element.Tier > unit.Tier)
                        continue;
                    var total = Total(element, unit, period);
                    foreach (var combo in country.Combos[element.By])
                    {
                        if (Value(element, total * combo.Share, ref random) is { } value)
                            yield return new(element, period, unit, combo, value);
                    }
                }
            }

            reported?.Invoke();
        }
    }

    private static double ReportingRate(OrgUnit unit, SamplePeriod period) =>
        (unit.Tier == FacilityTier.HealthPost ? 0.57 : 0.85) + (0.002 * period.Number);

    private static double Total(SampleElement element, OrgUnit unit, SamplePeriod period)
    {
        if (element.ValueType == "BOOLEAN" || element.Aggregation is "AVERAGE" or "COUNT")
            return element.Typical;
        var larger = Math.Pow(2.2, unit.Tier - element.Tier);
        if (element.Aggregation == "AVERAGE_SUM_ORG_UNIT")
            return element.Typical * unit.Size * larger;
        // Rains peak in March.
        var season = 1 + (element.Seasonal * Math.Cos((period.Start.Month - 3) * Math.PI / 6));
        var years = 1 + (0.05 * (period.Start.Year - 2000) / 10);
        return element.Typical * unit.Size * larger * season * years;
    }

    private static string? Value(SampleElement element, double expected, ref Seeded random)
    {
        var drawn = random.Unit();
        if (element.ValueType == "BOOLEAN")
            return drawn < expected ? "true" : "false";
        var noise = element.Aggregation == "AVERAGE_SUM_ORG_UNIT" ? 1 : Math.Exp(0.25 * random.Normal());
        // Rounded up or down by chance, so that small expectations give some ones and many zeros.
        var value = (long)Math.Floor((expected * noise) + drawn);
        if (element.ValueType == "PERCENTAGE")
            value = Math.Min(100, value);
        return value > 0 ? value.ToString(CultureInfo.InvariantCulture) : null;
    }
}
