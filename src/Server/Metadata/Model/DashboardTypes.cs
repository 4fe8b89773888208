using static Dhis2Grpc.Server.Metadata.Model.Define;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Visualizations, dashboards and push analyses.</summary>
internal static class DashboardTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("visualizations", "visualization.Visualization", 1900, "visualization") with
        {
            NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                Description, Text("type"), Text("title"), Text("subtitle"), Text("domainAxisLabel"), Text("rangeAxisLabel"), Text("aggregationType"),
                Flag("hideTitle"), Flag("hideSubtitle"), Flag("hideLegend"), Flag("hideEmptyRows"), Flag("hideEmptyColumns"), Text("hideEmptyRowItems"),
                Flag("percentStackedValues"), Flag("cumulativeValues"), Flag("showData"), Flag("showHierarchy"), Flag("showDimensionLabels"),
                Flag("skipRounding"), Flag("completedOnly"), Flag("colTotals"), Flag("rowTotals"), Flag("colSubTotals"), Flag("rowSubTotals"),
                Flag("noSpaceBetweenColumns"), Text("regressionType"), Number("targetLineValue"), Text("targetLineLabel"), Number("baseLineValue"),
                Text("baseLineLabel"), Number("rangeAxisMaxValue"), Number("rangeAxisMinValue"), Integer("rangeAxisSteps"), Integer("rangeAxisDecimals"),
                Integer("sortOrder"), Integer("topLimit"), Text("digitGroupSeparator"), Text("displayDensity"), Text("fontSize"), Text("numberType"),
                Text("measureCriteria"), Flag("userOrganisationUnit"), Flag("userOrganisationUnitChildren"), Flag("userOrganisationUnitGrandChildren"),
                Text("legendDisplayStyle"), Text("legendDisplayStrategy"), Json("relativePeriods"),
            ],
            References =
            [
                One("legendSet", "legendSets", "legendsetid"),
                Many("organisationUnits[]", "organisationUnits", "visualization_organisationunits", "visualizationid", "organisationunitid", 0) with { Soft = true },
                Many("itemOrganisationUnitGroups[]", "organisationUnitGroups", "visualization_itemorgunitgroups", "visualizationid", "orgunitgroupid", 0) with { Soft = true },
            ],
            Parts =
            [
                Values("columnDimensions[]", "visualization_columns", "visualizationid", Text("dimension"), 0),
                Values("rowDimensions[]", "visualization_rows", "visualizationid", Text("dimension"), 0),
                Values("filterDimensions[]", "visualization_filters", "visualizationid", Text("dimension"), 0),
                Values("organisationUnitLevels[]", "visualization_orgunitlevels", "visualizationid", Integer("orgUnitLevel"), 0),
                new("periods[]", "visualization_periods")
                {
                    Owner = "visualizationid", First = 0, Properties = [new("id", PropertyKind.Period, "periodid") { Required = true }],
                },
                new("dataDimensionItems[]", "datadimensionitem")
                {
                    Key = "datadimensionitemid", Link = new Link("visualization_datadimensionitems", "visualizationid", "datadimensionitemid", 0),
                    Properties = [Text("reportingRate.metric", "metric")],
                    References =
                    [
                        new("indicator", "indicators", "indicatorid"), new("dataElement", "dataElements", "dataelementid"),
                        new("dataElementOperand.dataElement", "dataElements", "dataelementoperand_dataelementid"),
                        new("dataElementOperand.categoryOptionCombo", "categoryOptionCombos", "dataelementoperand_categoryoptioncomboid"),
                        new("reportingRate.dataSet", "dataSets", "datasetid"), new("programIndicator", "programIndicators", "programindicatorid"),
                        new("programDataElement.program", "programs", "programdataelement_programid"),
                        new("programDataElement.dataElement", "dataElements", "programdataelement_dataelementid"),
                        new("programAttribute.program", "programs", "programattribute_programid"),
                        new("programAttribute.attribute", "trackedEntityAttributes", "programattribute_attributeid"),
                    ],
                },
            ],
        },
        Type("eventVisualizations", "eventvisualization.EventVisualization", 1910, "eventvisualization") with
        {
            Properties = [Description, Text("title"), Text("type")], References = Event,
        },
        Type("eventReports", "eventreport.EventReport", 1920, "eventreport") with { Properties = [Description, Text("title")], References = Event },
        Type("eventCharts", "eventchart.EventChart", 1930, "eventchart") with
        {
            Properties = [Description, Text("title"), Text("type")], References = Event,
        },
        Type("maps", "mapping.Map", 1970, "map") with
        {
            Properties = [Description, Text("title"), Number("longitude"), Number("latitude"), Integer("zoom"), Text("basemap")],
        },
        Type("sqlViews", "sqlview.SqlView", 2010, "sqlview") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Description, Text("sqlQuery") with { Required = true }, Text("type"), Text("cacheStrategy")],
        },
        Type("dashboards", "dashboard.Dashboard", 3500, "dashboard") with
        {
            NameRequired = true, Unique = CodeOnly,
            Properties = [Description, Json("layout"), Json("itemConfig"), Flag("restrictFilters")],
            Parts =
            [
                new("dashboardItems[]", "dashboarditem")
                {
                    Key = "dashboarditemid", Link = new Link("dashboard_items", "dashboardid", "dashboarditemid", 0),
                    Properties =
                    [
                        Text("id", "uid"), Text("text", "textcontent"), Flag("messages"), Text("appKey"), Text("shape"), Integer("x"), Integer("y"),
                        Integer("height"), Integer("width"),
                    ],
                    References =
                    [
                        new("visualization", "visualizations", "visualizationid"), new("map", "maps", "mapid"),
                        new("eventChart", "eventCharts", "eventchartid"), new("eventReport", "eventReports", "eventreport"),
                        new("eventVisualization", "eventVisualizations", "eventvisualizationid"),
                    ],
                },
            ],
        },
        Type("pushAnalysis", "pushanalysis.PushAnalysis", 3600, "pushanalysis") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Text("title"), Text("message"), Flag("enabled")],
            References =
            [
                One("dashboard", "dashboards", "dashboard") with { Required = true },
                Many("recipientUserGroups[]", "userGroups", "pushanalysisrecipientusergroups", "usergroupid", "elt"),
            ],
        },
    ];

    private static Reference[] Event => [One("program", "programs", "programid"), One("programStage", "programStages", "programstageid")];
}
