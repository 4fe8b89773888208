using System.Collections.Frozen;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Creates, reads, changes and deletes job configurations.</summary>
internal sealed class JobConfigurations(
    IJobStore store, JobCatalog catalog, SchedulerLoop loop, JobViews views, TimeProvider time, IOptions<SchedulingOptions> options)
    : IDisposable
{
    private const int MaxAttempts = 5;

    // Types that run as a real user, at first their creator.
    private static readonly FrozenSet<JobType> NeedUser = FrozenSet.ToFrozenSet(
    [
        JobType.HtmlPushAnalytics,
        JobType.AggregateDataExchange,
        JobType.MetaDataSync,
        JobType.SingleEventDataSync,
        JobType.TrackedEntityDataSync,
    ]);

    // One change at a time, so that no two pass the same check of uniqueness, and the scheduler sees them in order.
    private readonly SemaphoreSlim _writes = new(1, 1);

    /// <summary>Reads one.</summary>
    /// <exception cref="Dhis2Exception">NotFound: there is none.</exception>
    public async ValueTask<JobView> GetAsync(string uid, CancellationToken cancellationToken) =>
        await ViewAsync(await FindAsync(uid, cancellationToken), cancellationToken);

    /// <summary>All, by name without regard to case, then by UID. They are many: <see cref="ShowAsync"/> is for those
    /// that are wanted.</summary>
    public ValueTask<IReadOnlyList<JobConfiguration>> ListAsync(CancellationToken cancellationToken) =>
        store.ListByNameAsync(cancellationToken);

    /// <summary>All with the states of their jobs, in the same order: to choose from.</summary>
    public ValueTask<IReadOnlyList<JobRecord>> ListRecordsAsync(CancellationToken cancellationToken) =>
        store.ListRecordsAsync(cancellationToken);

    /// <summary>Shows what was chosen.</summary>
    public IReadOnlyList<JobView> Show(IReadOnlyCollection<JobRecord> records)
    {
        var now = time.GetUtcNow();
        return [.. records.Select(r => views.Of(r.Configuration, r.State ?? new JobState { JobUid = r.Configuration.Uid }, now))];
    }

    /// <summary>Shows configurations that were listed.</summary>
    public async ValueTask<IReadOnlyList<JobView>> ShowAsync(
        IReadOnlyCollection<JobConfiguration> jobs, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var result = new List<JobView>(jobs.Count);
        foreach (var job in jobs)
            result.Add(views.Of(job, await store.GetStateAsync(job.Uid, cancellationToken), now));
        return result;
    }

    /// <summary>Creates one.</summary>
    /// <exception cref="Dhis2Exception">Conflict: it breaks rules, all of which are reported, or its type is the
    /// system's own.</exception>
    public async ValueTask<JobView> CreateAsync(
        JobConfigurationInput input, User caller, bool validateOnly, CancellationToken cancellationToken)
    {
        var type = TypeOf(input.Type);
        if (type is { UserDefinable: false } || type?.IsGoneIn(input.Version) == true)
            throw JobErrors.Conflict($"Job {input.Uid ?? input.Name} must be configurable but was not.", until40: 400);
        using var write = await WriteAsync(cancellationToken);
        var now = time.GetUtcNow();
        var job = Apply(input, type, caller, now, new JobConfiguration
        {
            Uid = NullIfEmpty(input.Uid) ?? Uids.New(),
            Name = "",
            Type = input.Type,
            Enabled = true,
            Created = now,
            LastUpdated = now,
        });
        job = job with { SchedulingType = JobSchedule.KindSaid(input, job, type, kept: null) };
        await CheckAsync(job, type, true, input.IsSince41, cancellationToken);
        if (validateOnly)
            return views.Of(job, new JobState { JobUid = job.Uid }, now);
        return await WrittenAsync(job, await store.CreateAsync(job, cancellationToken), cancellationToken);
    }

    /// <summary>Replaces one; see <see cref="JobConfigurationInput"/> for what absence means.</summary>
    /// <exception cref="Dhis2Exception">NotFound: there is none. Aborted: the revision is another. Conflict: it would
    /// break rules, or is the system's own.</exception>
    public ValueTask<JobView> UpdateAsync(
        string uid, JobConfigurationInput input, long? revision, User caller, bool validateOnly, CancellationToken cancellationToken) =>
        ChangeAsync(uid, input, revision, caller, new(validateOnly, IsPatch: false), cancellationToken);

    /// <summary>As an update, of a caller who named what is to change: the system's own jobs may change in their
    /// schedules and names.</summary>
    /// <exception cref="Dhis2Exception">NotFound: there is none. Aborted: the revision is another. Conflict: it would
    /// break rules.</exception>
    public ValueTask<JobView> PatchAsync(
        string uid, JobConfigurationInput input, long? revision, User caller, bool validateOnly, CancellationToken cancellationToken) =>
        ChangeAsync(uid, input, revision, caller, new(validateOnly, IsPatch: true), cancellationToken);

    private async ValueTask<JobView> ChangeAsync(
        string uid, JobConfigurationInput input, long? revision, User caller, Manner manner, CancellationToken cancellationToken)
    {
        using var write = await WriteAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var stored = await FindAsync(uid, cancellationToken);
            var type = TypeOf(input.Type) ?? TypeOf(stored.Type);
            // Parameters of another type are none of its own.
            var given = input;
            if (input.IsSince41 && type is { UserDefinable: true } && type.Type != stored.Type)
                (type, given) = (TypeOf(stored.Type), input with { Type = stored.Type, Parameters = null });
            var isSystem = TypeOf(stored.Type) is { UserDefinable: false };
            if (!manner.IsPatch)
                ThrowIfSystem(stored, "modified");
            if (!isSystem && type is { UserDefinable: false })
                throw JobErrors.Conflict($"Job {uid} can not be changed into a system job.");
            if (revision is not null && revision != stored.Revision)
                throw JobErrors.Changed(uid);
            var job = Apply(given, type, caller, time.GetUtcNow(), stored);
            job = job with { SchedulingType = JobSchedule.KindSaid(given, job, type, manner.IsPatch ? stored.SchedulingType : null) };
            await CheckAsync(job, type, false, input.IsSince41, cancellationToken, isSystem ? JobRules.OfSystem(stored, job, TypeOf(stored.Type)!) : []);
            if (manner.ValidateOnly)
                return await ViewAsync(job, cancellationToken);
            var result = await store.UpdateAsync(job, cancellationToken);
            if (result.Result != JobWriteResult.RevisionChanged || revision is not null || attempt == MaxAttempts)
                return await WrittenAsync(job, result, cancellationToken);
        }
    }

    /// <summary>Deletes one. A run in progress is not touched, and the history stays.</summary>
    /// <exception cref="Dhis2Exception">NotFound: there is none. Aborted: the revision is another. Conflict: it is the
    /// system's own.</exception>
    public async ValueTask DeleteAsync(string uid, long? revision, bool validateOnly, CancellationToken cancellationToken)
    {
        using var write = await WriteAsync(cancellationToken);
        var stored = await FindAsync(uid, cancellationToken);
        ThrowIfSystem(stored, "deleted");
        if (revision is not null && revision != stored.Revision)
            throw JobErrors.Changed(uid);
        if (validateOnly)
            return;
        var result = await store.DeleteAsync(uid, revision, cancellationToken);
        if (result.Result == JobWriteResult.NotFound)
            throw JobErrors.NotFound(uid);
        if (result.Result != JobWriteResult.Written)
            throw JobErrors.Changed(uid);
        loop.Removed(uid);
    }

    /// <summary>Lets schedule and users start it, or not. A run in progress is not touched.</summary>
    /// <param name="uid">Which.</param>
    /// <param name="enabled">Whether they may.</param>
    /// <param name="caller">Who changes it.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <param name="needsSchedule">Only what has a schedule can be enabled.</param>
    /// <exception cref="Dhis2Exception">NotFound: there is none. Conflict: it is the system's own, or has no
    /// schedule that could be enabled.</exception>
    public async ValueTask<JobView> SetEnabledAsync(
        string uid, bool enabled, User caller, CancellationToken cancellationToken, bool needsSchedule = false)
    {
        using var write = await WriteAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var stored = await store.FindAsync(uid, cancellationToken) ?? throw JobErrors.NotFoundToRun(uid);
            ThrowIfSystem(stored, "modified");
            if (stored.Enabled == enabled)
                return await ViewAsync(stored, cancellationToken);
            if (enabled && needsSchedule && stored.QueuePosition is null && stored.CronExpression is null && stored.Delay is null)
                throw JobErrors.Conflict("Job requires schedule setup before it can be enabled.");
            var job = stored with { Enabled = enabled, LastUpdated = time.GetUtcNow(), LastUpdatedBy = caller.Uid };
            var result = await store.UpdateAsync(job, cancellationToken);
            if (result.Result != JobWriteResult.RevisionChanged || attempt == MaxAttempts)
                return await WrittenAsync(job, result, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writes.Dispose();

    private static JobConfiguration Apply(
        JobConfigurationInput input, JobTypeEntry? type, User caller, DateTimeOffset now, JobConfiguration stored) => stored with
        {
            Name = input.Name ?? "",
            Code = NullIfEmpty(input.Code),
            Type = type?.Type ?? stored.Type,
            CronExpression = stored.QueuePosition > 0 ? null : NullIfEmpty(input.CronExpression),
            Delay = input.Delay,
            Enabled = input.Enabled ?? stored.Enabled,
            Parameters = type is null ? null : ParameterRules.Complete(type.Parameters, input.Parameters),
            ExecutedBy = NullIfEmpty(input.ExecutedBy) ?? (type is not null && NeedUser.Contains(type.Type) ? stored.ExecutedBy ?? caller.Uid : null),
            TimeZone = NullIfEmpty(input.TimeZone),
            CatchUpWindow = input.CatchUpWindow,
            ExtraJson = input.ExtraJson,
            LastUpdated = now,
            LastUpdatedBy = caller.Uid,
        };

    private async ValueTask CheckAsync(
        JobConfiguration job, JobTypeEntry? type, bool isNew, bool isSince41, CancellationToken cancellationToken, IEnumerable<ErrorReport>? more = null)
    {
        var clashing = await store.ListClashingAsync(job, cancellationToken);
        var reports = JobRules.Check(job, type, isNew, clashing, options.Value, byType: !isSince41).Concat(more ?? []).ToList();
        if (type?.Job is { } work && await work.ObstacleAsync(cancellationToken) is { } obstacle)
            reports.Add(JobErrors.NotRunnable(obstacle));
        if (reports.Count > 0)
            throw JobErrors.Broken(job.Uid, reports);
    }

    private async ValueTask<JobView> WrittenAsync(JobConfiguration job, JobWrite result, CancellationToken cancellationToken)
    {
        switch (result)
        {
            case { Result: JobWriteResult.Written, Configuration: { } written }:
                loop.Changed(written);
                return await ViewAsync(written, cancellationToken);
            case { Result: JobWriteResult.NotFound }:
                throw JobErrors.NotFound(job.Uid);
            case { Result: JobWriteResult.UidTaken }:
                throw JobErrors.Broken(job.Uid, [JobErrors.UidTaken(job.Uid, result.Configuration?.Name ?? job.Name)]);
            case { Result: JobWriteResult.NameTaken }:
                throw JobErrors.Broken(job.Uid, [JobErrors.Taken("name", job.Name, job.Name, job.Uid, result.OtherUid)]);
            case { Result: JobWriteResult.CodeTaken }:
                throw JobErrors.Broken(job.Uid, [JobErrors.Taken("code", job.Code!, job.Name, job.Uid, result.OtherUid)]);
            default:
                throw JobErrors.Changed(job.Uid);
        }
    }

    private JobTypeEntry? TypeOf(JobType type)
    {
        if (type == JobType.Unspecified)
            return null;
        return catalog.TryGet(type, out var entry)
            ? entry
            : throw new Dhis2Exception(ErrorKind.InvalidArgument, $"Job type {(int)type} is not known.", "E1003");
    }

    private void ThrowIfSystem(JobConfiguration job, string action)
    {
        if (TypeOf(job.Type) is { UserDefinable: false })
            throw JobErrors.Conflict($"Job {job.Uid} is a system job that cannot be {action}.", until40: 422);
    }

    private async ValueTask<JobConfiguration> FindAsync(string uid, CancellationToken cancellationToken) =>
        await store.FindAsync(uid, cancellationToken) ?? throw JobErrors.NotFound(uid);

    private async ValueTask<JobView> ViewAsync(JobConfiguration job, CancellationToken cancellationToken) =>
        views.Of(job, await store.GetStateAsync(job.Uid, cancellationToken), time.GetUtcNow());

    private async ValueTask<Turn> WriteAsync(CancellationToken cancellationToken)
    {
        await _writes.WaitAsync(cancellationToken);
        return new Turn(_writes);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private readonly record struct Manner(bool ValidateOnly, bool IsPatch);

    private readonly struct Turn(SemaphoreSlim writes) : IDisposable
    {
        public void Dispose() => writes.Release();
    }
}
