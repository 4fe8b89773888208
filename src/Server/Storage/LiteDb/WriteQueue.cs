using System.Collections.Concurrent;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Hands requests of any number of callers to one thread, those that wait together as one group. Bounded: a
/// caller that comes when it is full waits, without blocking a thread.</summary>
internal sealed class WriteQueue : IDisposable
{
    /// <summary>Requests that may wait.</summary>
    public const int Capacity = 8_192;

    /// <summary>Requests in one group at most.</summary>
    public const int MaxGroup = 1_024;

    // Under load, waiting a moment makes fewer and larger transactions, each of which costs the same.
    private const int BusyGroup = 4;
    private static readonly TimeSpan BusyWait = TimeSpan.FromMilliseconds(2);

    private readonly SemaphoreSlim _room = new(Capacity);
    private readonly BlockingCollection<WriteRequest> _requests = [];
    private readonly ManualResetEventSlim _closing = new();
    private readonly Action<IReadOnlyList<WriteRequest>> _write;
    private readonly Thread _thread;

    public WriteQueue(Action<IReadOnlyList<WriteRequest>> write)
    {
        _write = write;
        _thread = new(Run) { Name = "litedb-writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Queues a request. Once queued it is carried out.</summary>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async ValueTask AddAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsSet, typeof(LiteDbStore));
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _requests.Add(request, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            _room.Release();
            throw new ObjectDisposedException(nameof(LiteDbStore));
        }
    }

    /// <summary>Carries out what is queued, and ends the thread.</summary>
    public void Dispose()
    {
        if (_closing.IsSet)
            return;
        _closing.Set();
        _requests.CompleteAdding();
        _thread.Join();
        _requests.Dispose();
        _room.Dispose();
        _closing.Dispose();
    }

    private void Run()
    {
        var group = new List<WriteRequest>();
        var last = 0;
        while (_requests.TryTake(out var first, Timeout.Infinite))
        {
            if (last >= BusyGroup)
                _closing.Wait(BusyWait);
            group.Add(first);
            while (group.Count < MaxGroup && _requests.TryTake(out var next))
                group.Add(next);
            _room.Release(group.Count);
            _write(group);
            last = group.Count;
            group.Clear();
        }
    }
}
