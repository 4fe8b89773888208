using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Stored objects in DHIS2's JSON, with the members that a caller chose. The host gives the REST face's own.</summary>
internal interface IStoredJson
{
    /// <summary>The objects as JSON, one text each.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="fields">Members as DHIS2's <c>fields</c> names them.</param>
    /// <param name="caller">As whom they are seen.</param>
    /// <param name="cancellationToken">Cancels looking up what they refer to.</param>
    /// <exception cref="Errors.Dhis2Exception">The members are nested too deeply.</exception>
    ValueTask<IReadOnlyList<string>> WriteAsync(IReadOnlyList<StoredObject> objects, string fields, User caller, CancellationToken cancellationToken);
}
