using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Records a job's progress and applies failure policies as DHIS2 does.</summary>
internal sealed class JobProgress(RunFeed feed, TimeProvider time, ILogger logger) : IJobProgress
{
    /// <inheritdoc/>
    public void StartProcess(string? description) => feed.StartProcess(description);

    /// <inheritdoc/>
    public void CompleteProcess(string? summary) => feed.CompleteProcess(summary);

    /// <inheritdoc/>
    public void FailProcess(string error) => feed.FailProcess(ProgressTexts.Limit(error));

    /// <inheritdoc/>
    public void FailAttempt(string error) => feed.FailProcess(ProgressTexts.Limit(error), isAttempt: true);

    /// <inheritdoc/>
    public void AddError(RunError error) => feed.AddErrors([error]);

    /// <inheritdoc/>
    public void TellImport(ImportSummary summary) => feed.TellImport(summary);

    /// <inheritdoc/>
    public async Task<bool> RunStageAsync(
        string description,
        Func<CancellationToken, Task<string?>> work,
        CancellationToken cancellationToken,
        FailurePolicy onFailure = FailurePolicy.Parent)
    {
        var policy = Effective(onFailure, FailurePolicy.Fail);
        var stage = feed.StartStage(description, 0, policy);
        try
        {
            var summary = await work(cancellationToken);
            feed.EndStage(stage, ProgressStatus.Success, summary, null);
            return true;
        }
        catch (OperationCanceledException e) when (Stopping(cancellationToken))
        {
            feed.EndStage(stage, ProgressStatus.Cancelled, null, ProgressTexts.Of(e));
            throw;
        }
#pragma warning disable CA1031 // whatever fails in a stage is treated by its policy
        catch (Exception e)
#pragma warning restore CA1031
        {
            var error = ProgressTexts.Of(e);
            ProgressLog.StageFailed(logger, e, feed.RunId, feed.Type, description);
            feed.AddErrors(RunError.Of(e));
            feed.EndStage(stage, ProgressStatus.Error, null, error);
            if (policy is FailurePolicy.SkipStage or FailurePolicy.SkipItem)
                return false;
            feed.Abort(error);
            throw new OperationCanceledException(error, e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> RunStageAsync<T>(
        string description,
        IReadOnlyCollection<T> items,
        Func<T, string?> describe,
        Func<T, CancellationToken, Task<string?>> work,
        CancellationToken cancellationToken,
        FailurePolicy onFailure = FailurePolicy.Parent,
        int parallelism = 1)
    {
        var policy = Effective(onFailure, FailurePolicy.Fail);
        var stage = feed.StartStage(description, items.Count, policy);
        var run = new StageItems<T>(feed, stage, policy, time, logger)
        {
            Items = items,
            Describe = describe,
            Work = work,
        };
        await run.RunAsync(Math.Clamp(parallelism, 1, Math.Max(1, items.Count)), cancellationToken);
        var (succeeded, failed) = (run.Succeeded, run.Failed);
        if (run.Failure is { } failure && run.Aborted)
        {
            feed.EndStage(stage, ProgressStatus.Error, null, ProgressTexts.Aborted(succeeded, failed));
            throw new OperationCanceledException(ProgressTexts.Of(failure), failure);
        }

        if (run.Cancellation is { } cancellation)
        {
            feed.EndStage(stage, ProgressStatus.Cancelled, null, ProgressTexts.Cancelled(succeeded, failed));
            throw new OperationCanceledException(cancellation.Message, cancellation, cancellationToken);
        }

        if (run.Skipped)
        {
            feed.EndStage(stage, ProgressStatus.Error, null, ProgressTexts.Skipped(succeeded, failed));
            return false;
        }

        feed.EndStage(stage, ProgressStatus.Success, ProgressTexts.Items(succeeded, failed), null);
        return true;
    }

    private static FailurePolicy Effective(FailurePolicy policy, FailurePolicy parent) =>
        policy is FailurePolicy.Unspecified or FailurePolicy.Parent ? parent : policy;

    private bool Stopping(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested || feed.Stop != RunStop.None;
}
