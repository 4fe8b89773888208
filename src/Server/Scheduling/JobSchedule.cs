using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling.Cron;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>When a job comes due: a pure function of its schedule, what it did so far, and the time.</summary>
internal sealed class JobSchedule
{
    /// <summary>A run up to so late counts as on time, whatever the catch-up window.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromSeconds(5);

    /// <summary>Shortest time between the runs of a job with a fixed delay.</summary>
    public static readonly TimeSpan MinDelay = TimeSpan.FromSeconds(1);

    /// <summary>A past that lies further ahead than this comes from a clock that was wrong, and is ignored. A clock
    /// that was set back by less does not make an occurrence run twice.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromDays(1);

    // After a long pause of the server this is done for every job before the first one starts.
    private const int MaxCounted = 100;

    private readonly CronSchedule? _cron;
    private readonly TimeSpan? _delay;
    private readonly TimeZoneInfo _zone;
    private readonly TimeSpan _window;
    private readonly NotDue _reason;

    private JobSchedule(CronSchedule? cron, TimeSpan? delay, TimeZoneInfo zone, TimeSpan window, NotDue reason)
    {
        _cron = cron;
        _delay = delay is null || delay >= MinDelay ? delay : MinDelay;
        _zone = zone;
        _window = window;
        _reason = reason;
    }

    /// <summary>How late an occurrence is still made up; null when there are no occurrences.</summary>
    public TimeSpan? CatchUpWindow => _cron is null ? null : _window;

    /// <summary>It cannot be read on this server.</summary>
    public bool IsInvalid => _reason == NotDue.Invalid;

    /// <summary>A schedule by a cron expression.</summary>
    public static JobSchedule ByCron(CronSchedule cron, TimeZoneInfo zone, TimeSpan catchUpWindow) =>
        new(cron, null, zone, catchUpWindow > OnTime ? catchUpWindow : OnTime, NotDue.None);

    /// <summary>A schedule by a time from the end of a run to the start of the next.</summary>
    public static JobSchedule ByDelay(TimeSpan delay) => new(null, delay, TimeZoneInfo.Utc, TimeSpan.Zero, NotDue.None);

    /// <summary>No schedule.</summary>
    public static JobSchedule Never(NotDue reason) => new(null, null, TimeZoneInfo.Utc, TimeSpan.Zero, reason);

    /// <summary>By what a job comes due: as was said, else as its type usually does, else by what it has. Members of a queue
    /// behind the first have no schedule of their own.</summary>
    public static SchedulingType KindOf(JobConfiguration job, SchedulingType usual)
    {
        if (job.QueuePosition > 0 || job is { CronExpression: null, Delay: null })
            return SchedulingType.OnceAsap;
        if (job.SchedulingType is { } said && Has(job, said))
            return said;
        if (job.CronExpression is null)
            return SchedulingType.FixedDelay;
        return usual == SchedulingType.FixedDelay && job.Delay is not null ? SchedulingType.FixedDelay : SchedulingType.Cron;
    }

    /// <summary>What is said of how a job comes due, by the rules of the version that the input is meant by.</summary>
    /// <param name="input">What the caller sets.</param>
    /// <param name="job">The job with the cron expression and the delay that it is to have.</param>
    /// <param name="type">Its type.</param>
    /// <param name="kept">What was said before, where that stays unless the caller says something else.</param>
    public static SchedulingType? KindSaid(JobConfigurationInput input, JobConfiguration job, JobTypeEntry? type, SchedulingType? kept)
    {
        // Callers of older versions know only the type's way: what they leave no ground for is not kept.
        if (!input.IsSince41)
            return kept is { } said && Has(job, said) ? said : null;
        if (input.SchedulingType is not null)
            return input.SchedulingType;
        // Of both the cron expression wins, although a type that usually comes due by delay would have it otherwise.
        return type?.SchedulingType == SchedulingType.FixedDelay && job is { CronExpression: not null, Delay: not null } ? SchedulingType.Cron : null;
    }

    private static bool Has(JobConfiguration job, SchedulingType kind) => kind switch
    {
        SchedulingType.Cron => job.CronExpression is not null,
        SchedulingType.FixedDelay => job.Delay is not null,
        _ => true,
    };

    /// <summary>The schedule of a job, whether it is enabled or not.</summary>
    public static JobSchedule Of(JobConfiguration job, SchedulingType type, SchedulingOptions options, CronCache crons)
    {
        var kind = KindOf(job, type);
        if (kind == SchedulingType.FixedDelay)
            return ByDelay(job.Delay!.Value);
        if (kind == SchedulingType.OnceAsap || job.CronExpression is null or "" or CronSchedule.NoSchedule)
            return Never(NotDue.NoSchedule);
        // Both were checked when the job was stored, but the file may come from another machine or release.
        return crons.Find(job.CronExpression) is { } cron && TryZone(job.TimeZone, options, out var zone)
            ? ByCron(cron, zone, job.CatchUpWindow ?? options.CatchUpWindow)
            : Never(NotDue.Invalid);
    }

