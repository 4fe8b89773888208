using static Dhis2Grpc.Server.Metadata.Model.PropertyKind;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>The types that have tables of their own.</summary>
internal static class ProjectedTypes
{
    // What must be unique is what DHIS2's own database refuses; names of units, data sets and indicators may repeat.
    private static readonly string[] CodeOnly = ["code"];
    private static readonly string[] CodeAndName = ["code", "name"];

    private static readonly Property ShortName = new("shortName", Text, "shortname") { MaxLength = 50 };
    private static readonly Property Description = new("description", Text, "description");
    private static readonly Property DataDimensionType = new("dataDimensionType", Choice, "datadimensiontype")
    {
        Choices = Choices.DataDimensionTypes,
        Default = "'DISAGGREGATION'",
    };

    private static readonly Property Compulsory = Flag("compulsory");

    public static readonly IReadOnlyList<MetadataType> All =
    [
        new("organisationUnits", "org.hisp.dhis.organisationunit.OrganisationUnit", 1100)
        {
            Table = "organisationunit", Key = "organisationunitid", NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                ShortName with { Required = true }, Description, new("openingDate", Date, "openingdate") { Required = true },
                new("closedDate", Date, "closeddate"), new("comment", Text, "comment"), new("url", Text, "url"),
                new("contactPerson", Text, "contactperson"), new("address", Text, "address"), new("email", Text, "email"),
                new("phoneNumber", Text, "phonenumber"), new("geometry", Json, "geometry"),
            ],
            // The parent's key follows once all units have theirs.
            References = [new("parent", "organisationUnits")],
        },
        new("organisationUnitGroups", "org.hisp.dhis.organisationunit.OrganisationUnitGroup", 1110)
        {
            Table = "orgunitgroup", Key = "orgunitgroupid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, new("symbol", Text, "symbol"), new("color", Text, "color")],
            References = [new("organisationUnits[]", "organisationUnits") { Soft = true, Link = new("orgunitgroupmembers", "orgunitgroupid", "organisationunitid") }],
        },
        new("organisationUnitGroupSets", "org.hisp.dhis.organisationunit.OrganisationUnitGroupSet", 1120)
        {
            Table = "orgunitgroupset", Key = "orgunitgroupsetid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, Compulsory, Flag("dataDimension", "true"), Flag("includeSubhierarchyInAnalytics")],
            References = [new("organisationUnitGroups[]", "organisationUnitGroups") { Link = new("orgunitgroupsetmembers", "orgunitgroupsetid", "orgunitgroupid") }],
        },
        new("organisationUnitLevels", "org.hisp.dhis.organisationunit.OrganisationUnitLevel", 1130)
        {
            Table = "orgunitlevel", Key = "orgunitlevelid", NameRequired = true, Unique = CodeOnly,
            Properties = [new("level", Integer, "level") { Required = true }, new("offlineLevels", Integer, "offlinelevels")],
        },
        new("categoryOptions", "org.hisp.dhis.category.CategoryOption", 1140)
        {
            Table = "dataelementcategoryoption", Key = "categoryoptionid", NameRequired = true, Unique = CodeAndName, DefaultUid = DefaultObjects.CategoryOption,
            Properties = [ShortName, Description, new("formName", Text, "formname"), new("startDate", Date, "startdate"), new("endDate", Date, "enddate")],
            References = [new("organisationUnits[]", "organisationUnits") { Soft = true, Link = new("categoryoption_organisationunits", "categoryoptionid", "organisationunitid") }],
        },
        new("categories", "org.hisp.dhis.category.Category", 1150)
        {
            Table = "dataelementcategory", Key = "categoryid", NameRequired = true, Unique = CodeAndName, DefaultUid = DefaultObjects.Category,
            Properties = [ShortName, Description, DataDimensionType, Flag("dataDimension")],
            References = [new("categoryOptions[]", "categoryOptions") { Link = new("categories_categoryoptions", "categoryid", "categoryoptionid", 1) }],
        },
        new("categoryCombos", "org.hisp.dhis.category.CategoryCombo", 1160)
        {
            Table = "categorycombo", Key = "categorycomboid", NameRequired = true, Unique = CodeAndName, DefaultUid = DefaultObjects.CategoryCombo,
            Properties = [DataDimensionType, Flag("skipTotal")],
            References = [new("categories[]", "categories") { Link = new("categorycombos_categories", "categorycomboid", "categoryid", 1) }],
        },
        new("categoryOptionCombos", "org.hisp.dhis.category.CategoryOptionCombo", 1170)
        {
            Table = "categoryoptioncombo", Key = "categoryoptioncomboid", Unique = CodeOnly, DefaultUid = DefaultObjects.CategoryOptionCombo,
            Properties = [Flag("ignoreApproval")],
            References =
            [
                new("categoryCombo", "categoryCombos") { Required = true, Link = new("categorycombos_optioncombos", "categoryoptioncomboid", "categorycomboid") },
                new("categoryOptions[]", "categoryOptions")
                {
                    Link = new("categoryoptioncombos_categoryoptions", "categoryoptioncomboid", "categoryoptionid"),
                },
            ],
        },
        new("categoryOptionGroups", "org.hisp.dhis.category.CategoryOptionGroup", 1180)
        {
            Table = "categoryoptiongroup", Key = "categoryoptiongroupid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, DataDimensionType],
            References = [new("categoryOptions[]", "categoryOptions") { Link = new("categoryoptiongroupmembers", "categoryoptiongroupid", "categoryoptionid") }],
        },
        new("categoryOptionGroupSets", "org.hisp.dhis.category.CategoryOptionGroupSet", 1190)
        {
            Table = "categoryoptiongroupset", Key = "categoryoptiongroupsetid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, DataDimensionType, Flag("dataDimension", "true")],
            References = [new("categoryOptionGroups[]", "categoryOptionGroups") { Link = new("categoryoptiongroupsetmembers", "categoryoptiongroupsetid", "categoryoptiongroupid", 1) }],
        },
        new("dataElements", "org.hisp.dhis.dataelement.DataElement", 1200)
        {
            Table = "dataelement", Key = "dataelementid", NameRequired = true, Unique = ["code", "name", "shortName"],
            Properties =
            [
                ShortName with { Required = true }, Description, new("formName", Text, "formname"), new("url", Text, "url"), new("fieldMask", Text, "fieldmask"),
                new("valueType", Choice, "valuetype") { Choices = Choices.ValueTypes, Required = true },
                new("domainType", Choice, "domaintype") { Choices = Choices.DomainTypes, Required = true },
                new("aggregationType", Choice, "aggregationtype") { Choices = Choices.AggregationTypes, Required = true },
                Flag("zeroIsSignificant"),
            ],
            References =
            [
                new("categoryCombo", "categoryCombos") { Column = "categorycomboid", Default = DefaultObjects.CategoryCombo },
                new("optionSet", "optionSets"), new("commentOptionSet", "optionSets"), new("legendSets[]", "legendSets"),
            ],
        },
        new("dataElementGroups", "org.hisp.dhis.dataelement.DataElementGroup", 1210)
        {
            Table = "dataelementgroup", Key = "dataelementgroupid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description],
            References = [new("dataElements[]", "dataElements") { Link = new("dataelementgroupmembers", "dataelementgroupid", "dataelementid") }],
        },
        new("dataElementGroupSets", "org.hisp.dhis.dataelement.DataElementGroupSet", 1220)
        {
            Table = "dataelementgroupset", Key = "dataelementgroupsetid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, Compulsory, Flag("dataDimension", "true")],
            References = [new("dataElementGroups[]", "dataElementGroups") { Link = new("dataelementgroupsetmembers", "dataelementgroupsetid", "dataelementgroupid", 0) }],
        },
        new("indicatorTypes", "org.hisp.dhis.indicator.IndicatorType", 1240)
        {
            Table = "indicatortype", Key = "indicatortypeid", NameRequired = true, Unique = CodeAndName,
            Properties = [new("factor", Integer, "indicatorfactor") { Required = true }, Flag("number", column: "indicatornumber")],
        },
        new("indicators", "org.hisp.dhis.indicator.Indicator", 1250)
        {
            Table = "indicator", Key = "indicatorid", NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                ShortName with { Required = true }, Description, new("numerator", Text, "numerator") { Required = true },
                new("denominator", Text, "denominator") { Required = true }, new("numeratorDescription", Text, "numeratordescription"),
                new("denominatorDescription", Text, "denominatordescription"), Flag("annualized"), new("decimals", Integer, "decimals"),
            ],
            References = [new("indicatorType", "indicatorTypes") { Required = true, Column = "indicatortypeid" }, new("legendSets[]", "legendSets")],
        },
        new("indicatorGroups", "org.hisp.dhis.indicator.IndicatorGroup", 1260)
        {
            Table = "indicatorgroup", Key = "indicatorgroupid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description],
            References = [new("indicators[]", "indicators") { Link = new("indicatorgroupmembers", "indicatorgroupid", "indicatorid") }],
        },
        new("indicatorGroupSets", "org.hisp.dhis.indicator.IndicatorGroupSet", 1270)
        {
            Table = "indicatorgroupset", Key = "indicatorgroupsetid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, Compulsory],
            References = [new("indicatorGroups[]", "indicatorGroups") { Link = new("indicatorgroupsetmembers", "indicatorgroupsetid", "indicatorgroupid", 0) }],
        },
        new("dataSets", "org.hisp.dhis.dataset.DataSet", 1310)
        {
            Table = "dataset", Key = "datasetid", NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                ShortName, Description, new("formName", Text, "formname"), new("periodType", PropertyKind.PeriodType, "periodtypeid") { Required = true },
                Flag("mobile"), new("version", Integer, "version"), new("expiryDays", Number, "expirydays"), new("timelyDays", Number, "timelydays"),
                new("openFuturePeriods", Integer, "openfutureperiods") { Default = "0" },
                new("openPeriodsAfterCoEndDate", Integer, "openperiodsaftercoenddate") { Default = "0" },
                Flag("notifyCompletingUser"), Flag("fieldCombinationRequired"), Flag("validCompleteOnly"), Flag("compulsoryFieldsCompleteOnly"),
                Flag("noValueRequiresComment"), Flag("skipOffline"), Flag("dataElementDecoration"), Flag("renderAsTabs"), Flag("renderHorizontally"),
            ],
            // Data set elements carry two references each; DataSetElements projects them.
            References =
            [
                new("categoryCombo", "categoryCombos") { Column = "categorycomboid", Default = DefaultObjects.CategoryCombo },
                new("dataSetElements[].dataElement", "dataElements"), new("dataSetElements[].categoryCombo", "categoryCombos"),
                new("organisationUnits[]", "organisationUnits") { Soft = true, Link = new("datasetsource", "datasetid", "sourceid") },
                new("indicators[]", "indicators") { Link = new("datasetindicators", "datasetid", "indicatorid") },
                new("dataEntryForm", "dataEntryForms"), new("legendSets[]", "legendSets"),
            ],
        },
    ];

    private static Property Flag(string name, string unset = "false", string? column = null) =>
        new(name, PropertyKind.Boolean, column ?? name.ToLowerInvariant()) { Default = unset };
}
