using System.Globalization;
using Dhis2.Common.V1;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>What imports of data answer to whom: the version of the path, or else the node's, decides.</summary>
internal static class ImportAnswers
{
    private const int FirstWrapped = 38;
    private const int FirstByDataSet = 43;

    /// <summary>By which rules values are taken.</summary>
    public static ImportRelease ReleaseOf(HttpContext http, RestOptions rest) =>
        (RestVersion.Of(http) ?? rest.Version) >= FirstByDataSet ? ImportRelease.From43 : ImportRelease.UpTo42;

    /// <summary>Answers with what an import did. As in DHIS2, a document that cannot be read is an import that failed.</summary>
    public static async Task WriteAsync(HttpContext http, DataImportOptions options, Func<Task<ImportSummary>> import, RestOptions rest)
    {
        ImportSummary summary;
        try
        {
            summary = await import();
        }
        catch (LateRequestException e)
        {
            http.Response.Headers[DataSender.RequestHeader] = e.Last.ToString(CultureInfo.InvariantCulture);
            await RestResponse.WriteAsync(http, e.Message, StatusCodes.Status412PreconditionFailed);
            return;
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

        await WriteAsync(http, summary, rest);
    }

    /// <summary>Wrapped, and 409 unless it is all well, from 43 on unless nothing was taken; but bare and always 200 for versions
    /// before 38.</summary>
    private static ValueTask WriteAsync(HttpContext http, ImportSummary summary, RestOptions rest)
    {
        var version = RestVersion.Of(http);
        if (version is < FirstWrapped || (version is null && rest.BareSummaries))
            return RestResponse.WriteAsync(http, summary);
        var lenient = ReleaseOf(http, rest) == ImportRelease.From43;
        var (status, outcome, text) = summary.Status switch
        {
            "SUCCESS" => (StatusCodes.Status200OK, "OK", "Import was successful."),
            "WARNING" when lenient => (StatusCodes.Status200OK, "WARNING", "Import completed with warnings, please check import summary."),
            "WARNING" => (StatusCodes.Status409Conflict, "WARNING", "One more conflicts encountered, please check import summary."),
            _ => (StatusCodes.Status409Conflict, "ERROR", "An error occurred, please check import summary."),
        };
        return RestResponse.WriteAsync(http, summary, status, Envelope.WebMessage, text, outcome);
    }
}
