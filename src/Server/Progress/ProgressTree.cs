using Dhis2.Common.V1;

namespace Dhis2Grpc.Server.Progress;

/// <summary>The growing tree of one run. Knows its revision and what changed lately. Not thread-safe.</summary>
internal sealed class ProgressTree
{
    /// <summary>Changes that are remembered for deltas.</summary>
    public const int JournalCapacity = 1024;

    /// <summary>Items that one run lists. Later successful ones are only counted, so that a run of any length fits
    /// into a message and a document.</summary>
    public const int ListedItems = 5_000;

    /// <summary>Failed items that one run lists beyond <see cref="ListedItems"/>.</summary>
    public const int ListedFailures = 1_000;

    private readonly ProgressJournal _journal = new(JournalCapacity);
    private readonly List<ProcessNode> _processes = [];
    private int _listedItems;
    private RunErrorList? _errors;
    private ImportSummary? _import;
    private RunProgress _snapshot = RunProgress.Empty;

    /// <summary>Grows with every change.</summary>
    public long Revision => _journal.Revision;

    /// <summary>Number of items listed.</summary>
    public int ItemCount => _listedItems;

    /// <summary>Whether a further item is still listed.</summary>
    public bool ListsMoreItems => _listedItems < ListedItems;

    /// <summary>Whether a further failed item is still listed.</summary>
    public bool ListsMoreFailures => _listedItems < ListedItems + ListedFailures;

    /// <summary>Processes without their stages.</summary>
    public IEnumerable<ProcessProgress> Processes => _processes.Select(p => p.Value);

    /// <summary>Number of processes.</summary>
    public int ProcessCount => _processes.Count;

    /// <summary>Notes a change of the run that is no change of a node.</summary>
    public void TouchRun() => _journal.Add(ProgressPath.Run);

    /// <summary>What an import of data did; null when the run is none, or not so far.</summary>
    public ImportSummary? Import
    {
        get => _import;
        set
        {
            _import = value;
            TouchRun();
        }
    }

    /// <summary>Adds an error of an object.</summary>
    public void Add(RunError error)
    {
        if ((_errors ??= new()).Add(error))
            TouchRun();
    }

    /// <summary>The process, without its stages.</summary>
    public ProcessProgress Process(int process) => _processes[process].Value;

    /// <summary>The stage, without its items.</summary>
    public StageProgress Stage(ProgressPath path) => _processes[path.Process].Stages[path.Stage].Value;

    /// <summary>The item.</summary>
    public ItemProgress Item(ProgressPath path) =>
        _processes[path.Process].Stages[path.Stage].Items[path.Item].Value;

    /// <summary>Positions of a process's stages that are still running.</summary>
    public IEnumerable<ProgressPath> RunningStages(int process)
    {
        var stages = _processes[process].Stages;
        for (var i = 0; i < stages.Count; i++)
        {
            if (stages[i].Value.Completed is null)
                yield return new ProgressPath(process, i);
        }
    }

    /// <summary>Appends a process.</summary>
    public int Add(ProcessProgress value)
    {
        _processes.Add(new ProcessNode(value) { ChangedAt = _journal.Add(new(_processes.Count)) });
        return _processes.Count - 1;
    }

    /// <summary>Appends a stage to a process.</summary>
    public ProgressPath Add(int process, StageProgress value)
    {
        var stages = _processes[process].Stages;
        var path = new ProgressPath(process, stages.Count);
        stages.Add(new StageNode(value) { ChangedAt = _journal.Add(path) });
        return path;
    }

    /// <summary>Appends an item to a stage.</summary>
    public ProgressPath Add(ProgressPath stage, ItemProgress value)
    {
        var node = _processes[stage.Process].Stages[stage.Stage];
        var path = stage with { Item = node.Items.Count };
        node.Items.Add((value, _journal.Add(path)));
        node.Snapshot = null;
        _listedItems++;
        return path;
    }

    /// <summary>Replaces a process; its stages stay.</summary>
    public void Set(int process, ProcessProgress value)
    {
        var node = _processes[process];
        node.Value = value;
        node.ChangedAt = _journal.Add(new(process));
    }

    /// <summary>Replaces a stage; its items stay.</summary>
    public void Set(ProgressPath path, StageProgress value)
    {
        var node = _processes[path.Process].Stages[path.Stage];
        node.Value = value;
        node.Snapshot = null;
        node.ChangedAt = _journal.Add(path);
    }

    /// <summary>Replaces an item.</summary>
    public void Set(ProgressPath path, ItemProgress value)
    {
        var node = _processes[path.Process].Stages[path.Stage];
        node.Items[path.Item] = (value, _journal.Add(path));
        node.Snapshot = null;
    }

    /// <summary>The whole tree as it is now. Unchanged stages are shared with the snapshot before.</summary>
    public RunProgress Snapshot()
    {
        if (_snapshot.Revision != Revision)
            _snapshot = new RunProgress(Revision, [.. _processes.Select(p => p.Snapshot())]) { Errors = _errors?.Snapshot(), Import = _import };
        return _snapshot;
    }

    /// <summary>What changed after the revision; null when that is no longer known.</summary>
    public ProgressChanges? ChangesSince(long revision)
    {
        if (!_journal.Covers(revision))
            return null;

        var changed = new List<ProgressPath>();
        for (var r = revision + 1; r <= Revision; r++)
        {
            var path = _journal[r];
            if (path.Process >= 0 && ChangedAt(path) == r)
                changed.Add(path);
        }

        changed.Sort();
        var processes = new List<ProcessChange>();
        var stages = new List<StageChange>();
        var items = new List<ItemChange>();
        foreach (var path in changed)
        {
            if (path.Item >= 0)
                items.Add(new(path.Process, path.Stage, path.Item, Item(path)));
            else if (path.Stage >= 0)
                stages.Add(new(path.Process, path.Stage, Stage(path)));
            else
                processes.Add(new(path.Process, Process(path.Process)));
        }

        return new ProgressChanges(processes, stages, items);
    }

    private long ChangedAt(ProgressPath path)
    {
        var process = _processes[path.Process];
        if (path.Stage < 0)
            return process.ChangedAt;
        var stage = process.Stages[path.Stage];
        return path.Item < 0 ? stage.ChangedAt : stage.Items[path.Item].ChangedAt;
    }

    private sealed class ProcessNode(ProcessProgress value)
    {
        public ProcessProgress Value { get; set; } = value;

        public long ChangedAt { get; set; }

        public List<StageNode> Stages { get; } = [];

        public ProcessProgress Snapshot() => Value with { Stages = [.. Stages.Select(s => s.Frozen())] };
    }

    private sealed class StageNode(StageProgress value)
    {
        public StageProgress Value { get; set; } = value;

        public long ChangedAt { get; set; }

        public StageProgress? Snapshot { get; set; }

        public List<(ItemProgress Value, long ChangedAt)> Items { get; } = [];

        public StageProgress Frozen() =>
            Snapshot ??= Items.Count == 0 ? Value : Value with { Items = [.. Items.Select(i => i.Value)] };
    }
}
