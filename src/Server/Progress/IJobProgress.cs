using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Server.Progress;

/// <summary>What a job calls to tell how far it is. The only place that checks for cancellation: every start throws
/// <see cref="OperationCanceledException"/> once the run was cancelled, or aborted by a failure.</summary>
internal interface IJobProgress
{
    /// <summary>Starts a process; one still open is completed implicitly.</summary>
    void StartProcess(string? description);

    /// <summary>Ends the open process with success.</summary>
    void CompleteProcess(string? summary);

    /// <summary>Ends the open process with an error; the run fails.</summary>
    void FailProcess(string error);

    /// <summary>Ends the open process with an error that is not the run's: another process does its work once more.</summary>
    void FailAttempt(string error);

    /// <summary>Tells that something is wrong with an object; the run goes on. Failures of stages and items that have
    /// an error code are told by themselves.</summary>
    void AddError(RunError error);

    /// <summary>Tells what an import of data did, in numbers.</summary>
    void TellImport(ImportSummary summary);

    /// <summary>Runs a stage without items. The work returns the summary. A failure is treated by the policy.</summary>
    /// <returns>Whether the stage succeeded; false only when the policy lets the job go on.</returns>
    Task<bool> RunStageAsync(
        string description,
        Func<CancellationToken, Task<string?>> work,
        CancellationToken cancellationToken,
        FailurePolicy onFailure = FailurePolicy.Parent);

    /// <summary>Runs a stage with items, one after another or, with <paramref name="parallelism"/> above 1, several
    /// at a time. The work returns the item's summary.</summary>
    /// <returns>Whether the stage succeeded; false only when the policy lets the job go on.</returns>
    Task<bool> RunStageAsync<T>(
        string description,
        IReadOnlyCollection<T> items,
        Func<T, string?> describe,
        Func<T, CancellationToken, Task<string?>> work,
        CancellationToken cancellationToken,
        FailurePolicy onFailure = FailurePolicy.Parent,
        int parallelism = 1);
}
