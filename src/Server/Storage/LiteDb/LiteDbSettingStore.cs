namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Settings in the LiteDB file.</summary>
internal sealed class LiteDbSettingStore(LiteDbStore store) : ISettingStore
{
    /// <inheritdoc/>
    public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(store.Read(key, static (m, k) => m.Settings.GetValueOrDefault(k)));

    /// <inheritdoc/>
    public async ValueTask SetAsync(string key, string? value, CancellationToken cancellationToken) => await store.WriteAsync(
        (model, changes) =>
        {
            if (value is not null || model.Settings.ContainsKey(key))
                changes.Add(new SettingPut(key, value));
            return true;
        },
        cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<string> GetOrAddAsync(string key, string value, CancellationToken cancellationToken) => store.WriteAsync(
        (model, changes) =>
        {
            if (model.Settings.TryGetValue(key, out var existing))
                return existing;
            changes.Add(new SettingPut(key, value));
            return value;
        },
        cancellationToken);
}
