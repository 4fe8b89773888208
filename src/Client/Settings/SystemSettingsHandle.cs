using Dhis2.System.V1;

namespace Dhis2Grpc.Client.Settings;

/// <summary>The settings of the system, under DHIS2's keys. Changes need the authority F_SYSTEM_SETTING.</summary>
public sealed class SystemSettingsHandle
{
    private readonly SystemSettingsService.SystemSettingsServiceClient _service;

    internal SystemSettingsHandle(SystemSettingsService.SystemSettingsServiceClient service) => _service = service;

    /// <summary>All settings by key, those that are not set with their defaults.</summary>
    public async Task<IReadOnlyList<SystemSetting>> ListAsync(CancellationToken cancellationToken = default) =>
        (await _service.ListSystemSettingsAsync(new(), cancellationToken: cancellationToken)).Settings;

    /// <summary>One setting. A confidential one tells whether it is set, and not its value.</summary>
    public async Task<SystemSetting> GetAsync(string key, CancellationToken cancellationToken = default) =>
        (await _service.GetSystemSettingAsync(new() { Key = key }, cancellationToken: cancellationToken)).Setting;

    /// <summary>Changes settings, all of them or none; an empty text puts one back to its default.</summary>
    public async Task SetAsync(IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var request = new SetSystemSettingsRequest();
        foreach (var (key, value) in values)
            request.Values.Add(key, value);
        await _service.SetSystemSettingsAsync(request, cancellationToken: cancellationToken);
    }

    /// <summary>Puts a setting back to its default.</summary>
    public async Task DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        await _service.DeleteSystemSettingAsync(new() { Key = key }, cancellationToken: cancellationToken);
}
