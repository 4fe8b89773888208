namespace Dhis2Grpc.Server.Scheduling;

/// <summary>A job as the scheduler holds it in memory. Guarded by its <see cref="JobBoard"/>.</summary>
internal sealed class ScheduledJob(JobConfiguration configuration, JobSchedule schedule, ScheduleHistory history)
{
    /// <summary>The configuration, as last seen.</summary>
    public JobConfiguration Configuration { get; set; } = configuration;

    /// <summary>Its schedule.</summary>
    public JobSchedule Schedule { get; set; } = schedule;

    /// <summary>What its schedule must know of its past.</summary>
    public ScheduleHistory History { get; set; } = history;

    /// <summary>When to start it.</summary>
    public DateTimeOffset Due { get; set; }

    /// <summary>The occurrence it would run for.</summary>
    public DateTimeOffset Occurrence { get; set; }

    /// <summary>A run before it in its queue completed then, and it is to start.</summary>
    public DateTimeOffset? QueuedAt { get; set; }

    /// <summary>The configuration of the start in progress, or of the run.</summary>
    public JobConfiguration Taken { get; private set; } = configuration;

    /// <summary>The queue's order that the start in progress obeys; null when it is for the schedule.</summary>
    public DateTimeOffset? TakenQueuedAt { get; private set; }

    /// <summary>The number of runs of the type that had ended when the start in progress began.</summary>
    public long TakenReleases { get; private set; }

    /// <summary>After a start that failed for a reason that passes: not to try again before.</summary>
    public DateTimeOffset NotBefore { get; set; }

    /// <summary>It is being started, or was started by the scheduler and runs.</summary>
    public bool Busy { get; set; }

    /// <summary>It was deleted.</summary>
    public bool Removed { get; set; }

    /// <summary>The heap it is in; null when in none.</summary>
    public DueHeap? Heap { get; set; }

    /// <summary>Its place in that heap.</summary>
    public int HeapIndex { get; set; }

    /// <summary>It is about to be started.</summary>
    /// <param name="releases">The number of runs of the type that ended so far.</param>
    public void Take(long releases)
    {
        TakenReleases = releases;
        Busy = true;
        Taken = Configuration;
        TakenQueuedAt = QueuedAt;
        QueuedAt = null;
    }

    /// <summary>It was not started, but will be.</summary>
    public void PutBack()
    {
        Busy = false;
        QueuedAt ??= TakenQueuedAt;
    }
}
