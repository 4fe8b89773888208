using static Dhis2Grpc.Server.Metadata.Model.Define;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Attributes, relationship types, reports, documents, and the jobs of other servers.</summary>
internal static class SystemTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("attributes", "attribute.Attribute", 100, "attribute") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties =
            [
                ShortName, Description, Choice("valueType", Choices.ValueTypes), Flag("mandatory"), Flag("unique", column: "isunique"), Integer("sortOrder"),
                .. Assigned.Select(type => Flag($"{type}Attribute")),
            ],
            References = [One("optionSet", "optionSets", "optionsetid")],
        },
        Type("relationshipTypes", "relationship.RelationshipType", 1470, "relationshiptype") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Description, Flag("bidirectional"), Text("fromToName"), Text("toFromName"), Flag("referral")],
            Parts = [Constraint("fromConstraint", "from_relationshipconstraintid"), Constraint("toConstraint", "to_relationshipconstraintid")],
        },
        Type("reports", "report.Report", 1990, "report") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties =
            [
                Text("type"), Text("designContent"), Json("relativePeriods"), Text("cacheStrategy"),
                new("reportParams.reportingPeriod", PropertyKind.Boolean, "paramreportingmonth") { Older = "reportParams.paramReportingMonth" },
                new("reportParams.organisationUnit", PropertyKind.Boolean, "paramorganisationunit") { Older = "reportParams.paramOrganisationUnit" },
            ],
            References = [One("visualization", "visualizations", "visualizationid")],
        },
        Type("documents", "document.Document", 2000, "document") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Text("url"), Flag("external"), Flag("attachment"), Text("contentType")],
        },
        Type("jobConfigurations", "scheduling.JobConfiguration", 2100, "jobconfiguration") with
        {
            Properties =
            [
                Text("jobType"), Text("jobStatus"), Text("cronExpression"), Integer("delay"), Flag("enabled", "true"),
                Json("jobParameters", "jsonbjobparameters"), Time("lastExecuted"), Text("lastExecutedStatus"), Text("lastRuntimeExecution"),
            ],
        },
    ];

    private static string[] Assigned =>
    [
        "dataElement", "dataElementGroup", "dataElementGroupSet", "indicator", "indicatorGroup", "dataSet", "organisationUnit", "organisationUnitGroup",
        "organisationUnitGroupSet", "user", "userGroup", "program", "programStage", "programIndicator", "trackedEntityType", "trackedEntityAttribute",
        "category", "categoryOption", "categoryOptionGroup", "categoryOptionGroupSet", "categoryOptionCombo", "document", "option", "optionSet", "constant",
        "legendSet", "sqlView", "section", "validationRule", "validationRuleGroup", "relationshipType",
    ];

    private static Property Time(string name) => new(name, PropertyKind.Time, name.ToLowerInvariant());

    // What may stand at one end of a relationship.
    private static Part Constraint(string path, string column) => new(path, "relationshipconstraint")
    {
        Key = "relationshipconstraintid",
        OwnerColumn = column,
        Properties = [Text("relationshipEntity", "entity"), Json("trackerDataView", "dataview")],
        References =
        [
            new("trackedEntityType", "trackedEntityTypes", "trackedentitytypeid"), new("program", "programs", "programid"),
            new("programStage", "programStages", "programstageid"),
        ],
    };
}
