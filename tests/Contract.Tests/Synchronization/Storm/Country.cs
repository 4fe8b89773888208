using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>The country that nodes exchange data of: a region for each node that enters data, and one where all do.</summary>
internal static class Country
{
    public const string Root = "Country0000", DataSet = "DataSet0000", Text = "ElementText", Split = "ElementSplt", Local = "ElementOnly", SplitCombo = "ComboSplit0";

    /// <summary>Regions.</summary>
    public const string Common = "X";

    /// <summary>Numbers that are counted.</summary>
    public const int Elements = 10;

    /// <summary>Clinics of a region.</summary>
    public const int Units = 10;

    public static IReadOnlyList<string> Regions { get; } = ["A", "B", "C", Common];

    /// <summary>The whole document.</summary>
    public static string Metadata()
    {
        var units = new StringBuilder($$"""{"id":"{{Root}}","name":"Country","shortName":"Country","openingDate":"1950-01-01"}""");
        var places = Regions.SelectMany(r => Enumerable.Range(0, Units).Select(i => (Region: r, i))).ToList();
        foreach (var region in Regions)
            units.Append(CultureInfo.InvariantCulture, $$$""",{"id":"Region0000{{{region}}}","name":"Region {{{region}}}","shortName":"{{{region}}}","openingDate":"1950-01-01","parent":{"id":"{{{Root}}}"}}""");
        foreach (var (region, i) in places)
            units.Append(CultureInfo.InvariantCulture, $$$""",{"id":"{{{Unit(region, i)}}}","name":"{{{region}}} {{{i}}}","shortName":"{{{region}}} {{{i}}}","openingDate":"1950-01-01","parent":{"id":"Region0000{{{region}}}"}}""");
        var elements = Enumerable.Range(0, Elements).Select(i => DataElement(Element(i), "INTEGER", "bjDvmb4bfuf"))
            .Append(DataElement(Text, "LONG_TEXT", "bjDvmb4bfuf")).Append(DataElement(Split, "INTEGER", SplitCombo));
        var members = Enumerable.Range(0, Elements).Select(Element).Append(Text).Append(Split);
        return $$"""
            {"organisationUnits":[{{units}}],
             "categoryOptions":[{"id":"OptionMale0","name":"Male","shortName":"Male"},{"id":"OptionFemal","name":"Female","shortName":"Female"}],
             "categories":[{"id":"CategorySex","name":"Sex","shortName":"Sex","dataDimensionType":"DISAGGREGATION","categoryOptions":[{"id":"OptionMale0"},{"id":"OptionFemal"}]}],
             "categoryCombos":[{"id":"{{SplitCombo}}","name":"Sex","dataDimensionType":"DISAGGREGATION","categories":[{"id":"CategorySex"}]}],
             "dataElements":[{{string.Join(',', elements)}}],
             "dataSets":[{"id":"{{DataSet}}","name":"Monthly","shortName":"Monthly","periodType":"Monthly","categoryCombo":{"id":"bjDvmb4bfuf"},
               "dataSetElements":[{{string.Join(',', members.Select(m => $$$"""{"dataElement":{"id":"{{{m}}}"},"dataSet":{"id":"{{{DataSet}}}"}}"""))}}],
               "organisationUnits":[{{string.Join(',', places.Select(p => $$"""{"id":"{{Unit(p.Region, p.i)}}"}"""))}}]}]}
            """;
    }

    /// <summary>A document with a data element that only one node has at first.</summary>
    public static string LocalMetadata => $$"""{"dataElements":[{{DataElement(Local, "INTEGER", "bjDvmb4bfuf")}}]}""";

    /// <summary>Category option combos of the data element that has some: the node that makes them names them.</summary>
    public static async Task<IReadOnlyList<string>> CombosAsync(Site site)
    {
        using var document = JsonDocument.Parse(await site.Http.GetStringAsync("/api/metadata?categoryOptionCombos=true", TestContext.Current.CancellationToken));
        return [.. document.RootElement.GetProperty("categoryOptionCombos").EnumerateArray()
            .Where(c => c.GetProperty("categoryCombo").GetProperty("id").GetString() == SplitCombo).Select(c => c.GetProperty("id").GetString()!)];
    }

    public static string Unit(string region, int i) => string.Create(CultureInfo.InvariantCulture, $"Unit{region}{i:000000}");

    public static string Element(int i) => string.Create(CultureInfo.InvariantCulture, $"Element{i:0000}");

    /// <summary>All values, deleted ones too.</summary>
    public const string Values = $"/api/dataValueSets?dataSet={DataSet}&dataElement={Local}&orgUnit={Root}&children=true&startDate=1900-01-01&endDate=2300-01-01&includeDeleted=true";

    /// <summary>All registrations.</summary>
    public const string Registrations = $"/api/completeDataSetRegistrations?dataSet={DataSet}&orgUnit={Root}&children=true&startDate=1900-01-01&endDate=2300-01-01";

    private static string DataElement(string uid, string type, string combo) => $$$"""
        {"id":"{{{uid}}}","name":"{{{uid}}}","shortName":"{{{uid}}}","valueType":"{{{type}}}","domainType":"AGGREGATE","aggregationType":"{{{(type == "INTEGER" ? "SUM" : "NONE")}}}","zeroIsSignificant":true,"categoryCombo":{"id":"{{{combo}}}"}}
        """;
}
