using Dhis2.Synchronization.V1;
using Dhis2Grpc.Server.Errors;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Exchange with a remote server. The routes are there; the work is not yet.</summary>
internal sealed class SynchronizationService : Dhis2.Synchronization.V1.SynchronizationService.SynchronizationServiceBase
{
    /// <inheritdoc/>
    public override Task<CheckAvailabilityResponse> CheckAvailability(CheckAvailabilityRequest request, ServerCallContext context) =>
        throw NotYet("checking a remote server");

    /// <inheritdoc/>
    public override Task<PushDataResponse> PushData(PushDataRequest request, ServerCallContext context) =>
        throw NotYet("pushing data to a remote server");

    /// <inheritdoc/>
    public override Task<PullMetadataResponse> PullMetadata(PullMetadataRequest request, ServerCallContext context) =>
        throw NotYet("pulling metadata from a remote server");

    private static Dhis2Exception NotYet(string what) =>
        new(ErrorKind.Unimplemented, $"This server does not support {what} yet.");
}
