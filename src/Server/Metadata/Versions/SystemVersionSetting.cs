using Dhis2Grpc.Server.Settings;

namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>After a crash between the two stores, lets the setting name the last version that was made here.</summary>
internal sealed class SystemVersionSetting(MetadataVersions versions, SystemSettings settings, ILogger<SystemVersionSetting> logger) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var last = (await versions.ListAsync(cancellationToken)).FindLast(v => v.Imported is null);
        if (last is null || await settings.TextAsync(SettingKeys.SystemMetadataVersion, cancellationToken) == last.Name) return;
        await settings.SetAsync(SettingKeys.SystemMetadataVersion, last.Name, cancellationToken);
        MetadataVersionLog.Named(logger, last.Name);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
