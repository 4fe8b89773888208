using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling.Cron;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What comes due when, in memory; rebuilt from the store at start, which stays the truth. No call looks at
/// more than the jobs concerned, but <see cref="ReplanAll"/>. Thread-safe; nothing here waits.</summary>
internal sealed class JobBoard(JobCatalog catalog, SkippedRuns skipped, IOptions<SchedulingOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ScheduledJob> _jobs = [];
    private readonly Dictionary<JobType, TypeLane> _lanes = [];
    private readonly DueHeap _heap = new();
    private readonly CronCache _crons = new();

    /// <summary>Number of schedules evaluated so far; the work that all this causes.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Number of jobs known.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _jobs.Count;
        }
    }

    /// <summary>When the next job has to be started; null when none.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_gate)
                return _heap.First?.Due;
        }
    }

    /// <summary>The schedule of a job; that of a known one is already there.</summary>
    public JobSchedule ScheduleOf(JobConfiguration configuration)
    {
        lock (_gate)
        {
            if (_jobs.TryGetValue(configuration.Uid, out var job) && job.Configuration.Revision == configuration.Revision
                && HasSameSchedule(job.Configuration, configuration))
                return job.Schedule;
        }

        return JobSchedule.Of(
            configuration,
            catalog.TryGet(configuration.Type, out var entry) ? entry.SchedulingType : SchedulingType.Cron,
            options.Value,
            _crons);
    }

    /// <summary>Takes a new or changed job in. An older revision than the known one is ignored.</summary>
    /// <returns>Its schedule.</returns>
    public JobSchedule Put(JobConfiguration configuration, JobState? state, DateTimeOffset now)
    {
        // Parsed outside the lock, so that a change never delays a start.
        var schedule = ScheduleOf(configuration);
        var history = ScheduleHistory.Of(configuration, state ?? new JobState { JobUid = configuration.Uid });
        lock (_gate)
        {
            if (!_jobs.TryGetValue(configuration.Uid, out var job))
            {
                job = new ScheduledJob(configuration, schedule, history);
                _jobs.Add(configuration.Uid, job);
            }
            else if (configuration.Revision >= job.Configuration.Revision)
            {
                // A due job stays due when a change leaves its schedule alone.
                if (!HasSameSchedule(job.Configuration, configuration))
                    job.History = job.History with { Since = history.Since };
                job.Configuration = configuration;
                job.Schedule = schedule;
            }

            Plan(job, now);
            return job.Schedule;
        }
    }

    /// <summary>Forgets a deleted job; a run in progress is not touched.</summary>
    public void Remove(string uid)
    {
        lock (_gate)
        {
            if (!_jobs.Remove(uid, out var job))
                return;
            job.Removed = true;
            job.Heap?.Remove(job);
        }
    }

    /// <summary>Takes the jobs that are due and may start. Each takes the lane of its type, until
    /// <see cref="Release"/>.</summary>
    public void TakeReady(DateTimeOffset now, List<ScheduledJob> ready)
    {
        lock (_gate)
        {
            while (_heap.First is { } job && job.Due <= now)
            {
                _heap.Remove(job);
                if (job.QueuedAt is null && job.Schedule.CatchUpWindow is { } window && now - job.Occurrence >= window)
                {
                    // The clock jumped, or this took too long: what is out of the window is skipped.
                    Plan(job, now);
                    continue;
                }

                var lane = Lane(job.Configuration.Type);
                if (lane.Active > 0)
                    lane.Waiting.Add(job);
                else
                    Take(job, lane, ready);
            }
        }
    }

    /// <summary>A user starts a run of the type: jobs of the type wait for its end.</summary>
    public void Enter(JobType type)
    {
        lock (_gate)
            Lane(type).Active++;
    }

    /// <summary>A run of a job started: occurrences up to now are settled.</summary>
    public void Started(string uid, DateTimeOffset started)
    {
        lock (_gate)
        {
            if (_jobs.TryGetValue(uid, out var job))
                job.History = job.History with { LastExecuted = started, LastFinished = null };
        }
    }

    /// <summary>Jobs taken started.</summary>
    public void Started(IEnumerable<(JobStart Result, ActiveRun? Run)> starts)
    {
        lock (_gate)
        {
            foreach (var (_, run) in starts)
            {
                if (run?.Job is { } job)
                    job.History = job.History with { LastExecuted = run.Run.Started, LastFinished = null };
            }
        }
    }

    /// <summary>A run that a user wished for came to nothing.</summary>
    /// <param name="configuration">The job.</param>
    /// <param name="now">The time.</param>
    /// <param name="ready">Takes the job of the type that waited longest.</param>
    public void Leave(JobConfiguration configuration, DateTimeOffset now, List<ScheduledJob> ready)
    {
        lock (_gate)
            Release(Lane(configuration.Type), now, ready);
    }

    /// <summary>Runs ended.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="now">The time.</param>
    /// <param name="ready">Takes the jobs that waited for them.</param>
    public void Ended(IReadOnlyList<EndedRun> runs, DateTimeOffset now, List<ScheduledJob> ready)
    {
        lock (_gate)
        {
            foreach (var run in runs)
            {
                var configuration = run.Active.Configuration;
                var job = run.Active.Job;
                if (job is not null)
                    job.Busy = false;
                if (job is not null || _jobs.TryGetValue(configuration.Uid, out job))
                {
                    job.History = job.History with { LastFinished = run.Finished };
                    Plan(job, now);
                }

                Release(Lane(configuration.Type), now, ready);
            }
        }
    }

    /// <summary>A job taken could not start because its type is running. It waits for the end of that run, or, when no
    /// run of this server is in the way, a while.</summary>
    public void Wait(ScheduledJob job, TimeSpan retry, DateTimeOffset now, List<ScheduledJob> ready)
    {
        lock (_gate)
        {
            var lane = Lane(job.Taken.Type);
            job.PutBack();
            if (lane.Active > 1 && !job.Removed)
            {
                lane.Waiting.Add(job);
            }
            else
            {
                job.NotBefore = lane.Releases == job.TakenReleases ? now + retry : default;
                Plan(job, now);
            }

            Release(lane, now, ready);
        }
    }

    /// <summary>A job taken could not start for a reason that may pass.</summary>
    public void Retry(ScheduledJob job, TimeSpan retry, DateTimeOffset now, List<ScheduledJob> ready)
    {
        lock (_gate)
        {
            job.PutBack();
            job.NotBefore = now + retry;
            Plan(job, now);
            Release(Lane(job.Taken.Type), now, ready);
        }
    }

    /// <summary>A job taken will not start, and waits for its next occurrence.</summary>
    public void GiveUp(ScheduledJob job, DateTimeOffset now, List<ScheduledJob> ready)
    {
        lock (_gate)
        {
            job.Busy = false;
            Plan(job, now);
            Release(Lane(job.Taken.Type), now, ready);
        }
    }

    /// <summary>Starts a job because the one before it in its queue completed.</summary>
    /// <returns>False when there is no such job.</returns>
    public bool Enqueue(string uid, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(uid, out var job))
                return false;
            job.QueuedAt = now;
            Plan(job, now);
            return true;
        }
    }

    /// <summary>Evaluates every schedule anew, after the clock was set back.</summary>
    public void ReplanAll(DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var job in _jobs.Values)
            {
                job.NotBefore = default;
                if (job.Heap is null || job.Heap == _heap)
                    Plan(job, now);
            }
        }
    }

    private static void Take(ScheduledJob job, TypeLane lane, List<ScheduledJob> ready)
    {
        lane.Active++;
        job.Take(lane.Releases);
        ready.Add(job);
    }

    // Nothing waits in a lane that is free: one that waited takes it at once, unless its occurrence is settled by now.
    private void Release(TypeLane lane, DateTimeOffset now, List<ScheduledJob> ready)
    {
        lane.Active--;
        lane.Releases++;
        while (lane.Active == 0 && lane.Waiting.First is { } waiting)
        {
            Plan(waiting, now);
            if (waiting.Heap is null || waiting.Due > now)
                continue;
            waiting.Heap.Remove(waiting);
            Take(waiting, lane, ready);
        }
    }

    private void Plan(ScheduledJob job, DateTimeOffset now)
    {
        job.Heap?.Remove(job);
        if (job.Removed || job.Busy)
            return;
        if (job.QueuedAt is { } queued)
        {
            job.Occurrence = queued;
        }
        else
        {
            if (!job.Configuration.Enabled)
                return;
            Evaluations++;
            var outlook = job.Schedule.Next(job.History, now);
            if (outlook.Skipped is { } missed)
            {
                job.History = job.History with { LastOccurrence = missed.Last };
                skipped.Missed(job.Configuration, missed, job.Schedule.CatchUpWindow!.Value, now);
            }

            if (outlook.Due is not { } due)
                return;
            job.Occurrence = due;
        }

        job.Due = job.Occurrence > job.NotBefore ? job.Occurrence : job.NotBefore;
        _heap.Add(job);
    }

    private TypeLane Lane(JobType type)
    {
        if (!_lanes.TryGetValue(type, out var lane))
            _lanes.Add(type, lane = new TypeLane());
        return lane;
    }

    private static bool HasSameSchedule(JobConfiguration one, JobConfiguration other) =>
        one.Type == other.Type
        && one.Enabled == other.Enabled
        && one.CronExpression == other.CronExpression
        && one.Delay == other.Delay
        && one.SchedulingType == other.SchedulingType
        && one.TimeZone == other.TimeZone
        && one.CatchUpWindow == other.CatchUpWindow
        && one.QueueName == other.QueueName
        && one.QueuePosition == other.QueuePosition;
}
