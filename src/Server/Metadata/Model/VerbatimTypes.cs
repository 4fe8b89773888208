namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>The types that are kept as JSON only, with the references that DHIS2 checks in them. Types that are not
/// listed are kept as well.</summary>
internal static class VerbatimTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("attributes", "attribute.Attribute", 100),
        Type("userRoles", "user.UserRole", 101),
        Type("users", "user.User", 102),
        Type("userGroups", "user.UserGroup", 103),
        Type("constants", "constant.Constant", 1030),
        Type("options", "option.Option", 1040, One("optionSet", "optionSets")),
        Type("optionSets", "option.OptionSet", 1050, One("options[]", "options")),
        Type("optionGroups", "option.OptionGroup", 1060, One("options[]", "options"), One("optionSet", "optionSets")),
        Type("optionGroupSets", "option.OptionGroupSet", 1070, One("optionGroups[]", "optionGroups")),
        Type("legendSets", "legend.LegendSet", 1080),
        Type("dataEntryForms", "dataset.DataEntryForm", 1300),
        Type("sections", "dataset.Section", 1320, One("dataSet", "dataSets"), One("dataElements[]", "dataElements"), One("indicators[]", "indicators")),
        Type("dataApprovalLevels", "dataapproval.DataApprovalLevel", 1330),
        Type("dataApprovalWorkflows", "dataapproval.DataApprovalWorkflow", 1340),
        Type("predictors", "predictor.Predictor", 1370, One("output", "dataElements"), One("outputCombo", "categoryOptionCombos"),
            Some("organisationUnitLevels[]", "organisationUnitLevels")),
        Type("predictorGroups", "predictor.PredictorGroup", 1380, One("predictors[]", "predictors")),
        Type("validationRules", "validation.ValidationRule", 1390),
        Type("validationRuleGroups", "validation.ValidationRuleGroup", 1400, One("validationRules[]", "validationRules")),
        Type("validationNotificationTemplates", "validation.notification.ValidationNotificationTemplate", 1410, One("validationRules[]", "validationRules")),
        Type("trackedEntityAttributes", "trackedentity.TrackedEntityAttribute", 1450, One("optionSet", "optionSets"), One("legendSets[]", "legendSets")),
        Type("trackedEntityTypes", "trackedentity.TrackedEntityType", 1460, One("trackedEntityTypeAttributes[].trackedEntityAttribute", "trackedEntityAttributes")),
        Type("relationshipTypes", "relationship.RelationshipType", 1470),
        Type("programNotificationTemplates", "program.notification.ProgramNotificationTemplate", 1480),
        Type("programStageDataElements", "program.ProgramStageDataElement", 1490, One("dataElement", "dataElements")),
        Type("programStageSections", "program.ProgramStageSection", 1500, One("programStage", "programStages"), One("dataElements[]", "dataElements")),
        Type("programStages", "program.ProgramStage", 1510, One("program", "programs"), One("programStageDataElements[].dataElement", "dataElements")),
        Type("programTrackedEntityAttributes", "program.ProgramTrackedEntityAttribute", 1515, One("trackedEntityAttribute", "trackedEntityAttributes")),
        Type("programSections", "program.ProgramSection", 1517, One("program", "programs")),
        Type("programs", "program.Program", 1520, One("categoryCombo", "categoryCombos"), One("trackedEntityType", "trackedEntityTypes"),
            One("programTrackedEntityAttributes[].trackedEntityAttribute", "trackedEntityAttributes"), Some("organisationUnits[]", "organisationUnits")),
        Type("programIndicators", "program.ProgramIndicator", 1530, One("program", "programs")),
        Type("programIndicatorGroups", "program.ProgramIndicatorGroup", 1540, One("programIndicators[]", "programIndicators")),
        Type("programRuleVariables", "programrule.ProgramRuleVariable", 1550, One("program", "programs"), One("dataElement", "dataElements"),
            One("trackedEntityAttribute", "trackedEntityAttributes")),
        Type("programRules", "programrule.ProgramRule", 1560, One("program", "programs")),
        Type("programRuleActions", "programrule.ProgramRuleAction", 1570, One("programRule", "programRules"), One("dataElement", "dataElements"),
            One("trackedEntityAttribute", "trackedEntityAttributes")),
        Type("visualizations", "visualization.Visualization", 1900, Some("organisationUnits[]", "organisationUnits")),
        Type("eventVisualizations", "eventvisualization.EventVisualization", 1910),
        Type("eventReports", "eventreport.EventReport", 1920),
        Type("eventCharts", "eventchart.EventChart", 1930),
        Type("reportTables", "reporttable.ReportTable", 1940),
        Type("charts", "chart.Chart", 1950),
        Type("mapViews", "mapping.MapView", 1960),
        Type("maps", "mapping.Map", 1970),
        Type("externalMapLayers", "mapping.ExternalMapLayer", 1980),
        Type("reports", "report.Report", 1990),
        Type("documents", "document.Document", 2000),
        Type("sqlViews", "sqlview.SqlView", 2010),
        Type("interpretations", "interpretation.Interpretation", 2020),
        Type("icons", "icon.Icon", 2030),
        Type("aggregateDataExchanges", "dataexchange.aggregate.AggregateDataExchange", 2040),
        Type("jobConfigurations", "scheduling.JobConfiguration", 2100),
        Type("pushAnalysis", "pushanalysis.PushAnalysis", 3600),
        Type("dashboards", "dashboard.Dashboard", 3500),
    ];

    private static MetadataType Type(string collection, string @class, int rank, params Reference[] references) =>
        new(collection, $"org.hisp.dhis.{@class}", rank) { References = references };

    private static Reference One(string path, string target) => new(path, target);

    private static Reference Some(string path, string target) => new(path, target) { Soft = true };
}
