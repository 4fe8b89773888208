using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Access;

/// <summary>Which authorities objects of a type ask for, and whether each object says who may see and change it.</summary>
internal sealed record TypeAccess
{
    /// <summary>Of types that DHIS2 does not know: they are kept for whoever may import metadata.</summary>
    public static readonly TypeAccess Unknown = new() { Create = [Security.Authorities.MetadataImport], Delete = [Security.Authorities.MetadataImport] };

    private static readonly FrozenDictionary<string, TypeAccess> All = new Dictionary<string, TypeAccess>
    {
        ["aggregateDataExchanges"] = Shared("AGGREGATE_DATA_EXCHANGE") with { DataShareable = true },
        ["attributes"] = Shared("ATTRIBUTE"),
        ["categories"] = Shared("CATEGORY"),
        ["categoryCombos"] = Shared("CATEGORY_COMBO"),
        ["categoryOptionCombos"] = Plain(["F_CATEGORY_COMBO_PUBLIC_ADD", "F_CATEGORY_COMBO_PRIVATE_ADD"], ["F_CATEGORY_COMBO_DELETE"]),
        ["categoryOptionGroupSets"] = Shared("CATEGORY_OPTION_GROUP_SET"),
        ["categoryOptionGroups"] = Shared("CATEGORY_OPTION_GROUP"),
        ["categoryOptions"] = Shared("CATEGORY_OPTION") with { DataShareable = true },
        ["constants"] = Plain(["F_CONSTANT_ADD"], ["F_CONSTANT_DELETE"]) with { Shareable = true },
        ["dashboards"] = Private("F_DASHBOARD_PUBLIC_ADD"),
        ["dataApprovalLevels"] = Plain(["F_DATA_APPROVAL_LEVEL"], ["F_DATA_APPROVAL_LEVEL"]) with { Shareable = true },
        ["dataApprovalWorkflows"] = Plain(["F_DATA_APPROVAL_WORKFLOW"], ["F_DATA_APPROVAL_WORKFLOW"]) with { Shareable = true },
        ["dataElementGroupSets"] = Shared("DATAELEMENTGROUPSET"),
        ["dataElementGroups"] = Shared("DATAELEMENTGROUP"),
        ["dataElements"] = Shared("DATAELEMENT"),
        ["dataEntryForms"] = new(),
        ["dataSets"] = Shared("DATASET") with { DataShareable = true },
        ["documents"] = Shared("DOCUMENT"),
        ["eventCharts"] = Private("F_EVENTCHART_PUBLIC_ADD"),
        ["eventReports"] = Private("F_EVENTREPORT_PUBLIC_ADD"),
        ["eventVisualizations"] = Private(),
        ["externalMapLayers"] = Shared("EXTERNAL_MAP_LAYER"),
        ["icons"] = new(),
        ["indicatorGroupSets"] = Shared("INDICATORGROUPSET"),
        ["indicatorGroups"] = Shared("INDICATORGROUP"),
        ["indicatorTypes"] = Plain(["F_INDICATORTYPE_ADD"], ["F_INDICATORTYPE_DELETE"]),
        ["indicators"] = Shared("INDICATOR"),
        ["interpretations"] = new() { Shareable = true },
        ["jobConfigurations"] = Plain(["F_SCHEDULING_ADMIN"], ["F_SCHEDULING_ADMIN"]),
        ["legendSets"] = Shared("LEGEND_SET"),
        ["mapViews"] = new(),
        ["maps"] = Private("F_MAP_PUBLIC_ADD"),
        ["optionGroupSets"] = Shared("OPTIONGROUPSET"),
        ["optionGroups"] = Shared("OPTIONGROUP"),
        ["optionSets"] = Shared("OPTIONSET"),
        ["options"] = Shared("OPTIONSET") with { Shareable = false },
        ["organisationUnitGroupSets"] = Shared("ORGUNITGROUPSET"),
        ["organisationUnitGroups"] = Shared("ORGUNITGROUP"),
        ["organisationUnitLevels"] = Plain(["F_ORGANISATIONUNITLEVEL_UPDATE"], ["F_ORGANISATIONUNITLEVEL_UPDATE"]),
        ["organisationUnits"] = Plain(["F_ORGANISATIONUNIT_ADD"], ["F_ORGANISATIONUNIT_DELETE"]),
        ["predictorGroups"] = Plain(["F_PREDICTORGROUP_ADD"], ["F_PREDICTORGROUP_DELETE"]) with { Shareable = true },
        ["predictors"] = Plain(["F_PREDICTOR_ADD"], ["F_PREDICTOR_DELETE"]),
        ["programIndicatorGroups"] = Plain(["F_PROGRAM_INDICATOR_GROUP_PUBLIC_ADD", "F_PROGRAM_INDICATOR_GROUP_PRIVATE_ADD"], ["F_PROGRAM_INDICATOR_GROUP_DELETE"]) with { Shareable = true },
        ["programIndicators"] = Shared("PROGRAM_INDICATOR"),
        ["programNotificationTemplates"] = OfProgram(),
        ["programRuleActions"] = Plain(["F_PROGRAM_RULE_MANAGEMENT"], ["F_PROGRAM_RULE_MANAGEMENT"]),
        ["programRuleVariables"] = Plain(["F_PROGRAM_RULE_MANAGEMENT"], ["F_PROGRAM_RULE_MANAGEMENT"]),
        ["programRules"] = Plain(["F_PROGRAM_RULE_ADD", "F_PROGRAM_RULE_MANAGEMENT"], ["F_PROGRAM_RULE_DELETE", "F_PROGRAM_RULE_MANAGEMENT"]),
        ["programSections"] = OfProgram(),
        ["programStageDataElements"] = Plain(["F_PROGRAMSTAGE_ADD"], ["F_PROGRAMSTAGE_DELETE"]),
        ["programStageSections"] = Plain(["F_PROGRAMSTAGE_ADD"], ["F_PROGRAMSTAGE_DELETE"]),
        ["programStages"] = Plain(["F_PROGRAMSTAGE_ADD"], ["F_PROGRAMSTAGE_DELETE"]) with { Shareable = true, DataShareable = true },
        ["programTrackedEntityAttributes"] = OfProgram(),
        ["programs"] = Shared("PROGRAM") with { DataShareable = true },
        ["pushAnalysis"] = Plain(["F_PUSH_ANALYSIS_ADD"], ["F_PUSH_ANALYSIS_DELETE"]),
        ["relationshipTypes"] = Shared("RELATIONSHIPTYPE") with { DataShareable = true },
        ["reports"] = Shared("REPORT"),
        ["sections"] = Plain(["F_SECTION_ADD"], ["F_SECTION_DELETE"]),
        ["sqlViews"] = Shared("SQLVIEW") with { DataShareable = true },
        ["trackedEntityAttributes"] = Shared("TRACKED_ENTITY_ATTRIBUTE"),
        ["trackedEntityTypes"] = Plain(["F_TRACKED_ENTITY_ADD"], ["F_TRACKED_ENTITY_DELETE"]) with { Update = ["F_TRACKED_ENTITY_UPDATE"], Shareable = true, DataShareable = true },
        ["userGroups"] = Shared("USERGROUP"),
        ["userRoles"] = Shared("USERROLE"),
        ["users"] = Plain(["F_USER_ADD", "F_USER_ADD_WITHIN_MANAGED_GROUP"], ["F_USER_DELETE", "F_USER_DELETE_WITHIN_MANAGED_GROUP"]) with { Read = ["F_USER_VIEW"] },
        ["validationNotificationTemplates"] = Shared("VALIDATIONRULE") with { Shareable = false },
        ["validationRuleGroups"] = Plain(["F_VALIDATIONRULEGROUP_PUBLIC_ADD"], ["F_VALIDATIONRULEGROUP_DELETE"]) with { Update = ["F_VALIDATIONRULEGROUP_PRIVATE_ADD"], Shareable = true },
        ["validationRules"] = Shared("VALIDATIONRULE"),
        ["visualizations"] = Private(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Each object has sharing.</summary>
    public bool Shareable { get; init; }

    /// <summary>Its sharing tells of data too.</summary>
    public bool DataShareable { get; init; }

    /// <summary>Everybody may have objects of the type that nobody else sees.</summary>
    public bool ImplicitPrivate { get; init; }

    /// <summary>Any of these creates; none: everybody does.</summary>
    public string[] Create { get; init; } = [];

    /// <summary>Any of these creates what everybody sees.</summary>
    public string[] CreatePublic { get; init; } = [];

    /// <summary>Any of these creates what only some see.</summary>
    public string[] CreatePrivate { get; init; } = [];

    /// <summary>Any of these changes; none: what creates does.</summary>
    public string[] Update { get; init; } = [];

    /// <summary>Any of these deletes; none: what creates does.</summary>
    public string[] Delete { get; init; } = [];

    /// <summary>Any of these reads; none: everybody does.</summary>
    public string[] Read { get; init; } = [];

    /// <summary>All that creates in one way or another.</summary>
    public IEnumerable<string> AnyCreate => [.. Create, .. CreatePublic, .. CreatePrivate];

    /// <summary>Of a type.</summary>
    public static TypeAccess Of(string collection) => All.GetValueOrDefault(collection, Unknown);

    private static TypeAccess Shared(string name) => new()
    {
        Shareable = true,
        CreatePublic = [$"F_{name}_PUBLIC_ADD"],
        CreatePrivate = [$"F_{name}_PRIVATE_ADD"],
        Delete = [$"F_{name}_DELETE"],
    };

    private static TypeAccess Plain(string[] create, string[] delete) => new() { Create = create, Delete = delete };

    private static TypeAccess Private(params string[] createPublic) => new() { Shareable = true, ImplicitPrivate = true, CreatePublic = createPublic };

    private static TypeAccess OfProgram() => Plain(["F_PROGRAM_PUBLIC_ADD", "F_PROGRAM_PRIVATE_ADD"], ["F_PROGRAM_DELETE"]);
}
