using static Dhis2Grpc.Server.Metadata.Model.Define;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Programs, their stages, and tracked entities.</summary>
internal static class ProgramTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("trackedEntityAttributes", "trackedentity.TrackedEntityAttribute", 1450, "trackedentityattribute") with
        {
            NameRequired = true, Unique = ["code", "name", "shortName"],
            Properties =
            [
                ShortName with { Required = true }, Description, Text("formName"), Choice("valueType", Choices.ValueTypes) with { Required = true },
                Choice("aggregationType", Choices.AggregationTypes) with { Default = "'NONE'" }, Flag("confidential"), Flag("unique", column: "uniquefield"),
                Flag("orgunitScope"), Flag("generated"), Text("pattern"), Flag("skipSynchronization"), Flag("displayOnVisitSchedule"),
                Flag("displayInListNoProgram"), Flag("inherit"), Text("fieldMask"), Json("style"),
            ],
            References =
            [
                One("optionSet", "optionSets", "optionsetid"),
                LegendSets("trackedentityattributelegendsets", "trackedentityattributeid"),
            ],
        },
        Type("trackedEntityTypes", "trackedentity.TrackedEntityType", 1460, "trackedentitytype") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties =
            [
                Description, Text("formName"), Json("style"), Integer("maxTeiCountToReturn"), Integer("minAttributesRequiredToSearch"),
                Flag("allowAuditLog"), Text("featureType"),
            ],
            Parts =
            [
                new("trackedEntityTypeAttributes[]", "trackedentitytypeattribute")
                {
                    Key = "trackedentitytypeattributeid", Owner = "trackedentitytypeid", First = 1,
                    Properties = [Text("id", "uid"), Flag("displayInList"), Flag("mandatory"), Flag("searchable")],
                    References = [new("trackedEntityAttribute", "trackedEntityAttributes", "trackedentityattributeid") { Required = true, Unique = true }],
                },
            ],
        },
        Type("programNotificationTemplates", "program.notification.ProgramNotificationTemplate", 1480, "programnotificationtemplate") with
        {
            Properties =
            [
                Text("subjectTemplate") with { MaxLength = 100 }, Text("messageTemplate"), Text("notificationTrigger"),
                Text("notificationRecipient", "notificationrecipienttype"), Integer("relativeScheduledDays"), Flag("notifyUsersInHierarchyOnly"),
                Flag("notifyParentOrganisationUnitOnly"), Flag("sendRepeatable"),
            ],
            References =
            [
                One("recipientUserGroup", "userGroups", "usergroupid"), One("recipientProgramAttribute", "trackedEntityAttributes", "trackedentityattributeid"),
                One("recipientDataElement", "dataElements", "dataelementid"),
            ],
            Parts =
            [
                Values("deliveryChannels[]", "programnotificationtemplate_deliverychannel", "programnotificationtemplatedeliverychannelid", Text("deliveryChannel")),
            ],
        },
        Type("programStageSections", "program.ProgramStageSection", 1500, "programstagesection") with
        {
            Properties = [Description, Text("formName"), Integer("sortOrder")],
            References =
            [
                One("programStage", "programStages", "programstageid") with { Owned = true },
                Many("dataElements[]", "dataElements", "programstagesection_dataelements", "programstagesectionid", "dataelementid", 0),
                Many("programIndicators[]", "programIndicators", "programstagesection_programindicators", "programstagesectionid", "programindicatorid", 0),
            ],
        },
        Type("programStages", "program.ProgramStage", 1510, "programstage") with
        {
            NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                Description, Text("formName"), Integer("minDaysFromStart") with { Default = "0" }, Flag("repeatable"), Integer("standardInterval"),
                Text("executionDateLabel"), Text("dueDateLabel"), Flag("autoGenerateEvent", "true"), Flag("displayGenerateEventBox", "true"),
                Flag("generatedByEnrollmentDate"), Flag("blockEntryForm"), Flag("remindCompleted"), Flag("allowGenerateNextVisit"),
                Flag("openAfterEnrollment"), Text("reportDateToUse"), Flag("preGenerateUID"), Json("style"), Flag("hideDueDate"),
                Integer("sortOrder", "sort_order"), Text("featureType"), PeriodType(), Text("validationStrategy") with { Default = "'ON_COMPLETE'" },
                Flag("enableUserAssignment"),
            ],
            References =
            [
                One("program", "programs", "programid") with { Owned = true }, One("dataEntryForm", "dataEntryForms", "dataentryformid"),
                One("nextScheduleDate", "dataElements", "nextscheduledateid"),
                new("notificationTemplates[]", "programNotificationTemplates") { Inverse = "programstageid" },
                new("programStageSections[]", "programStageSections") { Inverse = "programstageid" },
            ],
            Parts =
            [
                new("programStageDataElements[]", "programstagedataelement")
                {
                    Key = "programstagedataelementid", Owner = "programstageid", First = 1,
                    Collection = "programStageDataElements", CollectionOwner = "programStage",
                    Properties =
                    [
                        Text("id", "uid"), Flag("compulsory"), Flag("allowProvidedElsewhere"), Flag("displayInReports"), Flag("allowFutureDate"),
                        Flag("renderOptionsAsRadio"), Flag("skipSynchronization"), Flag("skipAnalytics"),
                    ],
                    References = [new("dataElement", "dataElements", "dataelementid") { Required = true, Unique = true, Blocks = true }],
                },
            ],
        },
        Type("programSections", "program.ProgramSection", 1517, "programsection") with
        {
            Properties = [Description, Text("formName"), Integer("sortOrder")],
            References =
            [
                One("program", "programs", "programid") with { Owned = true },
                Many("trackedEntityAttributes[]", "trackedEntityAttributes", "programsection_attributes", "programsectionid", "trackedentityattributeid", 0),
            ],
        },
        Type("programs", "program.Program", 1520, "program") with
        {
            NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                ShortName, Description, Text("formName"), Integer("version"), Text("enrollmentDateLabel"), Text("incidentDateLabel"),
                Choice("programType", Choices.ProgramTypes, "type") with { Required = true }, Flag("displayIncidentDate", "true"), Flag("onlyEnrollOnce"),
                Flag("skipOffline"), Flag("displayFrontPageList"), Flag("useFirstStageDuringRegistration"), Integer("expiryDays"),
                Integer("completeEventsExpiryDays"), Integer("openDaysAfterCoEndDate") with { Default = "0" }, Integer("minAttributesRequiredToSearch"),
                Integer("maxTeiCountToReturn"), Text("accessLevel"), Flag("selectEnrollmentDatesInFuture"), Flag("selectIncidentDatesInFuture"),
                Flag("ignoreOverdueEvents"), Text("featureType"), Json("style"), PeriodType("expiryPeriodType", "expiryperiodtypeid"),
            ],
            References =
            [
                One("categoryCombo", "categoryCombos", "categorycomboid") with { Default = DefaultObjects.CategoryCombo },
                One("trackedEntityType", "trackedEntityTypes", "trackedentitytypeid"), One("dataEntryForm", "dataEntryForms", "dataentryformid"),
                One("relatedProgram", "programs", "relatedprogramid"), One("workflow", "dataApprovalWorkflows", "workflowid"),
                Many("organisationUnits[]", "organisationUnits", "program_organisationunits", "programid", "organisationunitid") with { Soft = true },
                new("programStages[]", "programStages") { Inverse = "programid" }, new("programSections[]", "programSections") { Inverse = "programid" },
                new("notificationTemplates[]", "programNotificationTemplates") { Inverse = "programid" },
            ],
            Parts =
            [
                new("programTrackedEntityAttributes[]", "program_attributes")
                {
                    Key = "programtrackedentityattributeid", Owner = "programid", First = 1,
                    Collection = "programTrackedEntityAttributes", CollectionOwner = "program",
                    Properties =
                    [
                        Text("id", "uid"), Flag("displayInList"), Flag("mandatory"), Flag("allowFutureDate"), Flag("searchable"), Flag("renderOptionsAsRadio"),
                    ],
                    References = [new("trackedEntityAttribute", "trackedEntityAttributes", "trackedentityattributeid") { Required = true, Unique = true }],
                },
            ],
        },
        Type("programIndicators", "program.ProgramIndicator", 1530, "programindicator") with
        {
            NameRequired = true, Unique = ["code", "name", "shortName"],
            Properties =
            [
                ShortName, Description, Text("formName"), Json("style"), Text("expression"), Text("filter"),
                Choice("aggregationType", Choices.AggregationTypes) with { Default = "'AVERAGE'" }, Integer("decimals"),
                Text("aggregateExportCategoryOptionCombo"), Text("aggregateExportAttributeOptionCombo"), Flag("displayInForm"),
                Choice("analyticsType", Choices.AnalyticsTypes) with { Default = "'EVENT'" },
            ],
            References =
            [
                One("program", "programs", "programid") with { Required = true, Owned = true },
                LegendSets("programindicatorlegendsets", "programindicatorid"),
            ],
        },
        Type("programIndicatorGroups", "program.ProgramIndicatorGroup", 1540, "programindicatorgroup") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Description],
            References =
            [
                Many("programIndicators[]", "programIndicators", "programindicatorgroupmembers", "programindicatorgroupid", "programindicatorid"),
            ],
        },
        Type("programRuleVariables", "programrule.ProgramRuleVariable", 1550, "programrulevariable") with
        {
            NameRequired = true,
            Properties = [Text("programRuleVariableSourceType", "sourcetype"), Flag("useCodeForOptionSet"), Choice("valueType", Choices.ValueTypes)],
            References =
            [
                One("program", "programs", "programid") with { Required = true, Owned = true }, One("dataElement", "dataElements", "dataelementid"),
                One("trackedEntityAttribute", "trackedEntityAttributes", "trackedentityattributeid"), One("programStage", "programStages", "programstageid"),
            ],
        },
        Type("programRules", "programrule.ProgramRule", 1560, "programrule") with
        {
            NameRequired = true,
            Properties = [Description, Text("condition", "rulecondition"), Integer("priority")],
            References =
            [
                One("program", "programs", "programid") with { Required = true, Owned = true }, One("programStage", "programStages", "programstageid"),
                new("programRuleActions[]", "programRuleActions") { Inverse = "programruleid" },
            ],
        },
        Type("programRuleActions", "programrule.ProgramRuleAction", 1570, "programruleaction") with
        {
            HasName = false,
            Properties =
            [
                Text("programRuleActionType", "actiontype"), Text("location"), Text("content"), Text("data"), Text("templateUid"),
                Text("programRuleActionEvaluationTime", "evaluationtime"),
            ],
            References =
            [
                One("programRule", "programRules", "programruleid") with { Owned = true }, One("dataElement", "dataElements", "dataelementid"),
                One("trackedEntityAttribute", "trackedEntityAttributes", "trackedentityattributeid"),
                One("programIndicator", "programIndicators", "programindicatorid"),
                One("programStageSection", "programStageSections", "programstagesectionid"), One("programStage", "programStages", "programstageid"),
                One("option", "options", "optionid"), One("optionGroup", "optionGroups", "optiongroupid"),
            ],
        },
    ];
}
