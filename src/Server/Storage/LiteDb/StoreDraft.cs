using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>What the writer decides upon: the model, which shows what is on disk, with the changes decided since.</summary>
internal sealed class StoreDraft(StoreModel model)
{
    private readonly Overlay<string, StoredJob> _jobs = new(model.Jobs);
    private readonly Overlay<string, string> _jobNames = new(model.JobNames);
    private readonly Overlay<string, string> _jobCodes = new(model.JobCodes);
    private readonly Overlay<string, StoredRun> _running = new(model.Running);
    private readonly Overlay<JobType, StoredRun> _runningTypes = new(model.RunningTypes);
    private readonly Overlay<string, User> _users = new(model.Users);
    private readonly Overlay<string, User> _usersByName = new(model.UsersByName);
    private readonly Overlay<string, string> _settings = new(model.Settings);
    private readonly Overlay<string, RunErrorCodes> _errors = new(model.RunErrors);
    private readonly List<Change> _changes = [];

    /// <summary>The changes decided, in order.</summary>
    public IReadOnlyList<Change> Changes => _changes;

    /// <summary>A configuration; null when there is none.</summary>
    public JobConfiguration? FindJob(string uid) => _jobs.Find(uid)?.Configuration;

    /// <summary>A configuration with its state; null when there is none.</summary>
    public StoredJob? FindStoredJob(string uid) => _jobs.Find(uid);

    /// <summary>Whether the configuration changed since the model was.</summary>
    public bool IsChanged(string uid) => _jobs.IsChanged(uid);

    /// <summary>UID of the configuration with the name.</summary>
    public string? FindJobName(string name) => _jobNames.Find(name);

    /// <summary>UID of the configuration with the code.</summary>
    public string? FindJobCode(string code) => _jobCodes.Find(code);

    /// <summary>A run in progress; null when it is none.</summary>
    public StoredRun? FindRunning(string runId) => _running.Find(runId);

    /// <summary>The run in progress of a type; null when there is none.</summary>
    public StoredRun? FindRunning(JobType type) => _runningTypes.Find(type);

    /// <summary>What a job's last run found wrong; null when nothing.</summary>
    public RunErrorCodes? FindErrors(string jobUid) => _errors.Find(jobUid);

    /// <summary>The user with the login name; null when there is none.</summary>
    public User? FindUserByName(string username) => _usersByName.Find(username);

    /// <summary>A setting; null when it is not set.</summary>
    public string? FindSetting(string key) => _settings.Find(key);

    /// <summary>Decides on a change.</summary>
    public void Add(Change change)
    {
        change.Note(this);
        _changes.Add(change);
    }

    /// <summary>Takes back the changes from the position on.</summary>
    public void TakeBack(int position)
    {
        var kept = _changes.GetRange(0, position);
        Clear();
        kept.ForEach(Add);
    }

    /// <summary>Forgets all changes: the model shows them by now, or they came to nothing.</summary>
    public void Clear()
    {
        _changes.Clear();
        _jobs.Clear();
        _jobNames.Clear();
        _jobCodes.Clear();
        _running.Clear();
        _runningTypes.Clear();
        _users.Clear();
        _usersByName.Clear();
        _settings.Clear();
        _errors.Clear();
    }

    /// <summary>Notes a configuration, new or changed.</summary>
    public void Put(JobConfiguration configuration)
    {
        Forget(configuration.Uid);
        _jobs.Set(configuration.Uid, new(configuration));
        _jobNames.Set(configuration.Name, configuration.Uid);
        if (configuration.Code is { } code)
            _jobCodes.Set(code, configuration.Uid);
    }

    /// <summary>Notes that a configuration is gone, and with it what its last run found wrong.</summary>
    public void Delete(string uid)
    {
        Forget(uid);
        _errors.Set(uid, null);
    }

    /// <summary>Notes that a configuration is gone.</summary>
    public void Forget(string uid)
    {
        if (FindJob(uid) is not { } old)
            return;
        _jobs.Set(uid, null);
        _jobNames.Set(old.Name, null);
        if (old.Code is { } code)
            _jobCodes.Set(code, null);
    }

    /// <summary>Notes the news of a run.</summary>
    public void Put(StoredRun run)
    {
        if (!run.IsRunning && FindRunning(run.Claim.RunId) is null)
            return;
        var running = run.IsRunning ? run : null;
        _running.Set(run.Claim.RunId, running);
        _runningTypes.Set(run.Claim.Type, running);
    }

    /// <summary>Notes a user, new or changed.</summary>
    public void Put(User user)
    {
        if (_users.Find(user.Uid) is { } old)
            _usersByName.Set(old.Username, null);
        _users.Set(user.Uid, user);
        _usersByName.Set(user.Username, user);
    }

    /// <summary>Notes what a job's last run found wrong; null for nothing.</summary>
    public void SetErrors(string jobUid, RunErrorCodes? errors) => _errors.Set(jobUid, errors);

    /// <summary>Notes a setting; null removes it.</summary>
    public void Set(string key, string? value) => _settings.Set(key, value);
}
