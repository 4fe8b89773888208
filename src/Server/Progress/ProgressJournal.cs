namespace Dhis2Grpc.Server.Progress;

/// <summary>The paths changed by the latest revisions, one per revision; older ones are forgotten.</summary>
internal sealed class ProgressJournal(int capacity)
{
    // Grown on demand: most runs are short and never fill it.
    private ProgressPath[] _paths = [];

    /// <summary>The latest revision; 0 before the first change.</summary>
    public long Revision { get; private set; }

    /// <summary>Notes a change.</summary>
    /// <returns>Its revision.</returns>
    public long Add(ProgressPath path)
    {
        if (Revision >= _paths.Length && _paths.Length < capacity)
            Array.Resize(ref _paths, Math.Min(capacity, Math.Max(1, _paths.Length * 4)));
        Revision++;
        _paths[(int)((Revision - 1) % _paths.Length)] = path;
        return Revision;
    }

    /// <summary>Whether every change after the revision is still known.</summary>
    public bool Covers(long revision) => revision <= Revision && revision >= Revision - _paths.Length;

    /// <summary>The path that the revision changed; only for covered ones.</summary>
    public ProgressPath this[long revision] => _paths[(int)((revision - 1) % _paths.Length)];
}
