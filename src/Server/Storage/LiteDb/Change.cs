using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A decided change: how the model shows it, and how the file keeps it.</summary>
internal abstract record Change
{
    /// <summary>Shows it to later decisions, until it is on disk.</summary>
    public abstract void Note(StoreDraft draft);

    /// <summary>Takes it into a model.</summary>
    public abstract void Apply(StoreModel model);

    /// <summary>Adds what the file is to hold.</summary>
    /// <exception cref="StorageException">It does not fit.</exception>
    public abstract void Stage(WriteBatch batch);
}

/// <summary>A configuration, new or changed.</summary>
internal sealed record JobPut(JobConfiguration Configuration) : Change
{
    /// <inheritdoc/>
    public override void Note(StoreDraft draft) => draft.Put(Configuration);

    /// <inheritdoc/>
    public override void Apply(StoreModel model) => model.Put(Configuration);

    /// <inheritdoc/>
    public override void Stage(WriteBatch batch) => batch.Put(Documents.Jobs, Documents.Write(Configuration));
}

/// <summary>A configuration and its state deleted.</summary>
internal sealed record JobDeleted(string Uid) : Change
{
    /// <inheritdoc/>
    public override void Note(StoreDraft draft) => draft.Delete(Uid);

    /// <inheritdoc/>
    public override void Apply(StoreModel model) => model.Forget(Uid);

    /// <inheritdoc/>
    public override void Stage(WriteBatch batch)
    {
        batch.Delete(Documents.Jobs, Uid);
        batch.Delete(Documents.RunErrors, Uid);
        batch.Log.AddDeletedJob(Uid);
    }
}

/// <summary>News of a run.</summary>
internal sealed record RunPut(StoredRun Run, bool HadDocument) : Change
{
    /// <inheritdoc/>
    public override void Note(StoreDraft draft) => draft.Put(Run);

    /// <inheritdoc/>
    public override void Apply(StoreModel model) => model.Put(Run);

    /// <inheritdoc/>
    public override void Stage(WriteBatch batch)
    {
        batch.Log.Add(Run);
        if (Run.Progress.IsDocument && Run.Progress.Bytes.Length > 0)
            RunFiles.PutProgress(batch, Run);
        else if (HadDocument && !Run.Progress.IsDocument)
            batch.Delete(RunFiles.ProgressCollection, Run.Run.RunId);
    }
}

/// <summary>What a job's last run found wrong, or nothing any more.</summary>
internal sealed record RunErrorsPut(string JobUid, RunErrorCodes? Errors) : Change
{
    /// <inheritdoc/>
    public override void Note(StoreDraft draft) => draft.SetErrors(JobUid, Errors);

    /// <inheritdoc/>
    public override void Apply(StoreModel model)
    {
        if (Errors is null)
            model.RunErrors.Remove(JobUid);
        else
            model.RunErrors[JobUid] = Errors;
    }

    /// <inheritdoc/>
    public override void Stage(WriteBatch batch)
    {
        if (Errors is null)
            batch.Delete(Documents.RunErrors, JobUid);
        else
            batch.Put(Documents.RunErrors, Documents.Write(JobUid, Errors));
    }
}

/// <summary>A user, new or changed.</summary>
internal sealed record UserPut(User User) : Change
{
    /// <inheritdoc/>
    public override void Note(StoreDraft draft) => draft.Put(User);

    /// <inheritdoc/>
    public override void Apply(StoreModel model) => model.Put(User);

    /// <inheritdoc/>
    public override void Stage(WriteBatch batch) => batch.Put(Documents.Users, Documents.Write(User));
}

/// <summary>A setting set, or removed.</summary>
internal sealed record SettingPut(string Key, string? Value) : Change
{
    /// <inheritdoc/>
    public override void Note(StoreDraft draft) => draft.Set(Key, Value);

    /// <inheritdoc/>
    public override void Apply(StoreModel model)
    {
        if (Value is null)
            model.Settings.Remove(Key);
        else
            model.Settings[Key] = Value;
    }

    /// <inheritdoc/>
    public override void Stage(WriteBatch batch)
    {
        if (Value is null)
            batch.Delete(Documents.Settings, Key);
        else
            batch.Put(Documents.Settings, Documents.Setting(Key, Value));
    }
}
