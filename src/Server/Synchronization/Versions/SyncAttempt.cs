using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Messages.Email;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>One attempt to synchronize metadata: its steps are stages of the open process, and none of them ends the run.</summary>
internal sealed class SyncAttempt(IJobProgress progress)
{
    private readonly List<StepFailure> _failures = [];

    /// <summary>Where progress goes.</summary>
    public IJobProgress Progress => progress;

    /// <summary>Steps that failed, and why.</summary>
    public IReadOnlyList<StepFailure> Failures => _failures;

    /// <summary>It has to be made again, or the run fails.</summary>
    public bool IsFailed { get; private set; }

    /// <summary>Another attempt would fare no better.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>The version at which it failed, when it came so far.</summary>
    public MetadataVersion? Version { get; private set; }

    /// <summary>What it came to.</summary>
    public string Summary { get; set; } = "";

    /// <summary>Runs a step.</summary>
    /// <returns>Whether it succeeded; otherwise the attempt has failed.</returns>
    public async Task<bool> StepAsync(string description, Func<CancellationToken, Task<string?>> work, CancellationToken cancellationToken)
    {
        var failure = await TryAsync(description, work, cancellationToken);
        if (failure is not null)
            Fail(description, failure);
        return failure is null;
    }

    /// <summary>Runs a step whose failure is not yet the attempt's.</summary>
    /// <returns>Why it failed; null when it did not.</returns>
    public async Task<Exception?> TryAsync(string description, Func<CancellationToken, Task<string?>> work, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        var done = await progress.RunStageAsync(description, async ct =>
        {
            try
            {
                return await work(ct);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                failure = e;
                throw;
            }
        }, cancellationToken, FailurePolicy.SkipStage);
        return done ? null : failure ?? new InvalidOperationException("The step ended early");
    }

    /// <summary>The attempt fails because of a step.</summary>
    public void Fail(string step, Exception failure)
    {
        Fail(step, failure.Message);
        if (failure is not VersionSyncException known)
            return;
        Version = known.Version;
        IsFinal = known.Failure == VersionSyncFailure.OtherServerVersion;
    }

    /// <summary>The attempt fails because of a step.</summary>
    public void Fail(string step, string message, bool isFinal = false)
    {
        _failures.Add(new(step, message));
        IsFailed = true;
        IsFinal = isFinal;
    }

    /// <summary>Sends an e-mail; when it cannot be sent that is shown, and nothing else.</summary>
    public async Task NotifyAsync(Func<CancellationToken, Task<EmailOutcome?>> send, CancellationToken cancellationToken)
    {
        // Whether there is one to send is known only once it was tried; a stage that says so would be noise.
        if (await send(cancellationToken) is not { } outcome)
            return;
        await progress.RunStageAsync(
            "Send e-mail notification",
            _ => outcome.Sent ? Task.FromResult<string?>(outcome.Description) : throw new EmailNotSentException(outcome.Description),
            cancellationToken, FailurePolicy.SkipStage);
    }
}

/// <summary>An e-mail was not sent.</summary>
internal sealed class EmailNotSentException(string reason) : Exception($"The e-mail was not sent: {reason}");
