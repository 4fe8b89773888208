namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A dictionary, and changes of it that are not in it yet.</summary>
internal sealed class Overlay<TKey, TValue>(Dictionary<TKey, TValue> below)
    where TKey : notnull
    where TValue : class
{
    private readonly Dictionary<TKey, TValue?> _changes = new(below.Comparer);

    /// <summary>The value, as changed; null when there is none, or none any more.</summary>
    public TValue? Find(TKey key) =>
        _changes.Count > 0 && _changes.TryGetValue(key, out var changed) ? changed : below.GetValueOrDefault(key);

    /// <summary>Whether the value is one of the changes.</summary>
    public bool IsChanged(TKey key) => _changes.Count > 0 && _changes.ContainsKey(key);

    /// <summary>Changes a value; null removes it.</summary>
    public void Set(TKey key, TValue? value) => _changes[key] = value;

    /// <summary>Forgets the changes.</summary>
    public void Clear() => _changes.Clear();
}
