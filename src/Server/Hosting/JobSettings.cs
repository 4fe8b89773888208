using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Gives jobs the system's settings, without the rest of the store.</summary>
internal sealed class JobSettings(ISettingStore store) : IJobSettings
{
    /// <inheritdoc/>
    public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken) => store.GetAsync(key, cancellationToken);

    /// <inheritdoc/>
    public ValueTask SetAsync(string key, string value, CancellationToken cancellationToken) => store.SetAsync(key, value, cancellationToken);
}
