using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Which jobs are due or stuck, and what an operator does about them.</summary>
internal sealed class JobMaintenance(
    IJobStore store, JobConfigurations configurations, JobCatalog catalog, JobRunner runner, TimeProvider time)
{
    /// <summary>A run that gave a sign of life so lately is not ended from outside.</summary>
    public static readonly TimeSpan AliveFor = TimeSpan.FromMinutes(1);

    private const string RevertReason = "The run gave no sign of life and was ended by a user.";

    /// <summary>Enabled, idle jobs that come due within the time, by type and creation.</summary>
    /// <param name="within">From now.</param>
    /// <param name="includeWaiting">Those too whose type is running.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    public async ValueTask<IReadOnlyList<JobView>> ListDueAsync(TimeSpan within, bool includeWaiting, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + within;
        var views = await ShowAllAsync(cancellationToken);
        var running = views.Where(v => v.State.RunningRunId is not null).Select(v => v.Configuration.Type).ToHashSet();
        return
        [
            .. views.Where(v => v is { Configuration.Enabled: true, State.RunningRunId: null } && v.NextExecution <= until)
                .Where(v => includeWaiting || !running.Contains(v.Configuration.Type))
                .OrderBy(v => v.Configuration.Type)
                .ThenBy(v => v.Configuration.Created),
        ];
    }

    /// <summary>Running jobs that gave no sign of life for the time, or that run longer than their own delay.</summary>
    public async ValueTask<IReadOnlyList<JobView>> ListStaleAsync(TimeSpan silent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return
        [
            .. (await ShowAllAsync(cancellationToken)).Where(v => v.State.RunningRunId is not null
                && (now - v.State.LastAlive > silent || (IsByDelay(v.Configuration) && now - v.State.LastExecuted > v.Configuration.Delay))),
        ];
    }

    /// <summary>Deletes jobs without a schedule that ran, and ended so long ago. One that left a queue has none either,
    /// but is disabled, and stays.</summary>
    /// <returns>How many.</returns>
    public async ValueTask<int> CleanAsync(TimeSpan ended, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var deleted = 0;
        foreach (var job in await store.ListAsync(cancellationToken))
        {
            if (job is not { Enabled: true, CronExpression: null, Delay: null, QueueName: null }
                || !catalog.TryGet(job.Type, out var type) || !type.UserDefinable)
                continue;
            var state = await store.GetStateAsync(job.Uid, cancellationToken);
            if (state.RunningRunId is not null || !(now - state.LastFinished >= ended))
                continue;
            try
            {
                await configurations.DeleteAsync(job.Uid, job.Revision, validateOnly: false, cancellationToken);
                deleted++;
            }
            catch (Dhis2Exception e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Aborted)
            {
                // Somebody else changed or deleted it meanwhile, and knows better.
            }
        }

        return deleted;
    }

    /// <summary>Ends a run that gives no sign of life as failed, so that its job can start again.</summary>
    /// <exception cref="Dhis2Exception">NotFound: there is no such job. Conflict: it is not running, or alive.</exception>
    public async ValueTask RevertAsync(string uid, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(uid, cancellationToken) is null)
            throw JobErrors.NotFound(uid);
        var state = await store.GetStateAsync(uid, cancellationToken);
        if (state.RunningRunId is not { } runId || await store.FindRunAsync(runId, cancellationToken) is not { Outcome: null } run)
            throw JobErrors.Conflict("Job is not running");
        if (time.GetUtcNow() - state.LastAlive < AliveFor || !await runner.RevertAsync(run, RevertReason, cancellationToken))
            throw JobErrors.Conflict("Failed to transition job from RUNNING state");
    }

    private bool IsByDelay(JobConfiguration job) =>
        catalog.TryGet(job.Type, out var type) && JobSchedule.KindOf(job, type.SchedulingType) == SchedulingType.FixedDelay;

    private async ValueTask<IReadOnlyList<JobView>> ShowAllAsync(CancellationToken cancellationToken) =>
        await configurations.ShowAsync(await store.ListAsync(cancellationToken), cancellationToken);
}
