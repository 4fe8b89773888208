using System.Collections.Concurrent;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Hands claimed runs to threads of the pool. A thread begins one run after another, and asks for a second
/// thread before each as long as more wait, so that a run which keeps its thread never holds up the others, and
/// thousands of short ones do not cost a hand-over each.</summary>
internal sealed class RunQueue(Action<ActiveRun> begin) : IThreadPoolWorkItem
{
    // What else waits for the pool gets its turn.
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(30);

    private readonly ConcurrentQueue<ActiveRun> _waiting = new();
    private int _asked;

    /// <summary>Adds runs; they begin soon.</summary>
    public void Add(IEnumerable<ActiveRun> runs)
    {
        foreach (var run in runs)
            _waiting.Enqueue(run);
        Ask();
    }

    /// <inheritdoc/>
    public void Execute()
    {
        Interlocked.Exchange(ref _asked, 0);
        var since = Environment.TickCount64;
        while (_waiting.TryDequeue(out var run))
        {
            if (!_waiting.IsEmpty)
                Ask();
            begin(run);
            if (Environment.TickCount64 - since < Turn.TotalMilliseconds)
                continue;
            if (!_waiting.IsEmpty)
                Ask();
            return;
        }
    }

    private void Ask()
    {
        if (Interlocked.Exchange(ref _asked, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
