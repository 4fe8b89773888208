using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Scheduling.Cron;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>The rules that a job configuration must obey, all of which are checked.</summary>
internal static class JobRules
{
    /// <summary>Longest name.</summary>
    public const int MaxName = 230;

    /// <summary>Longest code.</summary>
    public const int MaxCode = 50;

    /// <summary>Longest cron expression.</summary>
    public const int MaxCron = 255;

    /// <summary>Everything that is wrong with a configuration.</summary>
    /// <param name="job">The configuration as it would be stored.</param>
    /// <param name="type">Its type; null when that is missing.</param>
    /// <param name="isNew">It is to be created.</param>
    /// <param name="clashing">The stored configurations that share something with it that must be unique.</param>
    /// <param name="options">How this server schedules.</param>
    /// <param name="byType">The type decides which schedule it must have; else what was said of it.</param>
    public static IEnumerable<ErrorReport> Check(
        JobConfiguration job, JobTypeEntry? type, bool isNew, IReadOnlyCollection<JobConfiguration> clashing, SchedulingOptions options, bool byType = true) =>
    [
        .. Texts(job),
        .. Identity(job, isNew),
        .. Uniqueness(job, isNew, clashing),
        .. type is null ? [JobErrors.Missing("jobType", "org.hisp.dhis.scheduling.JobType")] : Schedule(job, type, options, byType),
        .. Durations(job),
        .. job.Parameters is null ? [] : ParameterRules.Check(job.Parameters),
    ];

    /// <summary>What is wrong with a change of a job that is the system's own.</summary>
    public static IEnumerable<ErrorReport> OfSystem(JobConfiguration stored, JobConfiguration changed, JobTypeEntry type)
    {
        if (changed.Type != stored.Type)
            yield return JobErrors.NotConfigurable(type.WireName, "jobType");
        else if (!Equals(changed.Parameters, stored.Parameters))
            yield return JobErrors.NotConfigurable(type.WireName, "jobParameters");
        if (changed.Enabled != stored.Enabled)
            yield return JobErrors.NotConfigurable(type.WireName, "enabled");
    }

    private static IEnumerable<ErrorReport> Texts(JobConfiguration job)
    {
        if (string.IsNullOrWhiteSpace(job.Name))
            yield return JobErrors.Missing("name", JobErrors.Text);
        if (job.Name.Length > MaxName)
            yield return JobErrors.TooLong("name", MaxName, job.Name.Length);
        if (job.Code?.Length > MaxCode)
            yield return JobErrors.TooLong("code", MaxCode, job.Code.Length);
        if (job.CronExpression?.Length > MaxCron)
            yield return JobErrors.TooLong("cronExpression", MaxCron, job.CronExpression.Length);
    }

    private static IEnumerable<ErrorReport> Identity(JobConfiguration job, bool isNew)
    {
        if (isNew && !Uids.IsValid(job.Uid))
            yield return JobErrors.InvalidUid(job.Uid);
        if (job.ExecutedBy is { } user && !Uids.IsValid(user))
            yield return JobErrors.InvalidUid(user, "executedBy");
    }

    private static IEnumerable<ErrorReport> Uniqueness(JobConfiguration job, bool isNew, IReadOnlyCollection<JobConfiguration> clashing)
    {
        foreach (var other in clashing)
        {
            if (other.Uid == job.Uid)
            {
                if (isNew)
                    yield return JobErrors.UidTaken(other.Uid, other.Name);
                continue;
            }

            if (other.Name == job.Name)
                yield return JobErrors.Taken("name", job.Name, job.Name, job.Uid, other.Uid);
            if (job.Code is not null && other.Code == job.Code)
                yield return JobErrors.Taken("code", job.Code, job.Name, job.Uid, other.Uid);
            if (job.CronExpression is not null && other.Type == job.Type && other.CronExpression == job.CronExpression && job.Type != JobType.Unspecified)
                yield return JobErrors.SameCron(job.CronExpression, other.Uid);
        }
    }

    private static IEnumerable<ErrorReport> Schedule(JobConfiguration job, JobTypeEntry type, SchedulingOptions options, bool byType)
    {
        // A member of a queue behind the first is started by the one before it.
        var needed = job.QueuePosition > 0 ? null : byType ? type.SchedulingType : job.SchedulingType;
        if (job.CronExpression is { } expression && !CronSchedule.TryParse(expression, out _, out var error))
            yield return JobErrors.CronInvalid(error);
        if (needed == SchedulingType.Cron && job.CronExpression is null)
            yield return JobErrors.CronMissing(job.Uid);
        if (needed == SchedulingType.FixedDelay && job.Delay is null)
            yield return JobErrors.DelayMissing(job.Uid);
        if (!JobSchedule.TryZone(job.TimeZone, options, out _))
            yield return JobErrors.Invalid("timeZone", $"Time zone is not known: `{job.TimeZone}`");
    }

    private static IEnumerable<ErrorReport> Durations(JobConfiguration job)
    {
        foreach (var (property, given) in new[] { ("delay", job.Delay), ("catchUpWindow", job.CatchUpWindow) })
        {
            if (given is not { } duration)
                continue;
            var seconds = duration.Ticks / TimeSpan.TicksPerSecond;
            if (seconds is < 0 or > int.MaxValue)
                yield return JobErrors.OutOfRange(property, 0, int.MaxValue, seconds);
            else if (duration.Ticks % TimeSpan.TicksPerSecond != 0)
                yield return JobErrors.Invalid(property, $"Property `{property}` must be whole seconds");
        }
    }
}
