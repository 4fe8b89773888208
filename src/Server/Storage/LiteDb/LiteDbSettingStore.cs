namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Settings in the LiteDB file.</summary>
internal sealed class LiteDbSettingStore(LiteDbStore store) : ISettingStore
{
    /// <inheritdoc/>
    public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(store.Read(key, static (m, k) => m.Settings.GetValueOrDefault(k)));

    /// <inheritdoc/>
    public ValueTask SetAsync(string key, string? value, CancellationToken cancellationToken) =>
        SetAsync([new(key, value)], cancellationToken);

    /// <inheritdoc/>
    public async ValueTask SetAsync(IReadOnlyCollection<KeyValuePair<string, string?>> settings, CancellationToken cancellationToken) =>
        await store.WriteAsync(
            draft =>
            {
                foreach (var (key, value) in settings)
                {
                    if (value is not null || draft.FindSetting(key) is not null)
                        draft.Add(new SettingPut(key, value));
                }
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<string> GetOrAddAsync(string key, string value, CancellationToken cancellationToken) => store.WriteAsync(
        draft =>
        {
            if (draft.FindSetting(key) is { } existing)
                return existing;
            draft.Add(new SettingPut(key, value));
            return value;
        },
        cancellationToken);
}
