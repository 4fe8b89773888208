using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Client.Watching;

/// <summary>The runs of one watch as they are now. Applies events, and drops what was seen before.</summary>
internal sealed class RunTrees
{
    // Ended runs are remembered, so that a resumed stream cannot end them twice; the oldest are forgotten.
    private const int RememberedEnds = 1_000;

    private readonly Dictionary<string, Tree> _live = [];
    private readonly HashSet<string> _ended = [];
    private readonly Queue<string> _endOrder = [];

    /// <summary>Whether a run has ended.</summary>
    public bool AnyEnded => _ended.Count > 0;

    /// <summary>Whether the tree of a run is at hand; a delta needs it.</summary>
    public bool Knows(string runId) => _live.ContainsKey(runId) || _ended.Contains(runId);

    /// <summary>Applies an event; null when it brings nothing new.</summary>
    public JobRunUpdate? Apply(WatchJobRunResponse response)
    {
        if (_ended.Contains(response.RunId))
            return null;
        var update = response.EventCase switch
        {
            WatchJobRunResponse.EventOneofCase.Snapshot => Replace(response),
            WatchJobRunResponse.EventOneofCase.Delta => Change(response),
            _ => null,
        };
        if (update is { Terminal: true })
            Forget(response.RunId);
        return update;
    }

    private JobRunUpdate? Replace(WatchJobRunResponse response)
    {
        if (_live.TryGetValue(response.RunId, out var known) && response.Revision <= known.Revision
            && !response.Terminal)
            return null;
        var tree = new Tree(response.Snapshot, response.Revision);
        _live[response.RunId] = tree;
        return new(tree.Run, null, response.Terminal, response.Revision, response.ResumeToken);
    }

    private JobRunUpdate? Change(WatchJobRunResponse response)
    {
        if (!_live.TryGetValue(response.RunId, out var tree)
            || (response.Revision <= tree.Revision && !response.Terminal))
            return null;
        RunDeltas.Apply(tree.Run, response.Delta);
        tree.Revision = response.Revision;
        return new(tree.Run, response.Delta, response.Terminal, response.Revision, response.ResumeToken);
    }

    private void Forget(string runId)
    {
        _live.Remove(runId);
        _ended.Add(runId);
        _endOrder.Enqueue(runId);
        if (_endOrder.Count > RememberedEnds)
            _ended.Remove(_endOrder.Dequeue());
    }

    private sealed class Tree(JobRun run, long revision)
    {
        public JobRun Run { get; } = run;

        public long Revision { get; set; } = revision;
    }
}
