using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Scheduling.Cron;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Makes, reads, changes and deletes queues. A change concerns several jobs, and is made of all or of none.</summary>
internal sealed class JobQueues(IJobStore store, JobCatalog catalog, SchedulerLoop loop, QueueRuns runs, TimeProvider time)
{
    private const int MaxAttempts = 5;

    /// <summary>The names of all queues, in order.</summary>
    public async ValueTask<IReadOnlyList<string>> ListNamesAsync(CancellationToken cancellationToken)
    {
        var all = await store.ListAsync(cancellationToken);
        return [.. all.Select(j => j.QueueName).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="Dhis2Exception">NotFound: E7020, there is none.</exception>
    public async ValueTask<JobQueue> GetAsync(string name, CancellationToken cancellationToken) =>
        JobQueue.Find(await store.ListAsync(cancellationToken), name) ?? throw QueueErrors.Missing(name);

    /// <summary>Makes one.</summary>
    /// <exception cref="Dhis2Exception">Conflict: it exists, or breaks a rule. NotFound: a job does not exist.</exception>
    public async ValueTask<JobQueue> CreateAsync(
        string name, string? cron, IReadOnlyList<string> sequence, User caller, CancellationToken cancellationToken)
    {
        var queue = await ChangeAsync(
            name,
            all => JobQueue.Find(all, name) is null
                ? Enter(all, null, name, cron, sequence)
                : throw QueueErrors.Exists(name),
            caller,
            cancellationToken);
        runs.Forget(name);
        return queue;
    }

    /// <summary>Replaces the jobs and the cron expression of one, and its name.</summary>
    /// <exception cref="Dhis2Exception">NotFound: there is none, or a job does not exist. Conflict: it would break a
    /// rule, or the new name is taken.</exception>
    public async ValueTask<JobQueue> UpdateAsync(
        string name, string newName, string? cron, IReadOnlyList<string> sequence, User caller, CancellationToken cancellationToken)
    {
        var changed = await ChangeAsync(
            newName,
            all =>
            {
                var queue = JobQueue.Find(all, name) ?? throw QueueErrors.Missing(name);
                if (newName != name && JobQueue.Find(all, newName) is not null)
                    throw QueueErrors.Exists(newName);
                return [.. Enter(all, name, newName, cron, sequence), .. queue.Members.Where(j => !sequence.Contains(j.Uid)).Select(Leave)];
            },
            caller,
            cancellationToken);
        if (newName != name)
            runs.Rename(name, newName);
        return changed;
    }

    /// <summary>Deletes one; its jobs stay, disabled.</summary>
    /// <exception cref="Dhis2Exception">NotFound: E7020, there is none.</exception>
    public async ValueTask DeleteAsync(string name, User caller, CancellationToken cancellationToken) => await ChangeAsync(
        name,
        all => [.. (JobQueue.Find(all, name) ?? throw QueueErrors.Missing(name)).Members.Select(Leave)],
        caller,
        cancellationToken);

    private async ValueTask<JobQueue> ChangeAsync(
        string name,
        Func<IReadOnlyCollection<JobConfiguration>, List<JobConfiguration>> plan,
        User caller,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var planned = plan(await store.ListAsync(cancellationToken));
            var now = time.GetUtcNow();
            var written = await store.TryUpdateAsync(
                planned.ConvertAll(j => j with { LastUpdated = now, LastUpdatedBy = caller.Uid }), cancellationToken);
            if (written is null)
                continue;
            foreach (var job in written)
                loop.Changed(job);
            return new(name, [.. written.Where(j => j.QueueName == name).OrderBy(j => j.QueuePosition)]);
        }

        throw new Dhis2Exception(ErrorKind.Aborted, $"Jobs of queue {name} were changed by somebody else; try again.", "E1004");
    }

    // In the order in which DHIS2 checks.
    private List<JobConfiguration> Enter(
        IReadOnlyCollection<JobConfiguration> all, string? oldName, string name, string? cron, IReadOnlyList<string> sequence)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > JobQueue.MaxName)
            throw QueueErrors.NameInvalid(name);
        if (!CronSchedule.TryParse(cron ?? "", out _, out var error))
            throw QueueErrors.CronInvalid(error);
        var wanted = sequence.ToHashSet(StringComparer.Ordinal);
        var known = all.Where(j => wanted.Contains(j.Uid)).ToDictionary(j => j.Uid);
        if (known.Count < JobQueue.MinMembers)
            throw QueueErrors.TooFew();
        var jobs = sequence.Select(known.GetValueOrDefault).OfType<JobConfiguration>().ToList();
        if (jobs.Find(j => j.QueueName is not null && j.QueueName != oldName) is { } other)
            throw QueueErrors.InOtherQueue(other.Uid, other.QueueName!);
        if (jobs.Find(j => !catalog.TryGet(j.Type, out var type) || !type.UserDefinable) is { } system)
            throw QueueErrors.SystemJob(system.Uid);
        if (sequence.FirstOrDefault(uid => !known.ContainsKey(uid)) is { } unknown)
            throw JobErrors.NotFound(unknown);
        if (jobs.Find(j => catalog.TryGet(j.Type, out var type) && JobSchedule.KindOf(j, type.SchedulingType) == SchedulingType.FixedDelay) is { } delayed)
            throw QueueErrors.ByDelay(delayed.Uid);
        if (wanted.Count < sequence.Count)
            throw QueueErrors.Twice(sequence.GroupBy(uid => uid).First(g => g.Count() > 1).Key);
        // The first comes due by the queue's cron expression, whatever was said of it before.
        return [.. jobs.Select((j, i) => j with
        {
            QueueName = name,
            QueuePosition = i,
            CronExpression = i == 0 ? cron : null,
            SchedulingType = i == 0 && j.SchedulingType is not null ? SchedulingType.Cron : null,
        })];
    }

    private static JobConfiguration Leave(JobConfiguration job) =>
        job with { QueueName = null, QueuePosition = null, CronExpression = null, SchedulingType = null, Enabled = false };
}
