using static Dhis2Grpc.Server.Metadata.Model.Define;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Validation rules and predictors.</summary>
internal static class RuleTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("predictors", "predictor.Predictor", 1370, "predictor") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties =
            [
                ShortName, Description, PeriodType() with { Required = true }, Integer("sequentialSampleCount") with { Default = "0" },
                Integer("annualSampleCount") with { Default = "0" }, Integer("sequentialSkipCount"),
                Choice("organisationUnitDescendants", Choices.Descendants) with { Default = "'SELECTED'" },
            ],
            References =
            [
                One("output", "dataElements", "generatoroutput") with { Required = true },
                One("outputCombo", "categoryOptionCombos", "generatoroutputcombo"),
                Many("organisationUnitLevels[]", "organisationUnitLevels", "predictororgunitlevels", "predictorid", "orgunitlevelid") with { Soft = true },
            ],
            Parts = [Expression("generator", "generatorexpressionid") with { Required = true }, Expression("sampleSkipTest", "skiptestexpressionid")],
        },
        Type("predictorGroups", "predictor.PredictorGroup", 1380, "predictorgroup") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Description],
            References = [Many("predictors[]", "predictors", "predictorgroupmembers", "predictorgroupid", "predictorid")],
        },
        Type("validationRules", "validation.ValidationRule", 1390, "validationrule") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties =
            [
                Description, Text("instruction"), Choice("importance", Choices.Importances) with { Default = "'MEDIUM'" },
                Choice("operator", Choices.Operators) with { Required = true }, Flag("skipFormValidation"), PeriodType() with { Required = true },
            ],
            Parts =
            [
                Expression("leftSide", "leftexpressionid") with { Required = true }, Expression("rightSide", "rightexpressionid") with { Required = true },
                Values("organisationUnitLevels[]", "validationruleorganisationunitlevels", "validationruleid", Integer("organisationUnitLevel")),
            ],
        },
        Type("validationRuleGroups", "validation.ValidationRuleGroup", 1400, "validationrulegroup") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Description],
            References = [Many("validationRules[]", "validationRules", "validationrulegroupmembers", "validationgroupid", "validationruleid")],
        },
        Type("validationNotificationTemplates", "validation.notification.ValidationNotificationTemplate", 1410, "validationnotificationtemplate") with
        {
            NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                Text("subjectTemplate") with { MaxLength = 100 }, Text("messageTemplate"), Flag("notifyUsersInHierarchyOnly"),
                Flag("notifyParentOrganisationUnitOnly"), Choice("sendStrategy", Choices.SendStrategies) with { Default = "'COLLECTIVE_SUMMARY'" },
            ],
            References =
            [
                Many("validationRules[]", "validationRules", "validationnotificationtemplatevalidationrules", "validationnotificationtemplateid", "validationruleid"),
                Many("recipientUserGroups[]", "userGroups", "validationnotificationtemplate_recipientusergroups", "validationnotificationtemplateid", "usergroupid"),
            ],
        },
    ];
}
