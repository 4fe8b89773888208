using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using JobQueue = Dhis2Grpc.Server.Scheduling.JobQueue;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Watches of queues' runs as the contract promises them: the runs of the jobs, and how the queue stands.</summary>
internal sealed class QueueRunWatches(
    JobQueues queues, QueueRuns queueRuns, QueueHistory history, JobRuns runs, RunEventMessages messages)
{
    /// <summary>Watches a queue's run, or with follow all of them.</summary>
    /// <param name="request">What to watch.</param>
    /// <param name="opened">Called when the watch stands and nothing can go wrong with the request any more.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<WatchJobQueueRunResponse> WatchAsync(
        WatchJobQueueRunRequest request, Func<Task> opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var queue = await queues.GetAsync(request.Name, cancellationToken);
        var members = queue.Members.Select(m => m.Uid).ToHashSet();
        // The watch stands before anything is looked up: what happens meanwhile is not missed.
        using var watcher = runs.Watch(new RunFilter { JobUids = members }, request.ResumeToken);
        var latest = await history.LatestAsync(queue, cancellationToken);
        await opened();
        var fromStart = latest is not null && latest.Id == request.RunId;
        // Else what ended before is told by the queue's run alone.
        var told = Ended(latest).ToHashSet();
        if (fromStart)
        {
            await foreach (var before in HistoryAsync(Ended(latest), cancellationToken))
                yield return new() { ResumeToken = request.ResumeToken, Run = before };
        }

        if (!request.Follow && latest is { Outcome: not null })
        {
            yield return ToMessage(latest, queue, request.ResumeToken);
            yield break;
        }

        var token = request.ResumeToken;
        QueueRun? shown = null;
        await foreach (var (run, change) in ReadAsync(queue.Name, latest, watcher, cancellationToken))
        {
            if (run is { } watched)
            {
                token = watched.ResumeToken;
                // It ended while the watch began, and was told already.
                if (fromStart && told.Contains(watched.Event.RunId))
                    continue;
                yield return new() { ResumeToken = token, Run = messages.Of(watched) };
                if (watched.Event.Terminal)
                    told.Add(watched.Event.RunId);
            }
            else
            {
                shown = change;
                if (shown!.Outcome is null)
                    yield return ToMessage(shown, queue, token);
            }

            if (shown is not { Outcome: not null } || shown.Steps.Any(s => s.RunId is not null && members.Contains(s.JobUid) && !told.Contains(s.RunId)))
                continue;
            yield return ToMessage(shown, queue, token);
            if (!request.Follow)
                yield break;
            (shown, told) = (null, []);
        }
    }

    // The resume token of one run does not resume the queue's.
    private async IAsyncEnumerable<WatchJobRunResponse> HistoryAsync(
        IEnumerable<string> ended, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var runId in ended)
        {
            using var watcher = runs.Watch(new RunFilter { RunId = runId }, null);
            await foreach (var watched in watcher.ReadAsync(cancellationToken))
            {
                var message = messages.Of(watched).Clone();
                message.ResumeToken = "";
                yield return message;
                if (watched.Event.Terminal)
                    break;
            }
        }
    }

    private static WatchJobQueueRunResponse ToMessage(QueueRun run, JobQueue queue, string token) =>
        new() { ResumeToken = token, Terminal = run.Outcome is not null, QueueRun = run.ToMessage(queue) };

    private static IEnumerable<string> Ended(QueueRun? run) =>
        run is null ? [] : run.Steps.Where(s => s.Outcome is not null).Select(s => s.RunId).OfType<string>();

    // Both sources, one event at a time. They keep no events back: a slow reader finds what it missed merged.
    private async IAsyncEnumerable<(WatchedEvent? Run, QueueRun? Queue)> ReadAsync(
        string queue, QueueRun? known, RunWatcher watcher, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Full means wait: both writers find what they missed merged.
        var events = Channel.CreateBounded<(WatchedEvent?, QueueRun?)>(new BoundedChannelOptions(1) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pumps = Task.WhenAll(
            PumpAsync(RunsAsync(watcher, stop.Token), events.Writer, stop.Token),
            PumpAsync(ChangesAsync(queue, known, stop.Token), events.Writer, stop.Token));
        try
        {
            await foreach (var next in events.Reader.ReadAllAsync(cancellationToken))
                yield return next;
        }
        finally
        {
            await stop.CancelAsync();
            await pumps.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task PumpAsync(
        IAsyncEnumerable<(WatchedEvent?, QueueRun?)> source, ChannelWriter<(WatchedEvent?, QueueRun?)> target, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var next in source.WithCancellation(cancellationToken))
                await target.WriteAsync(next, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Such as the end of all watches at shutdown; the reader gets it.
            target.TryComplete(e);
        }
    }

    private static async IAsyncEnumerable<(WatchedEvent?, QueueRun?)> RunsAsync(
        RunWatcher watcher, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var watched in watcher.ReadAsync(cancellationToken))
            yield return (watched, null);
    }

    // The run that is there already is told too, unless it has ended.
    private async IAsyncEnumerable<(WatchedEvent?, QueueRun?)> ChangesAsync(
        string queue, QueueRun? known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = known is { Outcome: null } ? null : known;
        while (true)
        {
            // The queue may get another name while it is watched.
            (queue, var run, var changed) = queueRuns.Look(queue);
            if (run is not null && !ReferenceEquals(run, last))
            {
                last = run;
                yield return (null, run);
            }

            await changed.WaitAsync(cancellationToken);
        }
    }
}
