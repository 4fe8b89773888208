using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Works through the items of one stage, one or several at a time, until all are done, the run should end,
/// or a failure ends the stage.</summary>
internal sealed class StageItems<T>(
    RunFeed feed, ProgressPath stage, FailurePolicy policy, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private IEnumerator<T>? _remaining;
    private int _started;

    /// <summary>The items.</summary>
    public required IReadOnlyCollection<T> Items { get; init; }

    /// <summary>Describes an item; null gives its number.</summary>
    public required Func<T, string?> Describe { get; init; }

    /// <summary>Does an item and returns its summary.</summary>
    public required Func<T, CancellationToken, Task<string?>> Work { get; init; }

    /// <summary>Number of items that succeeded.</summary>
    public int Succeeded { get; private set; }

    /// <summary>Number of items that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>The failure that ended the stage.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The failure ends the job too.</summary>
    public bool Aborted { get; private set; }

    /// <summary>A failure ended the stage, but not the job.</summary>
    public bool Skipped { get; private set; }

    /// <summary>What told that the run should end.</summary>
    public OperationCanceledException? Cancellation { get; private set; }

    /// <summary>Runs until no item is left to start.</summary>
    public async Task RunAsync(int parallelism, CancellationToken cancellationToken)
    {
        using var remaining = Items.GetEnumerator();
        _remaining = remaining;
        if (parallelism == 1)
        {
            await WorkAsync(cancellationToken);
            return;
        }

        var workers = new Task[parallelism];
        for (var i = 0; i < workers.Length; i++)
            workers[i] = Task.Run(() => WorkAsync(cancellationToken), CancellationToken.None);
        await Task.WhenAll(workers);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (TryTake(cancellationToken, out var item, out var number))
        {
            var value = new ItemProgress
            {
                Description = Describe(item) ?? $"#{number}",
                Status = ProgressStatus.Running,
                Started = time.GetUtcNow(),
                OnFailure = policy,
            };
            ProgressPath? path;
            try
            {
                path = feed.StartItem(stage, value);
            }
            catch (OperationCanceledException e)
            {
                Cancellation ??= e;
                return;
            }

            await WorkAsync(item, value, path, cancellationToken);
        }
    }

    private async Task WorkAsync(T item, ItemProgress value, ProgressPath? path, CancellationToken cancellationToken)
    {
        try
        {
            var summary = await Work(item, cancellationToken);
            lock (_gate)
                Succeeded++;
            End(path, value with { Status = ProgressStatus.Success, Summary = summary });
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested || feed.Stop != RunStop.None)
        {
            End(path, value with { Status = ProgressStatus.Cancelled, Error = ProgressTexts.Of(e) });
            lock (_gate)
                Cancellation ??= e;
        }
#pragma warning disable CA1031 // whatever fails in an item is treated by the policy
        catch (Exception e)
#pragma warning restore CA1031
        {
            ProgressLog.ItemFailed(logger, e, feed.RunId, feed.Type, value.Description);
            feed.AddErrors(RunError.Of(e));
            End(path, value with { Status = ProgressStatus.Error, Error = ProgressTexts.Of(e) });
            Treat(e);
        }
    }

    private void Treat(Exception failure)
    {
        lock (_gate)
        {
            Failed++;
            var abort = policy == FailurePolicy.Fail || (policy == FailurePolicy.SkipItemOutlier && Succeeded == 0);
            if (!abort && policy != FailurePolicy.SkipStage)
                return;
            Failure ??= failure;
            Aborted |= abort;
            Skipped |= !abort;
        }

        if (Aborted)
            feed.Abort(ProgressTexts.Of(failure));
    }

    private void End(ProgressPath? path, ItemProgress value) =>
        feed.EndItem(stage, path, value with { Completed = time.GetUtcNow() });

    private bool TryTake(CancellationToken cancellationToken, out T item, out int number)
    {
        lock (_gate)
        {
            number = _started + 1;
            if (Failure is not null || Cancellation is not null || !_remaining!.MoveNext())
            {
                item = default!;
                return false;
            }

            item = _remaining.Current;
            if (cancellationToken.IsCancellationRequested)
            {
                Cancellation = new OperationCanceledException(cancellationToken);
                return false;
            }

            _started++;
            return true;
        }
    }
}
