using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Settings;
using Microsoft.Extensions.Options;

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
        foreach (var format in new[] { "json", "csv", "xml" })
            app.MapGet($"{ValueSets}.{format}", ExportValuesAsync).WithMetadata(DataDescriptions.ExportValuesAs(format));
        app.MapPost(Registrations, ImportRegistrationsAsync).WithMetadata(DataBodies.NoSizeLimit.Instance, DataDescriptions.ImportRegistrations);
        app.MapGet(Registrations, ExportRegistrationsAsync).WithMetadata(DataDescriptions.ExportRegistrations);
    }

    private static async Task ImportValuesAsync(
        HttpContext http, DataValueSetImport import, IImportLauncher launcher, SystemSettings settings, IOptions<RestOptions> rest)
    {
        DataValueSetImport.RequireAuthority(http.Caller());
        if (DataParameters.Flag(http.Request.Query, "skipAudit"))
            http.Caller().Require(Authorities.SkipDataImportAudit, "The user does not have the authority F_SKIP_DATA_IMPORT_AUDIT to skip the audit.");
        var options = DataParameters.ImportOptions(http.Request.Query, DataBodies.FormatOf(http.Request, values: true)) with
        {
            Release = ImportAnswers.ReleaseOf(http, rest.Value),
            AutoGroup = await settings.TextAsync("dataEntryAutoGroup", http.RequestAborted) == "true",
            Sender = SenderOf(http.Request),
        };
        if (DataParameters.Flag(http.Request.Query, "async"))
            await LaunchAsync(http, registrations: false, options, launcher);
        else
            await ImportAnswers.WriteAsync(http, options, () => import.ImportAsync(http.Request.Body, options, http.Caller(), http.RequestAborted), rest.Value);
    }

    private static async Task ImportRegistrationsAsync(HttpContext http, CompletenessImport import, IImportLauncher launcher, IOptions<RestOptions> rest)
    {
        var options = DataParameters.ImportOptions(http.Request.Query, DataBodies.FormatOf(http.Request, values: false)) with { Sender = SenderOf(http.Request) };
        if (DataParameters.Flag(http.Request.Query, "async"))
            await LaunchAsync(http, registrations: true, options, launcher);
        else
            await ImportAnswers.WriteAsync(http, options, () => import.ImportAsync(http.Request.Body, options, http.Caller(), http.RequestAborted), rest.Value);
    }

    private static DataSender? SenderOf(HttpRequest request) =>
        DataSender.Of(request.Headers[DataSender.SystemHeader].ToString(), request.Headers[DataSender.RequestHeader].ToString());

    /// <summary>Takes the document in and leaves the import to a job.</summary>
    private static async Task LaunchAsync(HttpContext http, bool registrations, DataImportOptions options, IImportLauncher launcher)
    {
        await using var incoming = launcher.Begin();
        await incoming.CopyFromAsync(http.Request.Body, http.RequestAborted);
        var job = await launcher.LaunchAsync(incoming, registrations, options with { Sender = null }, http.Caller());
        http.Response.Headers.Location = $"/api/system/tasks/{job.JobType}";
        await RestResponse.WriteAsync(http, job, StatusCodes.Status200OK, Envelope.WebMessage, $"Initiated {job.Name}");
    }

    private static async Task ExportValuesAsync(HttpContext http, DataValueSetExport export, TimeProvider time)
    {
        var query = DataParameters.ExportQuery(http.Request.Query, "lastUpdated", time);
        var format = DataBodies.WantedFormat(http.Request);
        await using var prepared = await export.PrepareAsync(query, format, http.Caller(), http.RequestAborted);
        await DataBodies.SendAsync(http, format, "dataValues", prepared);
    }

    private static async Task ExportRegistrationsAsync(HttpContext http, CompletenessExport export, TimeProvider time)
    {
        var query = DataParameters.ExportQuery(http.Request.Query, "created", time);
        await using var prepared = await export.PrepareAsync(query, http.Caller(), http.RequestAborted);
        await DataBodies.SendAsync(http, DocumentFormat.Json, "completeDataSetRegistrations", prepared);
    }
}
