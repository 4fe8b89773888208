using System.Threading.Channels;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Starts jobs when they are due. Sleeps until the earliest is, or something changes; what a start costs does
/// not depend on the number of jobs that are not due.</summary>
internal sealed class SchedulerLoop(
    IJobStore store, JobBoard board, JobRunner runner, QueueChain queues, SkippedRuns skipped, TimeProvider time, ILogger<SchedulerLoop> logger)
    : IDisposable
{
    /// <summary>The longest sleep: how soon a clock that was set forward is noticed.</summary>
    public static readonly TimeSpan MaxSleep = TimeSpan.FromSeconds(10);

    /// <summary>When to try again what failed for a reason that passes.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>When to look again whether another server ended its run of a type.</summary>
    public static readonly TimeSpan RemoteRetryAfter = TimeSpan.FromSeconds(1);

    // What is due together is claimed in groups: the first start while the rest is being claimed.
    private const int MaxClaims = 256;

    private static readonly TimeSpan ClockStep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    // A dirty flag: one place, and a second wake-up adds nothing to the first.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private long _armedFor = long.MaxValue;
    private ITimer? _timer;
    private volatile bool _started;

    /// <summary>Reads all jobs and their states. Nothing starts before <see cref="RunAsync"/>.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        runner.Ended += Ended;
        var states = await store.ListStatesAsync(cancellationToken);
        var now = time.GetUtcNow();
        foreach (var job in await store.ListAsync(cancellationToken))
        {
            if (board.Put(job, states.GetValueOrDefault(job.Uid), now).IsInvalid)
                SchedulingLog.InvalidSchedule(logger, job.Name);
        }
    }

    /// <summary>Starts what is due until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static loop => ((SchedulerLoop)loop!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _started = true;
        var ready = new List<ScheduledJob>();
        var last = time.GetUtcNow();
        do
        {
            _wake.Reader.TryRead(out _);
            var now = time.GetUtcNow();
            if (now < last - ClockStep)
            {
                SchedulingLog.ClockSetBack(logger, (last - now).TotalSeconds);
                board.ReplanAll(now);
            }

            last = now;
            board.TakeReady(now, ready);
            Start(ready);
            Arm(time.GetUtcNow());
        }
        while (await _wake.Reader.WaitToReadAsync(cancellationToken));
    }

    /// <summary>A job is new or changed.</summary>
    public void Changed(JobConfiguration job)
    {
        board.Put(job, null, time.GetUtcNow());
        WakeIfEarlier();
    }

    /// <summary>A job was deleted.</summary>
    public void Removed(string uid)
    {
        board.Remove(uid);
        // It may have been the next of a queue, waiting for its type.
        _ = GuardQueueAsync(uid, () => queues.BreakAsync(uid, "was deleted", CancellationToken.None));
    }

    /// <summary>Starts a run at a user's wish, whatever the schedule.</summary>
    /// <returns>The run when it started; it goes on by itself.</returns>
    public async ValueTask<(JobStart Result, JobRun? Run)> ExecuteAsync(JobConfiguration job)
    {
        board.Enter(job.Type);
        (JobStart Result, ActiveRun? Run) start;
        try
        {
            start = (await runner.ClaimAsync([new(job, JobRunTrigger.Execute)]))[0];
        }
        catch
        {
            After(ready => board.Leave(job, time.GetUtcNow(), ready));
            throw;
        }

        if (start.Run is not { } active)
        {
            After(ready => board.Leave(job, time.GetUtcNow(), ready));
            return (start.Result, null);
        }

        board.Started(job.Uid, active.Run.Started);
        if (job.QueueName is not null)
            queues.Started(job, active.Run);
        runner.Run([active]);
        return (start.Result, active.Run);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Start(List<ScheduledJob> ready)
    {
        for (var start = 0; start < ready.Count; start += MaxClaims)
            _ = StartAsync(ready.GetRange(start, Math.Min(MaxClaims, ready.Count - start)));
        ready.Clear();
    }

    private async Task StartAsync(List<ScheduledJob> jobs)
    {
        (JobStart Result, ActiveRun? Run)[] starts;
        try
        {
            starts = await runner.ClaimAsync(jobs.ConvertAll(Request));
        }
#pragma warning disable CA1031 // a store that fails now may work later; the jobs must not be forgotten
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!runner.IsClosed)
                SchedulingLog.NotStarted(logger, e, jobs.Count, jobs[0].Taken.Name, RetryAfter.TotalSeconds);
            After(ready => jobs.ForEach(job => board.Retry(job, RetryAfter, time.GetUtcNow(), ready)));
            return;
        }

        board.Started(starts);
        var started = new List<ActiveRun>(starts.Length);
        for (var i = 0; i < starts.Length; i++)
        {
            if (starts[i].Run is not { } active)
                continue;
            RecordCovered(jobs[i], active.Run);
            if (active.Configuration.QueueName is not null)
                queues.Started(active.Configuration, active.Run);
            started.Add(active);
        }

        runner.Run(started);

        for (var i = 0; i < starts.Length; i++)
        {
            if (starts[i].Run is null)
                await NotStartedAsync(jobs[i], starts[i].Result);
        }
    }

    private static StartRequest Request(ScheduledJob job) => new(
        job.Taken, job.TakenQueuedAt is null ? JobRunTrigger.Schedule : JobRunTrigger.Queue, job.Occurrence, job);

    private void Ended(IReadOnlyList<EndedRun> runs)
    {
        After(ready => board.Ended(runs, time.GetUtcNow(), ready));
        foreach (var run in runs)
        {
            if (run.Active.Configuration.QueueName is { } queue)
                _ = ContinueQueueAsync(queue, run);
        }
    }

    // A run ended: what waited for it starts here and now, without the way over the loop.
    private void After(Action<List<ScheduledJob>> change)
    {
        var ready = new List<ScheduledJob>();
        change(ready);
        Start(ready);
        WakeIfEarlier();
    }

    private async Task NotStartedAsync(ScheduledJob job, JobStart result)
    {
        if (result == JobStart.TypeRunning)
        {
            After(ready => board.Wait(job, RemoteRetryAfter, time.GetUtcNow(), ready));
            return;
        }

        // Changed or deleted behind this server's back.
        var (taken, queued) = (job.Taken, job.TakenQueuedAt is not null);
        var current = await store.FindAsync(taken.Uid, CancellationToken.None);
        if (current is null)
            board.Remove(taken.Uid);
        else
            board.Put(current, null, time.GetUtcNow());
        if (result == JobStart.RevisionChanged)
            After(ready => board.Retry(job, TimeSpan.Zero, time.GetUtcNow(), ready));
        else
            After(ready => board.GiveUp(job, time.GetUtcNow(), ready));
        if (queued && result != JobStart.RevisionChanged)
            await GuardQueueAsync(taken.Uid, () => queues.BreakAsync(taken.Uid, current is null ? "was deleted" : "is disabled", CancellationToken.None));
    }

    private Task ContinueQueueAsync(string queue, EndedRun ended) => GuardQueueAsync(queue, async () =>
    {
        var next = await queues.NextAsync(ended, runner.IsClosed, CancellationToken.None);
        if (next is null)
            return;
        if (board.Enqueue(next.Uid, time.GetUtcNow()))
            Wake();
        else
            await queues.BreakAsync(next.Uid, "was deleted", CancellationToken.None);
    });

    // The run before is over and its type free again, whatever becomes of the rest of the queue.
    private async Task GuardQueueAsync(string queue, Func<ValueTask> work)
    {
        try
        {
            await work();
        }
#pragma warning disable CA1031 // nobody awaits this
        catch (Exception e)
#pragma warning restore CA1031
        {
            SchedulingLog.QueueBroken(logger, e, queue);
        }
    }

    private void RecordCovered(ScheduledJob job, JobRun run)
    {
        // No two occurrences are closer than a second.
        if (run.Scheduled is not { } occurrence || run.Started - occurrence < TimeSpan.FromSeconds(1) || run.Trigger != JobRunTrigger.Schedule)
            return;
        if (job.Schedule.OccurrenceAfter(occurrence) is { } next && next <= run.Started)
            skipped.Covered(job.Taken, job.Schedule.Stretch(next, run.Started), run);
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private void WakeIfEarlier()
    {
        if (_started && board.NextDue is { } due && due.UtcTicks < Volatile.Read(ref _armedFor))
            Wake();
    }

    private void Arm(DateTimeOffset now)
    {
        // Announced first: a job that comes earlier after this line wakes the loop.
        Volatile.Write(ref _armedFor, now.UtcTicks + MaxSleep.Ticks);
        var sleep = MaxSleep;
        if (board.NextDue is { } due && due - now < sleep)
        {
            // Timers count in milliseconds; woken before its time the loop would spin.
            sleep = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - now) / Millisecond)));
            Volatile.Write(ref _armedFor, due.UtcTicks);
            if (board.NextDue is { } earlier && earlier < due)
                sleep = TimeSpan.Zero;
        }

        _timer!.Change(sleep, Timeout.InfiniteTimeSpan);
    }
}
