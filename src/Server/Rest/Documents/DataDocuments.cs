using Dhis2.Common.V1;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>The document endpoints of data: data value sets and completeness registrations.</summary>
internal static class DataDocuments
{
    private const string ValueSets = "/api/dataValueSets";
    private const string Registrations = "/api/completeDataSetRegistrations";

    /// <summary>Maps the endpoints; the version segment is taken out of the path before routing.</summary>
    public static void MapDataDocuments(this IEndpointRouteBuilder app)
    {
        app.MapPost(ValueSets, ImportValuesAsync).WithMetadata(DataBodies.NoSizeLimit.Instance, DataDescriptions.ImportValues);
        app.MapGet(ValueSets, ExportValuesAsync).WithMetadata(DataDescriptions.ExportValues);
        app.MapPost(Registrations, ImportRegistrationsAsync).WithMetadata(DataBodies.NoSizeLimit.Instance, DataDescriptions.ImportRegistrations);
        app.MapGet(Registrations, ExportRegistrationsAsync).WithMetadata(DataDescriptions.ExportRegistrations);
    }

    private static async Task ImportValuesAsync(HttpContext http, DataValueSetImport import, IImportLauncher launcher)
    {
        DataValueSetImport.RequireAuthority(http.Caller());
        var options = DataParameters.ImportOptions(http.Request.Query, DataBodies.FormatOf(http.Request, takesCsv: true));
        if (DataParameters.Flag(http.Request.Query, "async"))
            await LaunchAsync(http, registrations: false, options, launcher);
        else
            await AnswerAsync(http, options, () => import.ImportAsync(http.Request.Body, options, http.Caller(), http.RequestAborted));
    }

    private static async Task ImportRegistrationsAsync(HttpContext http, CompletenessImport import, IImportLauncher launcher)
    {
        var options = DataParameters.ImportOptions(http.Request.Query, DataBodies.FormatOf(http.Request, takesCsv: false));
        if (DataParameters.Flag(http.Request.Query, "async"))
            await LaunchAsync(http, registrations: true, options, launcher);
        else
            await AnswerAsync(http, options, () => import.ImportAsync(http.Request.Body, options, http.Caller(), http.RequestAborted));
    }

    /// <summary>Takes the document in and leaves the import to a job.</summary>
    private static async Task LaunchAsync(HttpContext http, bool registrations, DataImportOptions options, IImportLauncher launcher)
    {
        await using var incoming = launcher.Begin();
        await incoming.CopyFromAsync(http.Request.Body, http.RequestAborted);
        var job = await launcher.LaunchAsync(incoming, registrations, options, http.Caller());
        http.Response.Headers.Location = $"/api/system/tasks/{job.JobType}";
        await RestResponse.WriteAsync(http, job, StatusCodes.Status200OK, Envelope.WebMessage, $"Initiated {job.Name}");
    }

    private static async Task ExportValuesAsync(HttpContext http, DataValueSetExport export, TimeProvider time)
    {
        var query = DataParameters.ExportQuery(http.Request.Query, "lastUpdated", time);
        var format = DataBodies.WantedFormat(http.Request);
        await using var prepared = await export.PrepareAsync(query, format, http.Caller(), http.RequestAborted);
        await DataBodies.SendAsync(http, format, prepared);
    }

    private static async Task ExportRegistrationsAsync(HttpContext http, CompletenessExport export, TimeProvider time)
    {
        var query = DataParameters.ExportQuery(http.Request.Query, "created", time);
        await using var prepared = await export.PrepareAsync(query, http.Caller(), http.RequestAborted);
        await DataBodies.SendAsync(http, DocumentFormat.Json, prepared);
    }

    /// <summary>Answers with what an import did. As in DHIS2, a document that cannot be read is an import that failed.</summary>
    private static async Task AnswerAsync(HttpContext http, DataImportOptions options, Func<Task<ImportSummary>> import)
    {
        ImportSummary summary;
        try
        {
            summary = await import();
        }
        catch (Dhis2Exception e) when (MalformedDocument.Is(e))
        {
            summary = new ImportSummary
            {
                Status = "ERROR",
                Description = $"The import process failed: {e.Message}",
                ImportCount = new ImportCount(),
                DataSetComplete = "false",
                ImportOptions = new ImportOptions { DryRun = options.DryRun, ImportStrategy = options.Strategy.Name(), IdSchemes = { options.IdSchemes.Named() } },
            };
        }

        await AnswerAsync(http, summary);
    }

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
}
