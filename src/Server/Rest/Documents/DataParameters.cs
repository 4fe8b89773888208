using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>The query parameters of data documents.</summary>
internal static class DataParameters
{
    private static readonly (string Name, StrictChecks Check)[] _checks =
    [
        ("strictPeriods", StrictChecks.Periods), ("strictDataElements", StrictChecks.DataElements),
        ("strictCategoryOptionCombos", StrictChecks.CategoryOptionCombos), ("strictAttributeOptionCombos", StrictChecks.AttributeOptionCombos),
        ("strictOrganisationUnits", StrictChecks.OrganisationUnits), ("strictDataSetLocking", StrictChecks.DataSetLocking),
        ("strictDataSetInputPeriods", StrictChecks.DataSetInputPeriods), ("requireCategoryOptionCombo", StrictChecks.RequireCategoryOptionCombo),
        ("requireAttributeOptionCombo", StrictChecks.RequireAttributeOptionCombo),
    ];

    /// <summary>Names of the checks that can be asked for.</summary>
    public static IEnumerable<string> Checks => _checks.Select(c => c.Name);

    /// <summary>How to import.</summary>
    /// <exception cref="Dhis2Exception">A parameter has a value that it cannot have.</exception>
    public static DataImportOptions ImportOptions(IQueryCollection query, DocumentFormat format) => new()
    {
        Atomic = Flag(query, "atomic"),
        DryRun = Flag(query, "dryRun"),
        Strategy = ImportStrategies.Parse((string?)query["importStrategy"] ?? query["strategy"]),
        IdSchemes = Schemes(query),
        Strict = _checks.Aggregate(StrictChecks.None, (all, c) => Flag(query, c.Name) ? all | c.Check : all),
        Force = Flag(query, "force"),
        SkipExistingCheck = Flag(query, "skipExistingCheck"),
        Format = format,
        FirstRowIsHeader = !query.ContainsKey("firstRowIsHeader") || Flag(query, "firstRowIsHeader"),
    };

    /// <summary>What to export.</summary>
    /// <param name="query">The parameters.</param>
    /// <param name="since">Name of the parameter that asks for changes since an instant.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Dhis2Exception">A parameter has a value that it cannot have.</exception>
    public static ExportQuery ExportQuery(IQueryCollection query, string since, TimeProvider time)
    {
        var changed = query[since].ToString();
        DateTime? lastUpdated = null;
        if (changed.Length > 0)
            lastUpdated = WireTime.TryParse(Encoding.UTF8.GetBytes(changed), out var parsed) ? parsed : throw Wrong(since, changed);
        else if (query[since + "Duration"].ToString() is { Length: > 0 } duration)
            lastUpdated = time.GetUtcNow().UtcDateTime - Data.ExportQuery.Duration(duration);
        return new ExportQuery
        {
            DataSets = List(query, "dataSet"),
            DataElementGroups = List(query, "dataElementGroup"),
            DataElements = List(query, "dataElement"),
            Periods = List(query, "period"),
            StartDate = Day(query, "startDate"),
            EndDate = Day(query, "endDate"),
            OrgUnits = List(query, "orgUnit"),
            OrgUnitGroups = List(query, "orgUnitGroup"),
            AttributeOptionCombos = List(query, "attributeOptionCombo"),
            Children = Flag(query, "children"),
            IncludeDeleted = Flag(query, "includeDeleted"),
            LastUpdated = lastUpdated,
            Limit = Number(query, "limit"),
            IdSchemes = Schemes(query),
        };
    }

    /// <summary>The values of a parameter that may come several times, with commas between them or not.</summary>
    public static string[] List(IQueryCollection query, string name) =>
        [.. query[name].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>A parameter that is true or false; false when it is absent.</summary>
    /// <exception cref="Dhis2Exception">It is something else.</exception>
    public static bool Flag(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        return text.Length > 0 && (bool.TryParse(text, out var flag) ? flag : throw Wrong(name, text));
    }

    /// <summary>The failure of a parameter that has a value that it cannot have.</summary>
    public static Dhis2Exception Wrong(string name, string value) =>
        new(ErrorKind.InvalidArgument, $"Value `{value}` is not valid for parameter {name}");

    // The attribute option combos of registrations have a name of their own there.
    private static IdSchemes Schemes(IQueryCollection query) => IdSchemes.Parse(query["idScheme"], query["dataElementIdScheme"], query["orgUnitIdScheme"],
        (string?)query["categoryOptionComboIdScheme"] ?? query["attributeOptionComboIdScheme"], query["dataSetIdScheme"]);

    private static int? Number(IQueryCollection query, string name) => query[name].ToString() switch
    {
        "" => null,
        var text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(name, text),
    };

    private static DateOnly? Day(IQueryCollection query, string name) => query[name].ToString() switch
    {
        "" => null,
        var text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw Wrong(name, text),
    };
}
