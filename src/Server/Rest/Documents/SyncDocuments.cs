using Dhis2.Rest.V1;
using Dhis2.Synchronization.V1;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Synchronization.Versions;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Metadata versions of the remote server, one at a time, over REST.</summary>
internal static class SyncDocuments
{
    private static readonly DescribedEndpoint _sync = new("syncMetadata", "Synchronization", "Takes one metadata version of the remote server over")
    {
        Query = [new("versionName", "Name of the version, such as Version_2.")],
        Outcome = MetadataSyncSummary.Descriptor,
    };

    /// <summary>Maps <c>/api/metadata/sync</c>; the version has left the path before routing.</summary>
    public static IEndpointRouteBuilder MapSyncDocuments(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/metadata/sync", SyncAsync).WithMetadata(_sync);
        return app;
    }

    private static async Task SyncAsync(HttpContext http, VersionRequest request)
    {
        // DHIS2 made it a GET, and yet it changes things.
        CrossSiteRequests.Refuse(http.Request);
        var outcome = await request.RunAsync(http.Request.Query["versionName"].ToString(), http.Caller(), http.RequestAborted);
        var summary = outcome.ToMessage();
        if (outcome.Report.Status == ImportStatus.Ok)
        {
            await RestResponse.WriteAsync(http, summary);
            return;
        }
        await RestResponse.WriteAsync(http, summary, StatusCodes.Status409Conflict, Envelope.WebMessage,
            "One or more errors occurred, please see full details in import report.", outcome.Report.Status == ImportStatus.Warning ? "WARNING" : "ERROR");
    }
}