    /// <summary>Finds a job's zone; the server's when it names none.</summary>
    public static bool TryZone(string? id, SchedulingOptions options, out TimeZoneInfo zone)
    {
        zone = options.Zone;
        if (id is null)
            return true;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(id, out var found))
            return false;
        zone = found.HasSameRules(TimeZoneInfo.Utc) ? TimeZoneInfo.Utc : found;
        return true;
    }

    /// <summary>When the job comes due next.</summary>
    public ScheduleOutlook Next(in ScheduleHistory history, DateTimeOffset now)
    {
        if (_cron is not null)
            return NextOccurrence(_cron, history, now);
        if (_delay is not { } delay)
            return new ScheduleOutlook(null, _reason);
        if (history.Running)
            return new ScheduleOutlook(null, NotDue.Running);
        return (history.LastFinished ?? history.LastExecuted) is { } last
            ? new ScheduleOutlook(Credible(last, now) + delay)
            : new ScheduleOutlook(now);
    }

    /// <summary>The first occurrence after the instant, past or not; null when there is none, or no cron.</summary>
    public DateTimeOffset? OccurrenceAfter(DateTimeOffset instant) => _cron?.Next(instant, _zone);

    /// <summary>The occurrences from the first up to an instant, counted and bounded.</summary>
    public SkippedOccurrences Stretch(DateTimeOffset first, DateTimeOffset upTo)
    {
        var (last, count) = (first, 1);
        while (count < MaxCounted && OccurrenceAfter(last) is { } next && next <= upTo)
        {
            last = next;
            count++;
        }

        // What was not counted is settled too.
        return count < MaxCounted ? new SkippedOccurrences(first, last, count) : new SkippedOccurrences(first, upTo, null);
    }

    private ScheduleOutlook NextOccurrence(CronSchedule cron, in ScheduleHistory history, DateTimeOffset now)
    {
        var settled = Credible(Latest(history.Since, history.LastExecuted, history.LastOccurrence), now);
        if (cron.Next(settled, _zone) is not { } first)
            return new ScheduleOutlook(null, NotDue.NoMore);
        var oldest = now - _window;
        if (first > oldest)
            return new ScheduleOutlook(first);
        var due = cron.Next(oldest, _zone);
        return new ScheduleOutlook(due, due is null ? NotDue.NoMore : NotDue.None, Stretch(first, oldest));
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset? two, DateTimeOffset? three)
    {
        var latest = two > one ? two.Value : one;
        return three > latest ? three.Value : latest;
    }

    private static DateTimeOffset Credible(DateTimeOffset past, DateTimeOffset now) =>
        past <= now + ClockTolerance ? past : now;
}

/// <summary>What a schedule must know of a job's past.</summary>
internal readonly record struct ScheduleHistory
{
    /// <summary>When the schedule began to count: occurrences up to then are none.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Start of the last run.</summary>
    public DateTimeOffset? LastExecuted { get; init; }

    /// <summary>End of the last run.</summary>
    public DateTimeOffset? LastFinished { get; init; }

    /// <summary>Latest occurrence that was run or skipped.</summary>
    public DateTimeOffset? LastOccurrence { get; init; }

    /// <summary>A run is in progress.</summary>
    public bool Running { get; init; }

    /// <summary>The past of a job as the store knows it.</summary>
    public static ScheduleHistory Of(JobConfiguration job, JobState state) => new()
    {
        // A change by a user, such as another expression or enabling it, does not bring past occurrences back.
        Since = job.LastUpdated > job.Created ? job.LastUpdated : job.Created,
        LastExecuted = state.LastExecuted,
        LastFinished = state.LastFinished,
        LastOccurrence = state.LastOccurrence,
        Running = state.RunningRunId is not null,
    };
}

/// <summary>When a job comes due.</summary>
/// <param name="Due">The instant; not in the future means now, and which occurrence it is. Null: not by schedule.</param>
/// <param name="Reason">Why it does not come due.</param>
/// <param name="Skipped">Occurrences that were missed by more than the catch-up window.</param>
internal readonly record struct ScheduleOutlook(
    DateTimeOffset? Due, NotDue Reason = NotDue.None, SkippedOccurrences? Skipped = null);

/// <summary>A stretch of occurrences that do not run.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them, or where counting ended.</param>
/// <param name="Count">How many; null when there are very many.</param>
internal sealed record SkippedOccurrences(DateTimeOffset First, DateTimeOffset Last, int? Count);

/// <summary>Why a job does not come due by schedule.</summary>
internal enum NotDue
{
    /// <summary>It does.</summary>
    None,

    /// <summary>It has no schedule, or only a queue starts it.</summary>
    NoSchedule,

    /// <summary>Its schedule cannot be read on this server.</summary>
    Invalid,

    /// <summary>It is running, and its delay counts from the end of the run.</summary>
    Running,

    /// <summary>No occurrence is left.</summary>
    NoMore,
}
