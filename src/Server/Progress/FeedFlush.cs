namespace Dhis2Grpc.Server.Progress;

/// <summary>Decides when the changes of one run go to its watchers: at once after a pause, else once per tick, so
/// that a busy job costs its watchers one message per tick and the job itself nothing.</summary>
internal sealed class FeedFlush
{
    private int _pending;
    private long _last = long.MinValue;

    /// <summary>Claims the next delivery.</summary>
    /// <returns>False when one is on its way already.</returns>
    public bool TryClaim() => Interlocked.Exchange(ref _pending, 1) == 0;

    /// <summary>How long the claimed delivery has to wait.</summary>
    public TimeSpan Wait(TimeProvider time, TimeSpan tick)
    {
        var last = Volatile.Read(ref _last);
        var wait = last == long.MinValue ? TimeSpan.Zero : tick - time.GetElapsedTime(last);
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>The delivery begins; later changes claim the next one.</summary>
    public void Begin(TimeProvider time)
    {
        Volatile.Write(ref _last, time.GetTimestamp());
        Volatile.Write(ref _pending, 0);
    }
}
