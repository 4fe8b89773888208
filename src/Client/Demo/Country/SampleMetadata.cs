using System.Text.Json;

namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>Writes the metadata of the sample country as a DHIS2 document.</summary>
internal sealed class SampleMetadata(SampleCountry country)
{
    private static readonly string[] LevelNames = ["Country", "Province", "District", "Facility"];
    private static readonly string[] Owners = ["Public", "Faith-based", "Private"];
    private static readonly FacilityTier[] Tiers = [FacilityTier.Hospital, FacilityTier.HealthCentre, FacilityTier.HealthPost];

    private static readonly (SampleDataSet DataSet, string Name, string ShortName, string PeriodType)[] DataSets =
    [
        (SampleDataSet.Outpatient, "Outpatient and diseases", "Outpatient", "Monthly"),
        (SampleDataSet.MotherAndChild, "Mother and child health", "MCH", "Monthly"),
        (SampleDataSet.Facility, "Staff, stock and buildings", "Facility", "Quarterly"),
    ];

    /// <summary>Writes the document.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var document = new JsonDocumentWriter(stream);
        var json = document.Json;
        json.WriteStartObject();
        WriteLevels(json);
        WriteCategories(json);
        await WriteUnitsAsync(document, cancellationToken);
        await WriteUnitGroupsAsync(document, cancellationToken);
        WriteElements(json);
        WriteElementGroups(json);
        await WriteDataSetsAsync(document, cancellationToken);
        json.WriteEndObject();
        await document.EndAsync(cancellationToken);
    }

    private string Uid(string kind, int number = 0) => Seeded.Uid(country.Seed, kind, number);

    private void WriteLevels(Utf8JsonWriter json)
    {
        json.WriteStartArray("organisationUnitLevels");
        for (var level = 1; level <= LevelNames.Length; level++)
        {
            Start(json, Uid("level", level), LevelNames[level - 1]);
            json.WriteNumber("level", level);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteCategories(Utf8JsonWriter json)
    {
        var categories = SampleCombos.Categories(country.Seed);
        json.WriteStartArray("categoryOptions");
        foreach (var option in categories.SelectMany(c => c.Options))
        {
            Start(json, option.Uid, option.Name, option.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("categories");
        foreach (var category in categories)
        {
            Start(json, category.Uid, category.Name, category.Name);
            json.WriteString("dataDimensionType", "DISAGGREGATION");
            json.WriteBoolean("dataDimension", true);
            References(json, "categoryOptions", category.Options.Select(o => o.Uid));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("categoryCombos");
        WriteCombo(Disaggregation.Sex, "Sex", [categories[0].Uid]);
        WriteCombo(Disaggregation.Age, "Age", [categories[1].Uid]);
        WriteCombo(Disaggregation.SexAndAge, "Sex and age", [categories[0].Uid, categories[1].Uid]);
        json.WriteEndArray();
        json.WriteStartArray("categoryOptionCombos");
        foreach (var (by, combos) in country.Combos.Where(c => c.Key != Disaggregation.Total))
        {
            foreach (var combo in combos)
            {
                Start(json, combo.Uid, combo.Name);
                Reference(json, "categoryCombo", SampleCombos.CategoryCombo(country.Seed, by));
                References(json, "categoryOptions", combo.OptionUids);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();

        void WriteCombo(Disaggregation by, string name, string[] members)
        {
            Start(json, SampleCombos.CategoryCombo(country.Seed, by), name);
            json.WriteString("dataDimensionType", "DISAGGREGATION");
            json.WriteBoolean("skipTotal", false);
            References(json, "categories", members);
            json.WriteEndObject();
        }
    }

    private async Task WriteUnitsAsync(JsonDocumentWriter document, CancellationToken cancellationToken)
    {
        document.Json.WriteStartArray("organisationUnits");
        foreach (var unit in country.Units)
        {
            Start(document.Json, unit.Uid, unit.Name, unit.Name);
            document.Json.WriteString("code", $"OU_{unit.Number}");
            document.Json.WriteString("openingDate", "1995-01-01");
            if (unit.ParentUid is not null)
                Reference(document.Json, "parent", unit.ParentUid);
            document.Json.WriteEndObject();
            await document.AdvanceAsync(cancellationToken);
        }

        document.Json.WriteEndArray();
    }

    private async Task WriteUnitGroupsAsync(JsonDocumentWriter document, CancellationToken cancellationToken)
    {
        var facilities = country.Units.Where(u => u.Level == 4).ToList();
        (string Set, (string Name, Func<OrgUnit, bool> Has)[] Groups)[] sets =
        [
            ("Facility type", [.. Tiers.Select(t => (Plural(t), (Func<OrgUnit, bool>)(u => u.Tier == t)))]),
            ("Facility ownership", [.. Owners.Select((o, i) => (o, (Func<OrgUnit, bool>)(u => u.Ownership == i)))]),
            ("Area", [("Urban", u => u.Urban), ("Rural", u => !u.Urban)]),
        ];
        var json = document.Json;
        json.WriteStartArray("organisationUnitGroups");
        foreach (var group in sets.SelectMany(s => s.Groups))
        {
            Start(json, Uid("unit group " + group.Name), group.Name, group.Name);
            References(json, "organisationUnits", facilities.Where(group.Has).Select(u => u.Uid));
            json.WriteEndObject();
            await document.AdvanceAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteStartArray("organisationUnitGroupSets");
        foreach (var (set, groups) in sets)
        {
            Start(json, Uid("unit group set " + set), set, set);
            json.WriteBoolean("compulsory", true);
            json.WriteBoolean("dataDimension", true);
            References(json, "organisationUnitGroups", groups.Select(g => Uid("unit group " + g.Name)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteElements(Utf8JsonWriter json)
    {
        json.WriteStartArray("dataElements");
        foreach (var element in country.Elements)
        {
            Start(json, element.Uid, element.Name, element.ShortName);
            json.WriteString("code", $"DE_{element.Number + 1:000}");
            json.WriteString("domainType", "AGGREGATE");
            json.WriteString("valueType", element.ValueType);
            json.WriteString("aggregationType", element.Aggregation);
            json.WriteBoolean("zeroIsSignificant", false);
            Reference(json, "categoryCombo", SampleCombos.CategoryCombo(country.Seed, element.By));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteElementGroups(Utf8JsonWriter json)
    {
        var groups = country.Elements.GroupBy(e => e.Group).ToList();
        json.WriteStartArray("dataElementGroups");
        foreach (var group in groups)
        {
            Start(json, Uid("element group " + group.Key), group.Key, group.Key);
            References(json, "dataElements", group.Select(e => e.Uid));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("dataElementGroupSets");
        Start(json, Uid("element group set"), "Programme", "Programme");
        json.WriteBoolean("compulsory", true);
        json.WriteBoolean("dataDimension", true);
        References(json, "dataElementGroups", groups.Select(g => Uid("element group " + g.Key)));
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private async Task WriteDataSetsAsync(JsonDocumentWriter document, CancellationToken cancellationToken)
    {
        var json = document.Json;
        json.WriteStartArray("dataSets");
        foreach (var (dataSet, name, shortName, periodType) in DataSets)
        {
            Start(json, country.UidOf(dataSet), name, shortName);
            json.WriteString("periodType", periodType);
            json.WriteNumber("timelyDays", 15);
            Reference(json, "categoryCombo", SampleCombos.DefaultCategoryCombo);
            json.WriteStartArray("dataSetElements");
            foreach (var element in country.Elements.Where(e => e.DataSet == dataSet))
            {
                json.WriteStartObject();
                Reference(json, "dataElement", element.Uid);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            References(json, "organisationUnits", country.Units.Where(u => SampleCountry.Reports(u, dataSet)).Select(u => u.Uid));
            json.WriteEndObject();
            await document.AdvanceAsync(cancellationToken);
        }

        json.WriteEndArray();
    }

    private static string Plural(FacilityTier tier) => tier switch
    {
        FacilityTier.Hospital => "Hospitals",
        FacilityTier.HealthCentre => "Health centres",
        _ => "Health posts",
    };

    private static void Start(Utf8JsonWriter json, string uid, string name, string? shortName = null)
    {
        json.WriteStartObject();
        json.WriteString("id", uid);
        json.WriteString("name", name);
        if (shortName is not null)
            json.WriteString("shortName", shortName);
    }

    private static void Reference(Utf8JsonWriter json, string member, string uid)
    {
        json.WriteStartObject(member);
        json.WriteString("id", uid);
        json.WriteEndObject();
    }

    private static void References(Utf8JsonWriter json, string member, IEnumerable<string> uids)
    {
        json.WriteStartArray(member);
        foreach (var uid in uids)
        {
            json.WriteStartObject();
            json.WriteString("id", uid);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
