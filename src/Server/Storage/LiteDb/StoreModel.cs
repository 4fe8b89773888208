using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>What is read or decided upon often, in memory. There are two: the writer's, ahead by the batch that is
/// being written, and the readers', which shows what is on disk.</summary>
internal sealed class StoreModel
{
    // Made when first asked for: the start needs no order, and the writer's model never does.
    private JobsByName? _jobsByName;

    /// <summary>Configurations by UID.</summary>
    public Dictionary<string, JobConfiguration> Jobs { get; } = [];

    /// <summary>Configurations in the order of their names.</summary>
    public JobsByName JobsByName => _jobsByName ??= new(Jobs.Values);

    /// <summary>UID by name.</summary>
    public Dictionary<string, string> JobNames { get; } = [];

    /// <summary>UID by code.</summary>
    public Dictionary<string, string> JobCodes { get; } = [];

    /// <summary>States by job UID; of jobs that ever ran, or were skipped, only.</summary>
    public Dictionary<string, JobState> States { get; } = [];

    /// <summary>Runs in progress by run id; at most one per type.</summary>
    public Dictionary<string, StoredRun> Running { get; } = [];

    /// <summary>The latest completed run of each type.</summary>
    public Dictionary<JobType, StoredRun> Latest { get; } = [];

    /// <summary>Ended runs that are not in a pack yet, by run id.</summary>
    public Dictionary<string, StoredRun> Recent { get; } = [];

    /// <summary>Packs of older runs.</summary>
    public List<RunPack> Packs { get; } = [];

    /// <summary>Users by UID.</summary>
    public Dictionary<string, User> Users { get; } = [];

    /// <summary>Users by login name.</summary>
    public Dictionary<string, User> UsersByName { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings by key.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>The same in dictionaries of its own.</summary>
    public StoreModel Copy()
    {
        var copy = new StoreModel();
        Fill(copy.Jobs, Jobs);
        Fill(copy.JobNames, JobNames);
        Fill(copy.JobCodes, JobCodes);
        Fill(copy.States, States);
        Fill(copy.Running, Running);
        Fill(copy.Latest, Latest);
        Fill(copy.Recent, Recent);
        copy.Packs.AddRange(Packs);
        Fill(copy.Users, Users);
        Fill(copy.UsersByName, UsersByName);
        Fill(copy.Settings, Settings);
        return copy;
    }

    /// <summary>Takes a configuration in, in place of an older one.</summary>
    public void Put(JobConfiguration configuration)
    {
        Forget(configuration.Uid);
        Jobs[configuration.Uid] = configuration;
        _jobsByName?.Add(configuration);
        JobNames[configuration.Name] = configuration.Uid;
        if (configuration.Code is { } code)
            JobCodes[code] = configuration.Uid;
    }

    /// <summary>Takes a configuration out.</summary>
    public void Forget(string uid)
    {
        if (!Jobs.Remove(uid, out var old))
            return;
        _jobsByName?.Remove(old);
        JobNames.Remove(old.Name);
        if (old.Code is not null)
            JobCodes.Remove(old.Code);
    }

    /// <summary>Takes in the news of a run. A job deleted meanwhile gets no state.</summary>
    public void Put(StoredRun stored)
    {
        // The bytes are in the file.
        if (stored.Progress.IsDocument)
            stored = stored with { Progress = new([], true) };
        var run = stored.Run;
        if (stored.IsRunning)
        {
            Running[run.RunId] = stored;
        }
        else
        {
            Running.Remove(run.RunId);
            Recent[run.RunId] = stored.WithoutTree();
            if (run.Outcome != JobRunOutcome.Skipped
                && (!Latest.TryGetValue(run.Type, out var latest) || latest.Run.Finished <= run.Finished))
            {
                Latest[run.Type] = stored;
            }
        }

        if (Jobs.ContainsKey(run.JobUid))
            States[run.JobUid] = stored.Settle(States.GetValueOrDefault(run.JobUid));
    }

    /// <summary>Takes a user in, in place of an older version.</summary>
    public void Put(User user)
    {
        if (Users.TryGetValue(user.Uid, out var old))
            UsersByName.Remove(old.Username);
        Users[user.Uid] = user;
        UsersByName[user.Username] = user;
    }

    /// <summary>The run in progress of a type; null when there is none.</summary>
    public StoredRun? FindRunning(JobType type)
    {
        foreach (var run in Running.Values)
        {
            if (run.Run.Type == type)
                return run;
        }

        return null;
    }

    private static void Fill<TKey, TValue>(Dictionary<TKey, TValue> copy, Dictionary<TKey, TValue> from)
        where TKey : notnull
    {
        copy.EnsureCapacity(from.Count);
        foreach (var (key, value) in from)
            copy.Add(key, value);
    }
}
