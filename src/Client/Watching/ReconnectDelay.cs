using Dhis2Grpc.Client.Errors;
using Grpc.Core;

namespace Dhis2Grpc.Client.Watching;

/// <summary>How long to wait before the next attempt: what the server asks for, else twice as long each time, from
/// 100 ms to 5 s, give or take a quarter so that many clients do not come back at once.</summary>
internal sealed class ReconnectDelay(TimeProvider time, TimeSpan giveUpAfter)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private int _attempt;
    private long? _lostAt;

    /// <summary>The connection works.</summary>
    public void Reset()
    {
        _attempt = 0;
        _lostAt = null;
    }

    /// <summary>The watch ended before its time: waits for the next attempt.</summary>
    /// <param name="lost">Why; null when the server just ended it.</param>
    /// <param name="what">What the end of is still to come.</param>
    /// <param name="options">Hear of a lost connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Dhis2Exception">It is time to give up.</exception>
    public async Task WaitAsync(Dhis2Exception? lost, string what, WatchOptions options, CancellationToken cancellationToken)
    {
        var wait = Next(lost) ?? throw lost ?? Dhis2Exception.From(new RpcException(new Status(
            StatusCode.Unavailable, $"The server keeps ending the watch before the end of {what}.")));
        if (lost is not null)
            options.OnConnectionLost?.Invoke(lost, wait);
        await Task.Delay(wait, time, cancellationToken);
    }

    /// <summary>The connection is lost: the wait before the next attempt; null to give up.</summary>
    public TimeSpan? Next(Dhis2Exception? reason)
    {
        _lostAt ??= time.GetTimestamp();
        if (time.GetElapsedTime(_lostAt.Value) >= giveUpAfter)
            return null;
        var doubled = TimeSpan.FromMilliseconds(100 * Math.Pow(2, Math.Min(_attempt++, 10)));
        var wait = doubled < Longest ? doubled : Longest;
        var spread = wait * (0.75 + (Random.Shared.NextDouble() / 2));
        return reason?.RetryAfter is { } asked && asked > spread ? asked : spread;
    }
}
