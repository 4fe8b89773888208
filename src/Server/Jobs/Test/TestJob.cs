using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Jobs.Test;

/// <summary>TEST: does no work, to try progress, failures, policies and cancellation. It waits, then goes through
/// stages of items, and fails where it is told to.</summary>
internal sealed class TestJob(TimeProvider time) : IJob
{
    /// <summary>Text of a failure unless the parameters give one.</summary>
    public const string DefaultFailure = "Simulated error";

    /// <summary>Text of a failure of the outcome unless the parameters give one.</summary>
    public const string DefaultOutcome = "Simulated failure of a post-condition";

    /// <summary>Code of a failure that is not an exception without one: with it, it is recorded as an error of the run.</summary>
    public const string FailureCode = "E1004";

    // More than one, so that items overlap on any machine.
    private static readonly int Parallelism = Math.Max(2, Environment.ProcessorCount);

    /// <inheritdoc/>
    public JobType Type => JobType.Test;

    /// <inheritdoc/>
    public async Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        var parameters = context.Parameters as TestParameters ?? new TestParameters();
        context.Progress.StartProcess("Test job");
        var millis = parameters.WaitMillis.ToString(CultureInfo.InvariantCulture);
        await context.Progress.RunStageAsync(
            $"Waiting for {millis}ms",
            async ct =>
            {
                await WaitAsync(parameters.WaitMillis, ct);
                return $"waited for {millis}ms";
            },
            cancellationToken);

        for (var stage = 0; stage < parameters.Stages; stage++)
            await RunStageAsync(stage, parameters, context, cancellationToken);
        context.Progress.CompleteProcess(null);
    }

    private async Task RunStageAsync(int stage, TestParameters parameters, JobRunContext context, CancellationToken cancellationToken)
    {
        var description = string.Create(CultureInfo.InvariantCulture, $"Stage {stage + 1}");
        var fails = parameters.HasFailAtStage ? parameters.FailAtStage == stage : parameters.HasFailAtItem;
        if (parameters.Items == 0 || (fails && !parameters.HasFailAtItem))
        {
            await context.Progress.RunStageAsync(
                description, ct => WorkAsync(fails, parameters, ct), cancellationToken, parameters.FailWithPolicy);
            return;
        }

        await context.Progress.RunStageAsync(
            description,
            Enumerable.Range(0, parameters.Items).ToArray(),
            static _ => null,
            (item, ct) => WorkAsync(fails && item == parameters.FailAtItem, parameters, ct),
            cancellationToken,
            parameters.FailWithPolicy,
            parameters.RunStagesParallel ? Parallelism : 1);
    }

    private async Task<string?> WorkAsync(bool fails, TestParameters parameters, CancellationToken cancellationToken)
    {
        await WaitAsync(parameters.ItemDuration, cancellationToken);
        if (!fails)
            return null;
        var text = parameters.HasFailWithMessage ? parameters.FailWithMessage
            : parameters.FailWithPostCondition ? DefaultOutcome : DefaultFailure;
        // An exception need not have a text; then its class is shown.
        throw parameters.FailWithException
            ? new InvalidOperationException(parameters.HasFailWithMessage ? parameters.FailWithMessage : "")
            : new Dhis2Exception(ErrorKind.Conflict, text, FailureCode);
    }

    private Task WaitAsync(long millis, CancellationToken cancellationToken) =>
        millis > 0 ? Task.Delay(TimeSpan.FromMilliseconds(millis), time, cancellationToken) : Task.CompletedTask;
}
