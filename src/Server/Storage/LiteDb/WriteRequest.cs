namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>What a caller asks the writer for.</summary>
internal abstract class WriteRequest
{
    /// <summary>Needs the file for itself.</summary>
    public virtual bool IsExclusive => false;

    /// <summary>Decides what changes. The draft shows what every earlier request decided.</summary>
    public virtual void Decide(StoreDraft draft)
    {
    }

    /// <summary>Works on the file.</summary>
    public virtual void Work(LiteDbStore.Exclusive store)
    {
    }

    /// <summary>Gives the caller the answer: it is on disk.</summary>
    public abstract void Complete();

    /// <summary>Gives the caller the failure.</summary>
    public abstract void Fail(Exception failure);
}

/// <summary>A request with an answer.</summary>
internal abstract class WriteRequest<T> : WriteRequest
{
    // The caller goes on elsewhere: the writer has more to do.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer, once it is on disk.</summary>
    public Task<T> Answer => _answer.Task;

    /// <summary>The answer as decided.</summary>
    protected T? Result { get; set; }

    /// <inheritdoc/>
    public override void Complete() => _answer.SetResult(Result!);

    /// <inheritdoc/>
    public override void Fail(Exception failure) => _answer.SetException(failure);
}

/// <summary>Decides on changes, which share a transaction with others.</summary>
internal sealed class DecisionRequest<T>(Func<StoreDraft, T> decide) : WriteRequest<T>
{
    /// <inheritdoc/>
    public override void Decide(StoreDraft draft) => Result = decide(draft);
}

/// <summary>Works on the file alone.</summary>
internal sealed class WorkRequest<T>(Func<LiteDbStore.Exclusive, T> work) : WriteRequest<T>
{
    /// <inheritdoc/>
    public override bool IsExclusive => true;

    /// <inheritdoc/>
    public override void Work(LiteDbStore.Exclusive store) => Result = work(store);
}
