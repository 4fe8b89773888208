namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>The types that are kept as JSON only, with the references that DHIS2 checks in them. Types that are not
/// listed are kept as well.</summary>
internal static class VerbatimTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("programStageDataElements", "program.ProgramStageDataElement", 1490, One("dataElement", "dataElements"),
            One("programStage", "programStages") with { Owned = true }),
        Type("programTrackedEntityAttributes", "program.ProgramTrackedEntityAttribute", 1515, One("trackedEntityAttribute", "trackedEntityAttributes"),
            One("program", "programs") with { Owned = true }),
        Type("reportTables", "reporttable.ReportTable", 1940),
        Type("charts", "chart.Chart", 1950),
        Type("mapViews", "mapping.MapView", 1960) with { Properties = [Color("colorLow"), Color("colorHigh")] },
        Type("externalMapLayers", "mapping.ExternalMapLayer", 1980),
        Type("interpretations", "interpretation.Interpretation", 2020),
        Type("icons", "icon.Icon", 2030),
        Type("aggregateDataExchanges", "dataexchange.aggregate.AggregateDataExchange", 2040),
    ];

    private static MetadataType Type(string collection, string @class, int rank, params Reference[] references) =>
        new(collection, $"org.hisp.dhis.{@class}", rank) { References = references };

    private static Property Color(string name) => new(name, PropertyKind.Text, null) { Format = TextFormat.Color };

    private static Reference One(string path, string target) => new(path, target);
}
