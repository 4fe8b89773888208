namespace Dhis2Grpc.Server.Progress;

/// <summary>Runs that ended lately, kept so that watchers get their end and can resume. Not thread-safe.</summary>
internal sealed class RecentRuns
{
    /// <summary>Most runs kept.</summary>
    public const int MaxRuns = 512;

    /// <summary>Most items kept over all of them.</summary>
    public const int MaxItems = 20_000;

    private readonly Queue<RunFeed> _runs = new();
    private readonly Dictionary<string, RunFeed> _byId = [];
    private int _items;

    /// <summary>Number of runs that ever ended here.</summary>
    public long Sequence { get; private set; }

    /// <summary>Keeps an ended run, and forgets the oldest when there are too many.</summary>
    public void Add(RunFeed feed)
    {
        feed.EndSequence = ++Sequence;
        _runs.Enqueue(feed);
        _byId[feed.RunId] = feed;
        _items += feed.ItemCount;
        while (_runs.Count > 1 && (_runs.Count > MaxRuns || _items > MaxItems))
        {
            var oldest = _runs.Dequeue();
            _byId.Remove(oldest.RunId);
            _items -= oldest.ItemCount;
        }
    }

    /// <summary>The run; null when it is not kept.</summary>
    public RunFeed? Find(string runId) => _byId.GetValueOrDefault(runId);

    /// <summary>Kept runs that ended after the sequence number, in the order of their end.</summary>
    public IEnumerable<RunFeed> EndedAfter(long sequence) =>
        sequence >= Sequence ? [] : _runs.Where(r => r.EndSequence > sequence);
}
