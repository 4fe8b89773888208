using Dhis2.System.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Tells what the server is.</summary>
internal sealed class SystemService(IOptions<SystemInfoOptions> options, TimeProvider time) : Dhis2.System.V1.SystemService.SystemServiceBase
{
    /// <inheritdoc/>
    public override Task<PingResponse> Ping(PingRequest request, ServerCallContext context) =>
        Task.FromResult(new PingResponse { Message = "pong" });

    /// <inheritdoc/>
    public override Task<GetSystemInfoResponse> GetSystemInfo(GetSystemInfoRequest request, ServerCallContext context) =>
        Task.FromResult(new GetSystemInfoResponse
        {
            Calendar = "iso8601",
            DateFormat = "yyyy-mm-dd",
            ServerDate = time.GetUtcNow().ToTimestamp(),
            ServerTimeZoneId = options.Value.Zone.Id,
            Version = options.Value.Version,
            SystemName = options.Value.SystemName,
        });
}
