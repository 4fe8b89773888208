using System.Globalization;
using System.Text;
using Dhis2.Common.V1;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Security;
using Microsoft.AspNetCore.Http.Metadata;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>The document endpoints of data: data value sets and completeness registrations.</summary>
internal static class DataDocuments
{
    private const string ValueSets = "/api/dataValueSets";
    private const string Registrations = "/api/completeDataSetRegistrations";

    /// <summary>Maps the endpoints; the version segment is taken out of the path before routing.</summary>
    public static void MapDataDocuments(this IEndpointRouteBuilder app)
    {
        app.MapPost(ValueSets, ImportValuesAsync).WithMetadata(NoSizeLimit.Instance, DataDescriptions.ImportValues);
        app.MapGet(ValueSets, ExportValuesAsync).WithMetadata(DataDescriptions.ExportValues);
        app.MapPost(Registrations, ImportRegistrationsAsync).WithMetadata(NoSizeLimit.Instance, DataDescriptions.ImportRegistrations);
        app.MapGet(Registrations, ExportRegistrationsAsync).WithMetadata(DataDescriptions.ExportRegistrations);
    }

    private static async Task ImportValuesAsync(HttpContext http, DataValueSetImport import) =>
        await AnswerAsync(http, await import.ImportAsync(DocumentBody.Of(http), OptionsOf(http.Request), http.Caller(), http.RequestAborted));

    private static async Task ImportRegistrationsAsync(HttpContext http, CompletenessImport import) =>
        await AnswerAsync(http, await import.ImportAsync(DocumentBody.Of(http), OptionsOf(http.Request), http.Caller(), http.RequestAborted));

    private static Task ExportValuesAsync(HttpContext http, DataValueSetExport export, TimeProvider time) =>
        export.ExportAsync(QueryOf(http.Request, "lastUpdated", time), Json(http), http.RequestAborted);

    private static Task ExportRegistrationsAsync(HttpContext http, CompletenessExport export, TimeProvider time) =>
        export.ExportAsync(QueryOf(http.Request, "created", time), Json(http), http.RequestAborted);

    /// <summary>Answers with a summary: wrapped, and 409 unless it is all well, but bare and always 200 for versions before 38.</summary>
    private static ValueTask AnswerAsync(HttpContext http, ImportSummary summary)
    {
        if (RestVersion.Of(http) is < 38)
            return RestResponse.WriteAsync(http, summary);
        var (status, outcome, text) = summary.Status switch
        {
            "SUCCESS" => (StatusCodes.Status200OK, "OK", "Import was successful."),
            "WARNING" => (StatusCodes.Status409Conflict, "WARNING", "One more conflicts encountered, please check import summary."),
            _ => (StatusCodes.Status409Conflict, "ERROR", "An error occurred, please check import summary."),
        };
        return RestResponse.WriteAsync(http, summary, status, Envelope.WebMessage, text, outcome);
    }

    private static Stream Json(HttpContext http)
    {
        http.Response.ContentType = "application/json;charset=UTF-8";
        return http.Response.Body;
    }

    private static DataImportOptions OptionsOf(HttpRequest request)
    {
        var query = request.Query;
        return new DataImportOptions
        {
            DryRun = Flag(query, "dryRun"),
            Strategy = ImportStrategies.Parse((string?)query["importStrategy"] ?? query["strategy"]),
            IdSchemes = SchemesOf(query),
            Strict = Asked("strictPeriods", StrictChecks.Periods)
                | Asked("strictDataElements", StrictChecks.DataElements)
                | Asked("strictCategoryOptionCombos", StrictChecks.CategoryOptionCombos)
                | Asked("strictAttributeOptionCombos", StrictChecks.AttributeOptionCombos)
                | Asked("strictOrganisationUnits", StrictChecks.OrganisationUnits)
                | Asked("requireCategoryOptionCombo", StrictChecks.RequireCategoryOptionCombo)
                | Asked("requireAttributeOptionCombo", StrictChecks.RequireAttributeOptionCombo),
        };

        StrictChecks Asked(string name, StrictChecks check) => Flag(query, name) ? check : StrictChecks.None;
    }

    private static ExportQuery QueryOf(HttpRequest request, string since, TimeProvider time)
    {
        var query = request.Query;
        var changed = query[since].ToString();
        DateTime? lastUpdated = null;
        if (changed.Length > 0)
            lastUpdated = WireTime.TryParse(Encoding.UTF8.GetBytes(changed), out var parsed) ? parsed : throw Wrong(since, changed);
        else if (query[since + "Duration"].ToString() is { Length: > 0 } duration)
            lastUpdated = time.GetUtcNow().UtcDateTime - ExportQuery.Duration(duration);
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
            Children = Flag(query, "children"),
            IncludeDeleted = Flag(query, "includeDeleted"),
            LastUpdated = lastUpdated,
            Limit = Number(query, "limit"),
            IdSchemes = SchemesOf(query),
        };
    }

    private static IdSchemes SchemesOf(IQueryCollection query) => new()
    {
        Any = IdSchemeNames.Parse(query["idScheme"]),
        DataElement = IdSchemeNames.Parse(query["dataElementIdScheme"]),
        OrgUnit = IdSchemeNames.Parse(query["orgUnitIdScheme"]),
        CategoryOptionCombo = IdSchemeNames.Parse(query["categoryOptionComboIdScheme"]),
        DataSet = IdSchemeNames.Parse(query["dataSetIdScheme"]),
    };

    private static string[] List(IQueryCollection query, string name) =>
        [.. query[name].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static bool Flag(IQueryCollection query, string name) => query[name].ToString() switch
    {
        "" or "false" => false,
        "true" => true,
        var text => throw Wrong(name, text),
    };

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

    private static Dhis2Exception Wrong(string name, string value) =>
        new(ErrorKind.InvalidArgument, $"Value `{value}` is not valid for parameter {name}");

    /// <summary>Documents are streamed to disk, so their size is no danger to memory.</summary>
    private sealed class NoSizeLimit : IRequestSizeLimitMetadata
    {
        public static NoSizeLimit Instance { get; } = new();

        public long? MaxRequestBodySize => long.MaxValue;
    }
}
