using static Dhis2Grpc.Server.Metadata.Model.Define;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Indicators, constants, option sets and legends.</summary>
internal static class IndicatorTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("constants", "constant.Constant", 1030, "constant") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, Number("value") with { Required = true }],
        },
        Type("options", "option.Option", 1040, "optionvalue") with
        {
            NameRequired = true, CodeLength = 230,
            Properties = [Description, Text("formName"), Json("style"), Integer("sortOrder", "sort_order")],
            References = [One("optionSet", "optionSets", "optionsetid") with { Owned = true }],
        },
        Type("optionSets", "option.OptionSet", 1050, "optionset") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Description, Choice("valueType", Choices.ValueTypes) with { Required = true }, Integer("version")],
            References = [new("options[]", "options") { Inverse = "optionsetid" }],
        },
        Type("optionGroups", "option.OptionGroup", 1060, "optiongroup") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description],
            References =
            [
                One("optionSet", "optionSets", "optionsetid") with { Owned = true },
                Many("options[]", "options", "optiongroupmembers", "optiongroupid", "optionid"),
            ],
        },
        Type("optionGroupSets", "option.OptionGroupSet", 1070, "optiongroupset") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Description, Flag("dataDimension")],
            References =
            [
                One("optionSet", "optionSets", "optionsetid") with { Owned = true },
                Many("optionGroups[]", "optionGroups", "optiongroupsetmembers", "optiongroupsetid", "optiongroupid", 0),
            ],
        },
        Type("legendSets", "legend.LegendSet", 1080, "maplegendset") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Text("symbolizer")],
            Parts =
            [
                new("legends[]", "maplegend")
                {
                    Key = "maplegendid", Owner = "maplegendsetid",
                    Properties =
                    [
                        Text("id", "uid"), Text("code"), Text("name"), Number("startValue"), Number("endValue"), Text("color"), Text("image"),
                    ],
                },
            ],
        },
        Type("indicatorTypes", "indicator.IndicatorType", 1240, "indicatortype") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Integer("factor", "indicatorfactor") with { Required = true }, Flag("number", column: "indicatornumber")],
        },
        Type("indicators", "indicator.Indicator", 1250, "indicator") with
        {
            NameRequired = true, Unique = CodeOnly,
            Properties =
            [
                ShortName with { Required = true }, Description, Text("numerator") with { Required = true }, Text("denominator") with { Required = true },
                Text("numeratorDescription"), Text("denominatorDescription"), Flag("annualized"), Integer("decimals"),
                Url with { Column = null },
            ],
            References =
            [
                One("indicatorType", "indicatorTypes", "indicatortypeid") with { Required = true },
                LegendSets("indicatorlegendsets", "indicatorid"),
            ],
        },
        Type("indicatorGroups", "indicator.IndicatorGroup", 1260, "indicatorgroup") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description],
            References = [Many("indicators[]", "indicators", "indicatorgroupmembers", "indicatorgroupid", "indicatorid")],
        },
        Type("indicatorGroupSets", "indicator.IndicatorGroupSet", 1270, "indicatorgroupset") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [ShortName, Description, Flag("compulsory")],
            References = [Many("indicatorGroups[]", "indicatorGroups", "indicatorgroupsetmembers", "indicatorgroupsetid", "indicatorgroupid", 0)],
        },
    ];
}
