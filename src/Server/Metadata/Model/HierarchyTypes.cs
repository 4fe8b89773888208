using static Dhis2Grpc.Server.Metadata.Model.Define;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Organisation units, categories and data elements.</summary>
internal static class HierarchyTypes
{
    private static readonly Property DataDimensionType = Choice("dataDimensionType", Choices.DataDimensionTypes) with { Default = "'DISAGGREGATION'" };

    private static readonly Property Compulsory = Flag("compulsory");

    public static readonly IReadOnlyList<MetadataType> All =
    [
        new("organisationUnits", "org.hisp.dhis.organisationunit.OrganisationUnit", 1100)
        {
            Table = "organisationunit", Key = "organisationunitid", NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                ShortName with { Required = true }, Description, Day("openingDate") with { Required = true },
                Day("closedDate"), Text("comment"), Url,
                Text("contactPerson"), Text("address"), Email,
                Text("phoneNumber"), Json("geometry"), Json("image"),
            ],
            // The parent's key follows once all units have theirs.
            References = [new("parent", "organisationUnits")],
        },
        new("organisationUnitGroups", "org.hisp.dhis.organisationunit.OrganisationUnitGroup", 1110)
        {
            Table = "orgunitgroup", Key = "orgunitgroupid", NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, Text("symbol"), Text("color"), Json("geometry")],
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
            Properties = [Integer("level") with { Required = true }, Integer("offlineLevels")],
        },
        new("categoryOptions", "org.hisp.dhis.category.CategoryOption", 1140)
        {
            Table = "dataelementcategoryoption", Key = "categoryoptionid", NameRequired = true, Unique = CodeAndName, DefaultUid = DefaultObjects.CategoryOption,
            Properties = [ShortName, Description, Text("formName"), Day("startDate"), Day("endDate"), Json("style")],
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
            References = [new("categories[]", "categories") { Blocks = true, Link = new("categorycombos_categories", "categorycomboid", "categoryid", 1) }],
        },
        new("categoryOptionCombos", "org.hisp.dhis.category.CategoryOptionCombo", 1170)
        {
            Table = "categoryoptioncombo", Key = "categoryoptioncomboid", Unique = CodeOnly, DefaultUid = DefaultObjects.CategoryOptionCombo,
            Properties = [Flag("ignoreApproval")],
            References =
            [
                new("categoryCombo", "categoryCombos")
                {
                    Required = true, Owned = true, Link = new("categorycombos_optioncombos", "categoryoptioncomboid", "categorycomboid"),
                },
                new("categoryOptions[]", "categoryOptions")
                {
                    Blocks = true, Link = new("categoryoptioncombos_categoryoptions", "categoryoptioncomboid", "categoryoptionid"),
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
                ShortName with { Required = true }, Description, Text("formName"), Url, Text("fieldMask"),
                Choice("valueType", Choices.ValueTypes) with { Required = true },
                Choice("domainType", Choices.DomainTypes) with { Required = true },
                Choice("aggregationType", Choices.AggregationTypes) with { Required = true },
                Flag("zeroIsSignificant"), Json("style"), Json("valueTypeOptions"),
            ],
            References =
            [
                new("categoryCombo", "categoryCombos") { Column = "categorycomboid", Default = DefaultObjects.CategoryCombo },
                One("optionSet", "optionSets", "optionsetid"), One("commentOptionSet", "optionSets", "commentoptionsetid"),
                LegendSets("dataelementlegendsets", "dataelementid"),
            ],
            Parts = [Values("aggregationLevels[]", "dataelementaggregationlevels", "dataelementid", Integer("aggregationLevel"), 0)],
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
    ];
}
