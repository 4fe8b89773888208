namespace Dhis2Grpc.Server.Storage;

/// <summary>Settings of the system by key.</summary>
internal interface ISettingStore
{
    /// <summary>Reads a setting; null when it is not set.</summary>
    ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Sets a setting; null removes it.</summary>
    ValueTask SetAsync(string key, string? value, CancellationToken cancellationToken);

    /// <summary>Sets settings, all or none; null removes one.</summary>
    ValueTask SetAsync(IReadOnlyCollection<KeyValuePair<string, string?>> settings, CancellationToken cancellationToken);

    /// <summary>Sets a setting unless it is set, and returns what is set then.</summary>
    ValueTask<string> GetOrAddAsync(string key, string value, CancellationToken cancellationToken);
}
