using System.Globalization;
using System.Text;

namespace Contract.Tests.Crash;

/// <summary>The country of the crash tests: three regions with clinics, and the data elements of all of them.</summary>
internal static class SampleDocuments
{
    /// <summary>Clinics of each region.</summary>
    public const int Units = 20;

    /// <summary>Data elements.</summary>
    public const int Elements = 50;

    /// <summary>Values of a region and period.</summary>
    public const int Cells = Units * Elements;

    /// <summary>The group of all data elements.</summary>
    public const string Group = "AllElements";

    /// <summary>Regions: one whose values never change, and one for each face.</summary>
    public const string Quiet = "Q", Rest = "R", Grpc = "G";

    /// <summary>UID of a region.</summary>
    public static string Region(string region) => $"Region0000{region}";

    /// <summary>Org units, data elements and their group.</summary>
    public static string Metadata()
    {
        var units = new StringBuilder("""{"id":"Country0000","name":"Country","shortName":"Country","openingDate":"1990-01-01"}""");
        foreach (var region in new[] { Quiet, Rest, Grpc })
        {
            units.Append(CultureInfo.InvariantCulture, $$$""",{"id":"{{{Region(region)}}}","name":"{{{region}}}","shortName":"{{{region}}}","openingDate":"1990-01-01","parent":{"id":"Country0000"}}""");
            for (var i = 0; i < Units; i++)
            {
                units.Append(CultureInfo.InvariantCulture, $$$""",{"id":"{{{Unit(region, i)}}}","name":"{{{region}}} {{{i}}}","shortName":"{{{region}}} {{{i}}}","openingDate":"1990-01-01","parent":{"id":"{{{Region(region)}}}"}}""");
            }
        }

        var elements = Enumerable.Range(0, Elements).Select(i => DataElement(Element(i), $"Element {i}"));
        var members = Enumerable.Range(0, Elements).Select(i => $$"""{"id":"{{Element(i)}}"}""");
        return $$"""
            {"organisationUnits":[{{units}}],"dataElements":[{{string.Join(',', elements)}}],
             "dataElementGroups":[{"id":"{{Group}}","name":"All","shortName":"All","dataElements":[{{string.Join(',', members)}}]}]}
            """;
    }

    /// <summary>A data element.</summary>
    public static string DataElement(string uid, string name) => $$$"""
        {"id":"{{{uid}}}","name":"{{{name}}}","shortName":"{{{name}}}","valueType":"INTEGER","domainType":"AGGREGATE","aggregationType":"SUM","zeroIsSignificant":true,"categoryCombo":{"id":"bjDvmb4bfuf"}}
        """;

    /// <summary>A document with a value in each cell of the periods.</summary>
    public static string Values(string region, IEnumerable<string> periods, string value)
    {
        var text = new StringBuilder("{\"dataValues\":[");
        foreach (var period in periods)
        {
            for (var cell = 0; cell < Cells; cell++)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $$"""{"dataElement":"{{Element(cell % Elements)}}","period":"{{period}}","orgUnit":"{{Unit(region, cell / Elements)}}","value":"{{value}}"},""");
            }
        }

        text.Length--;
        return text.Append("]}").ToString();
    }

    private static string Unit(string region, int i) => string.Create(CultureInfo.InvariantCulture, $"Unit{region}{i:000000}");

    private static string Element(int i) => string.Create(CultureInfo.InvariantCulture, $"Element{i:0000}");
}
