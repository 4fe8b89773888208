using System.Globalization;
using Dhis2.Data.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using ImportOptions = Dhis2Grpc.Server.Data.DataImportOptions;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Options of data imports and exports, from messages.</summary>
internal static class DataMessages
{
    /// <summary>How to import.</summary>
    /// <exception cref="Dhis2Exception">A strategy or scheme is none.</exception>
    public static ImportOptions ToOptions(Dhis2.Data.V1.DataImportOptions? asked) => asked is null ? new() : new()
    {
        DryRun = asked.DryRun,
        Strategy = ImportStrategies.Parse(asked.ImportStrategy),
        IdSchemes = IdSchemes.Parse(
            asked.IdScheme, asked.DataElementIdScheme, asked.OrgUnitIdScheme, asked.CategoryOptionComboIdScheme, asked.DataSetIdScheme),
        Strict = asked.StrictRules.Aggregate(StrictChecks.None, (all, rule) => all | ToCheck(rule)),
        Force = asked.Force,
        SkipExistingCheck = asked.SkipExistingCheck,
        Format = ToFormat(asked.Format),
        FirstRowIsHeader = !asked.HasFirstRowIsHeader || asked.FirstRowIsHeader,
    };

    /// <summary>By what objects are named.</summary>
    /// <exception cref="Dhis2Exception">A scheme is none.</exception>
    public static IdSchemes ToSchemes(DataIdSchemes? asked) => asked is null
        ? new()
        : IdSchemes.Parse(asked.IdScheme, asked.DataElementIdScheme, asked.OrgUnitIdScheme, asked.CategoryOptionComboIdScheme, asked.DataSetIdScheme);

    /// <summary>What a document is written in.</summary>
    public static DocumentFormat ToFormat(DataFormat format) => format switch
    {
        DataFormat.Csv => DocumentFormat.Csv,
        DataFormat.Xml => DocumentFormat.Xml,
        _ => DocumentFormat.Json,
    };

    /// <summary>A day; null when the text is empty.</summary>
    /// <exception cref="Dhis2Exception">It is none.</exception>
    public static DateOnly? Day(string text, string field) =>
        text.Length == 0 ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new Dhis2Exception(ErrorKind.InvalidArgument, $"{field} is not a date of the form yyyy-MM-dd: `{text}`");

    private static StrictChecks ToCheck(StrictRule rule) => rule switch
    {
        StrictRule.Periods => StrictChecks.Periods,
        StrictRule.DataElements => StrictChecks.DataElements,
        StrictRule.CategoryOptionCombos => StrictChecks.CategoryOptionCombos,
        StrictRule.AttributeOptionCombos => StrictChecks.AttributeOptionCombos,
        StrictRule.OrganisationUnits => StrictChecks.OrganisationUnits,
        StrictRule.RequireCategoryOptionCombo => StrictChecks.RequireCategoryOptionCombo,
        StrictRule.RequireAttributeOptionCombo => StrictChecks.RequireAttributeOptionCombo,
        StrictRule.DataSetLocking => StrictChecks.DataSetLocking,
        StrictRule.DataSetInputPeriods => StrictChecks.DataSetInputPeriods,
        _ => StrictChecks.None,
    };
}
