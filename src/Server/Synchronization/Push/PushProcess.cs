using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>A push as a process of a job: availability, then for each phase what there is and one item a page.</summary>
internal sealed class PushProcess(DataPush push, Availability availability, TimeProvider time, ILogger<PushProcess> logger)
{
    /// <summary>Runs it. A page that fails does not stop the others; the process fails when one did.</summary>
    /// <returns>Whether everything is accounted for.</returns>
    public async Task<bool> RunAsync(PushKind kind, int pageSize, IJobProgress progress, CancellationToken cancellationToken)
    {
        progress.StartProcess(kind == PushKind.DataValues ? "Data values synchronization" : "Complete data set registrations synchronization");
        var (done, outcome) = await RunStagesAsync(kind, pageSize, progress, cancellationToken);
        if (done)
            progress.CompleteProcess(outcome);
        else
            progress.FailProcess(outcome);
        return done;
    }

    /// <summary>Runs its stages in the process that is open.</summary>
    /// <returns>Whether everything is accounted for, and that in words.</returns>
    public async Task<(bool Done, string Outcome)> RunStagesAsync(PushKind kind, int pageSize, IJobProgress progress, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        if (!await progress.RunStageAsync("Test if remote server is available", CheckAsync, cancellationToken, FailurePolicy.SkipStage))
            return (false, "Remote server is not available; nothing was sent");

        PushRun? run = null;
        if (!await progress.RunStageAsync("Ask remote server for its version", async ct =>
        {
            run = await push.BeginAsync(kind, pageSize, ct);
            return null;
        }, cancellationToken, FailurePolicy.SkipStage) || run is null)
            return (false, "Remote server could not be used; nothing was sent");

        await using (run)
        {
            foreach (var phase in Enum.GetValues<PushPhase>().Where(run.Has))
                await RunAsync(run, phase, progress, cancellationToken);
            var totals = run.Totals;
            foreach (var reason in totals.Reasons)
            {
                if (reason.Code is { } code)
                    progress.AddError(new(code, null, kind == PushKind.DataValues ? "DataValue" : "CompleteDataSetRegistration", [], reason.Message));
            }

            SynchronizationLog.Pushed(logger, kind.Plural, totals.Rows, totals.Pages, totals.Refused, totals.FailedPages, time.GetElapsedTime(begun).TotalSeconds);
            return totals.Failure is { } failure
                ? (false, $"{totals}; {totals.FailedPages} pages failed and are sent again by the next run: {failure.Message}")
                : (true, totals.Pages == 0 ? $"No new or updated {kind.Plural} to push." : totals.ToString());
        }
    }

    private static async Task RunAsync(PushRun run, PushPhase phase, IJobProgress progress, CancellationToken cancellationToken)
    {
        var what = phase switch
        {
            PushPhase.Interrupted => $"{run.Kind.Plural} left by an earlier run",
            PushPhase.Refused => $"rejected {run.Kind.Plural}",
            _ => $"changed {run.Kind.Plural}",
        };
        long rows = 0;
        await progress.RunStageAsync($"Count {what}", async ct =>
        {
            rows = await run.OpenAsync(phase, ct);
            return string.Create(CultureInfo.InvariantCulture, $"{rows} in {(rows == 0 ? 0 : run.Pages.Count)} pages");
        }, cancellationToken);
        if (!run.IsAtEnd)
        {
            await progress.RunStageAsync($"Push {what}", run.Pages, page => string.Create(CultureInfo.InvariantCulture, $"Page {page} of {run.Pages.Count}"),
                async (_, ct) => (await run.SendNextAsync(ct))?.ToString(), cancellationToken, FailurePolicy.SkipItem);
        }
        await run.CloseAsync(cancellationToken);
    }

    private async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        var status = await availability.CheckPatientlyAsync(cancellationToken);
        return status.Available ? status.Message : throw new RemoteUnreachableException(status.Message);
    }
}
