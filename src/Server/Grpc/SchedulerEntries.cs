using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Jobs and queues as the schedule shows them.</summary>
internal sealed class SchedulerEntries(JobConfigurations configurations, JobCatalog catalog, TimeProvider time)
{
    private const string QueueType = "Sequence";

    /// <summary>Each queue once, and each other job once; what only ever runs on request, and once, is left out.</summary>
    public async ValueTask<List<SchedulerEntry>> ListAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var views = await configurations.ShowAsync([.. await configurations.ListAsync(cancellationToken)], cancellationToken);
        return
        [
            .. views.Where(v => !IsRunOnce(v.Configuration))
                .GroupBy(v => v.Configuration.QueueName is { } queue ? (queue, true) : (v.Configuration.Uid, false))
                .Select(g => Of([.. g.OrderBy(v => v.Configuration.QueuePosition)], now)),
        ];
    }

    /// <summary>The jobs that can be put into a queue, by name.</summary>
    public async ValueTask<List<SchedulerEntry>> ListQueueableAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var all = await configurations.ListAsync(cancellationToken);
        var views = await configurations.ShowAsync([.. all.Where(IsQueueable)], cancellationToken);
        return [.. views.Select(v => Of([v], now)).OrderBy(e => e.Name, StringComparer.Ordinal)];
    }

    private SchedulerEntry Of(List<JobView> jobs, DateTimeOffset now)
    {
        var trigger = jobs[0];
        var job = trigger.Configuration;
        catalog.TryGet(job.Type, out var type);
        var entry = new SchedulerEntry
        {
            Name = job.QueueName ?? job.Name,
            Type = job.QueueName is null ? WireName.Of(job.Type) : QueueType,
            Delay = job.Delay?.ToDuration(),
            NextExecutionTime = trigger.NextExecution?.ToTimestamp(),
            MaxDelayedExecutionTime = trigger.MaxDelayedExecution?.ToTimestamp(),
            Status = jobs.Exists(j => StatusOf(j) == JobStatus.Running) ? JobStatus.Running : StatusOf(trigger),
            Enabled = job.Enabled,
            Configurable = job.QueueName is not null || type is { UserDefinable: true },
            Sequence = { jobs.Select(ToJob) },
        };
        if (job.CronExpression is not null)
            entry.CronExpression = job.CronExpression;
        if (trigger.NextExecution is { } next)
            entry.SecondsToNextExecutionTime = (long)(next - now).TotalSeconds;
        if (trigger.MaxDelayedExecution is { } latest)
            entry.SecondsToMaxDelayedExecutionTime = (long)(latest - now).TotalSeconds;
        return entry;
    }

    private static SchedulerEntryJob ToJob(JobView view)
    {
        var job = view.Configuration;
        var message = new SchedulerEntryJob
        {
            Id = job.Uid,
            Name = job.Name,
            Type = job.Type,
            Delay = job.Delay?.ToDuration(),
            NextExecutionTime = view.NextExecution?.ToTimestamp(),
            Status = StatusOf(view),
        };
        if (job.CronExpression is not null)
            message.CronExpression = job.CronExpression;
        return message;
    }

    private static JobStatus StatusOf(JobView view) =>
        view.State.RunningRunId is not null ? JobStatus.Running
        : view.Configuration.Enabled ? JobStatus.Scheduled
        : JobStatus.Disabled;

    private bool IsQueueable(Scheduling.JobConfiguration job) =>
        job.QueueName is null && catalog.TryGet(job.Type, out var type) && type is { UserDefinable: true, SchedulingType: SchedulingType.Cron }
        && JobSchedule.KindOf(job, type.SchedulingType) != SchedulingType.FixedDelay;

    private static bool IsRunOnce(Scheduling.JobConfiguration job) =>
        job is { Enabled: true, CronExpression: null, Delay: null, QueueName: null };
}
