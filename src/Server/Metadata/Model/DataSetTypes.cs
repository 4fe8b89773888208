using static Dhis2Grpc.Server.Metadata.Model.Define;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Data sets, their sections and forms, and approval.</summary>
internal static class DataSetTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("dataEntryForms", "dataset.DataEntryForm", 1300, "dataentryform") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Text("style"), Text("htmlCode"), Integer("format")],
        },
        Type("dataSets", "dataset.DataSet", 1310, "dataset") with
        {
            NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                ShortName, Description, Text("formName"), PeriodType() with { Required = true },
                Flag("mobile"), Integer("version"), Number("expiryDays"), Number("timelyDays"),
                Integer("openFuturePeriods") with { Default = "0" }, Integer("openPeriodsAfterCoEndDate") with { Default = "0" },
                Flag("notifyCompletingUser"), Flag("fieldCombinationRequired"), Flag("validCompleteOnly"), Flag("compulsoryFieldsCompleteOnly"),
                Flag("noValueRequiresComment"), Flag("skipOffline"), Flag("dataElementDecoration"), Flag("renderAsTabs"), Flag("renderHorizontally"),
                Json("style"),
            ],
            References =
            [
                One("categoryCombo", "categoryCombos", "categorycomboid") with { Default = DefaultObjects.CategoryCombo },
                One("workflow", "dataApprovalWorkflows", "workflowid"), One("dataEntryForm", "dataEntryForms", "dataentryform"),
                One("notificationRecipients", "userGroups", "notificationrecipients"),
                Many("organisationUnits[]", "organisationUnits", "datasetsource", "datasetid", "sourceid") with { Soft = true },
                Many("indicators[]", "indicators", "datasetindicators", "datasetid", "indicatorid"),
                LegendSets("datasetlegendsets", "datasetid"),
            ],
            Parts =
            [
                new("dataSetElements[]", "datasetelement")
                {
                    Key = "datasetelementid", Owner = "datasetid",
                    References =
                    [
                        new("dataElement", "dataElements", "dataelementid") { Required = true, Unique = true },
                        new("categoryCombo", "categoryCombos", "categorycomboid") { Blocks = true },
                    ],
                },
                new("dataInputPeriods[]", "datainputperiod")
                {
                    Key = "datainputperiodid", Owner = "datasetid",
                    Properties = [new("period.id", PropertyKind.Period, "periodid"), Day("openingDate"), Day("closingDate")],
                },
                Operands("compulsoryDataElementOperands[]", "datasetoperands", "datasetid"),
            ],
        },
        Type("sections", "dataset.Section", 1320, "section") with
        {
            NameRequired = true,
            Properties =
            [
                Description, Integer("sortOrder"), Flag("showRowTotals"), Flag("showColumnTotals"), Flag("disableDataElementAutoGroup"),
            ],
            References =
            [
                One("dataSet", "dataSets", "datasetid") with { Owned = true },
                Many("dataElements[]", "dataElements", "sectiondataelements", "sectionid", "dataelementid", 0),
                Many("indicators[]", "indicators", "sectionindicators", "sectionid", "indicatorid", 0),
            ],
            Parts = [Operands("greyedFields[]", "sectiongreyedfields", "sectionid")],
        },
        Type("dataApprovalLevels", "dataapproval.DataApprovalLevel", 1330, "dataapprovallevel") with
        {
            NameRequired = true,
            Properties = [Integer("level"), Integer("orgUnitLevel")],
            References = [One("categoryOptionGroupSet", "categoryOptionGroupSets", "categoryoptiongroupsetid")],
        },
        Type("dataApprovalWorkflows", "dataapproval.DataApprovalWorkflow", 1340, "dataapprovalworkflow", "workflowid") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [PeriodType()],
            References =
            [
                One("categoryCombo", "categoryCombos", "categorycomboid") with { Default = DefaultObjects.CategoryCombo },
                Many("dataApprovalLevels[]", "dataApprovalLevels", "dataapprovalworkflowlevels", "workflowid", "dataapprovallevelid"),
            ],
        },
    ];
}
