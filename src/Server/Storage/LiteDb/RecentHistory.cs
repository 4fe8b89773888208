namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Ended runs that are not in the history's documents yet.</summary>
internal sealed class RecentHistory
{
    private readonly List<OpenPack> _packs = [];

    /// <summary>Number of runs.</summary>
    public int Count { get; private set; }

    /// <summary>The packs that they will make.</summary>
    public IReadOnlyList<OpenPack> Packs => _packs;

    /// <summary>Adds a run.</summary>
    public void Add(StoredRun run)
    {
        if (_packs.Count == 0 || _packs[^1].IsFull)
            _packs.Add(new());
        _packs[^1].Add(run);
        Count++;
    }

    /// <summary>The runs of the packs that are wanted, as blocks that stay as they are.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Blocks(Func<RunPack, bool> wanted) =>
        _packs.Where(p => wanted(p.Pack)).Select(p => p.Bytes);

    /// <summary>They are in documents now.</summary>
    public void Clear()
    {
        _packs.Clear();
        Count = 0;
    }
}
