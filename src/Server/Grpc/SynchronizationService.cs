using Dhis2.Synchronization.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Synchronization;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Exchange with a remote server.</summary>
internal sealed class SynchronizationService(Availability availability)
    : Dhis2.Synchronization.V1.SynchronizationService.SynchronizationServiceBase
{
    /// <inheritdoc/>
    public override async Task<CheckAvailabilityResponse> CheckAvailability(CheckAvailabilityRequest request, ServerCallContext context)
    {
        var status = await availability.CheckAsync(context.CancellationToken);
        return new()
        {
            Available = status.Available,
            Message = status.Message,
            StatusCode = status.Status,
            StatusPhrase = status.Phrase,
        };
    }

    /// <inheritdoc/>
    public override Task<PushDataResponse> PushData(PushDataRequest request, ServerCallContext context) =>
        throw NotYet("pushing data to a remote server");

    /// <inheritdoc/>
    public override Task<PullMetadataResponse> PullMetadata(PullMetadataRequest request, ServerCallContext context) =>
        throw NotYet("pulling metadata from a remote server");

    private static Dhis2Exception NotYet(string what) =>
        new(ErrorKind.Unimplemented, $"This server does not support {what} yet.");
}
