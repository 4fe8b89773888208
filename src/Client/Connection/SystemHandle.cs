using Dhis2.System.V1;

namespace Dhis2Grpc.Client.Connection;

/// <summary>Who the server is, and who the caller is.</summary>
public sealed class SystemHandle
{
    private readonly SystemService.SystemServiceClient _service;

    internal SystemHandle(SystemService.SystemServiceClient service) => _service = service;

    /// <summary>Asks whether the server is there and the login is good; answers `pong`.</summary>
    public async Task<string> PingAsync(CancellationToken cancellationToken = default) =>
        (await _service.PingAsync(new(), cancellationToken: cancellationToken)).Message;

    /// <summary>Version, zone and times of the server.</summary>
    public async Task<GetSystemInfoResponse> GetInfoAsync(CancellationToken cancellationToken = default) =>
        await _service.GetSystemInfoAsync(new(), cancellationToken: cancellationToken);

    /// <summary>Who the caller is.</summary>
    public async Task<Me> GetMeAsync(CancellationToken cancellationToken = default) =>
        (await _service.GetMeAsync(new(), cancellationToken: cancellationToken)).User;
}
