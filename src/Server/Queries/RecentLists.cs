namespace Dhis2Grpc.Server.Queries;

/// <summary>What was found in a long list lately: who turns its pages, or asks for the same again, does not make the
/// server look through it again. It holds for the very list it was found in; a changed list is another one.</summary>
internal sealed class RecentLists<T>
{
    private const int Kept = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<T>> _found = [];
    private IReadOnlyList<T>? _source;

    /// <summary>What was found before, else what is found now.</summary>
    /// <param name="source">The list to look through, which never changes itself.</param>
    /// <param name="query">What is looked for.</param>
    /// <param name="find">Finds it.</param>
    public IReadOnlyList<T> Find(IReadOnlyList<T> source, string query, Func<IReadOnlyList<T>> find)
    {
        lock (_gate)
        {
            if (_source == source && _found.TryGetValue(query, out var known))
                return known;
        }

        var found = find();
        lock (_gate)
        {
            if (_source != source || _found.Count >= Kept)
                _found.Clear();
            _source = source;
            _found[query] = found;
        }

        return found;
    }
}
