using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>Takes one version over because somebody asks for it, and tells what is in the way as DHIS2 does.</summary>
internal sealed class VersionRequest(RemoteServer remote, RemoteVersions versions, VersionSync sync)
{
    private const string BadInput = "Error in parsing inputParams";

    /// <summary>Takes the version of a name over. Errors in its objects are in the report and do not throw.</summary>
    /// <exception cref="Dhis2Exception">The caller may not, or the version could not be taken over.</exception>
    public async Task<VersionOutcome> RunAsync(string name, User caller, CancellationToken cancellationToken)
    {
        caller.Require(Authorities.MetadataManage, $"Access is denied, requires one Authority from [{Authorities.MetadataManage}]");
        if (string.IsNullOrWhiteSpace(name))
            throw new Dhis2Exception(ErrorKind.InvalidArgument, $"{BadInput}: versionName is missing");
        if (await remote.AccountAsync(cancellationToken) is null)
            throw new Dhis2Exception(ErrorKind.Conflict, "Remote server is not configured", "E1004");
        try
        {
            var version = await versions.GetAsync(name.Trim(), cancellationToken);
            // Who may ask for versions may import them, whatever objects the caller may change otherwise.
            var importer = caller with { Authorities = new HashSet<string> { Authorities.All } };
            return await sync.RunAsync(version, importer, removeSections: true, cancellationToken);
        }
        catch (VersionSyncException e)
        {
            throw e.Failure switch
            {
                VersionSyncFailure.Unknown => new Dhis2Exception(ErrorKind.InvalidArgument, $"{BadInput}: {e.Message}", inner: e),
                VersionSyncFailure.Exists => new Dhis2Exception(ErrorKind.AlreadyExists, e.Message, "E1004", e),
                VersionSyncFailure.OtherServerVersion => new Dhis2Exception(ErrorKind.PermissionDenied, e.Message, "E1006", e),
                VersionSyncFailure.Corrupt => new Dhis2Exception(ErrorKind.Conflict, e.Message, inner: e) { HttpStatus = StatusCodes.Status500InternalServerError },
                _ => new Dhis2Exception(ErrorKind.Unavailable, e.Message, inner: e) { HttpStatus = StatusCodes.Status500InternalServerError },
            };
        }
    }
}
