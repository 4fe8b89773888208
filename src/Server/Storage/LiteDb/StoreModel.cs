using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>What is read or decided upon often, in memory, as it is on disk.</summary>
internal sealed class StoreModel
{
    // Made when first asked for: the start needs neither.
    private JobsByName? _jobsByName;
    private Dictionary<(JobType Type, string Cron), HashSet<string>>? _jobCrons;

    /// <summary>Configurations with the states of their jobs, by UID.</summary>
    public Dictionary<string, StoredJob> Jobs { get; } = [];

    /// <summary>Configurations in the order of their names.</summary>
    public JobsByName JobsByName => _jobsByName ??= new(Jobs.Values);

    /// <summary>UID by name.</summary>
    public Dictionary<string, string> JobNames { get; } = [];

    /// <summary>UID by code.</summary>
    public Dictionary<string, string> JobCodes { get; } = [];

    /// <summary>Runs in progress by run id.</summary>
    public Dictionary<string, StoredRun> Running { get; } = [];

    /// <summary>Runs in progress by type; at most one each.</summary>
    public Dictionary<JobType, StoredRun> RunningTypes { get; } = [];

    /// <summary>The latest completed run of each type.</summary>
    public Dictionary<JobType, StoredRun> Latest { get; } = [];

    /// <summary>Ended runs that are not in a pack yet.</summary>
    public RecentHistory Recent { get; } = new();

    /// <summary>Packs of older runs.</summary>
    public List<RunPack> Packs { get; } = [];

    /// <summary>What the last runs of jobs found wrong, by UID of the job; most found nothing.</summary>
    public Dictionary<string, RunErrorCodes> RunErrors { get; } = [];

    /// <summary>Users by UID.</summary>
    public Dictionary<string, User> Users { get; } = [];

    /// <summary>Users by login name.</summary>
    public Dictionary<string, User> UsersByName { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings by key.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>Takes a configuration in, in place of an older one.</summary>
    public void Put(JobConfiguration configuration)
    {
        if (Jobs.TryGetValue(configuration.Uid, out var job))
        {
            ForgetNames(job);
            job.Configuration = configuration;
        }
        else
        {
            Jobs.Add(configuration.Uid, job = new(configuration));
        }

        _jobsByName?.Add(job);
        JobNames[configuration.Name] = configuration.Uid;
        if (configuration.Code is { } code)
            JobCodes[code] = configuration.Uid;
        if (_jobCrons is { } crons)
            AddCron(crons, configuration);
    }

    /// <summary>The configurations that share UID, name, code, or type and cron expression with this one.</summary>
    public IReadOnlyCollection<JobConfiguration> Clashing(JobConfiguration configuration)
    {
        var uids = new HashSet<string> { configuration.Uid };
        if (JobNames.TryGetValue(configuration.Name, out var named))
            uids.Add(named);
        if (configuration.Code is { } code && JobCodes.TryGetValue(code, out var coded))
            uids.Add(coded);
        if (configuration.CronExpression is { } cron && Crons().TryGetValue((configuration.Type, cron), out var same))
            uids.UnionWith(same);
        return [.. uids.Select(u => Jobs.GetValueOrDefault(u)?.Configuration).OfType<JobConfiguration>()];
    }

    /// <summary>The state of a job; null when it never ran, nor was skipped.</summary>
    public JobState? StateOf(StoredJob job)
    {
        var state = job.State;
        return state is not null && RunErrors.TryGetValue(state.JobUid, out var errors) ? state with { LastErrors = errors } : state;
    }

    /// <summary>Takes a configuration out, and its job's state.</summary>
    public void Forget(string uid)
    {
        RunErrors.Remove(uid);
        if (Jobs.Remove(uid, out var job))
            ForgetNames(job);
    }

    /// <summary>Takes in a run that is in progress.</summary>
    public void PutRunning(StoredRun run)
    {
        Running[run.Claim.RunId] = run;
        RunningTypes[run.Claim.Type] = run;
    }

    /// <summary>Takes in the news of a run. A job deleted meanwhile gets no state.</summary>
    public void Put(StoredRun stored)
    {
        // The bytes are in the file.
        if (stored.Progress.IsDocument)
            stored = stored.WithoutBytes();
        var run = stored.Claim;
        if (stored.IsRunning)
        {
            PutRunning(stored);
        }
        else
        {
            if (Running.Remove(run.RunId))
                RunningTypes.Remove(run.Type);
            Recent.Add(stored);
            if (stored.Outcome != JobRunOutcome.Skipped
                && (!Latest.TryGetValue(run.Type, out var latest) || latest.Finished <= stored.Finished))
            {
                Latest[run.Type] = stored;
            }
        }

        (stored.Job ?? Jobs.GetValueOrDefault(run.JobUid))?.Settle(stored);
        _jobsByName?.Settled();
    }

    /// <summary>Takes a user in, in place of an older version.</summary>
    public void Put(User user)
    {
        if (Users.TryGetValue(user.Uid, out var old))
            UsersByName.Remove(old.Username);
        Users[user.Uid] = user;
        UsersByName[user.Username] = user;
    }

    private void ForgetNames(StoredJob job)
    {
        var configuration = job.Configuration;
        _jobsByName?.Remove(job);
        JobNames.Remove(configuration.Name);
        if (configuration.Code is { } code)
            JobCodes.Remove(code);
        if (configuration.CronExpression is { } cron && _jobCrons is { } crons && crons.TryGetValue((configuration.Type, cron), out var same)
            && same.Remove(configuration.Uid) && same.Count == 0)
        {
            crons.Remove((configuration.Type, cron));
        }
    }

    private Dictionary<(JobType Type, string Cron), HashSet<string>> Crons()
    {
        if (_jobCrons is { } known)
            return known;
        var crons = new Dictionary<(JobType Type, string Cron), HashSet<string>>();
        foreach (var job in Jobs.Values)
            AddCron(crons, job.Configuration);
        return _jobCrons = crons;
    }

    private static void AddCron(Dictionary<(JobType Type, string Cron), HashSet<string>> crons, JobConfiguration configuration)
    {
        if (configuration.CronExpression is not { } cron)
            return;
        if (!crons.TryGetValue((configuration.Type, cron), out var same))
            crons.Add((configuration.Type, cron), same = []);
        same.Add(configuration.Uid);
    }
}
