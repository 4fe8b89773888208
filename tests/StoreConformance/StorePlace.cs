using Dhis2Grpc.Server.Storage;

namespace StoreConformance;

/// <summary>Somewhere that a store keeps its data, which outlives the store's objects. A second kind of store plugs
/// in here.</summary>
public abstract class StorePlace : IAsyncDisposable
{
    /// <summary>Opens the stores on what is there.</summary>
    internal abstract ValueTask<StoreSession> OpenAsync();

    /// <summary>Removes the place.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>Open stores; disposing closes them in order.</summary>
internal sealed class StoreSession(IJobStore jobs, IUserStore users, ISettingStore settings, Func<ValueTask> close) : IAsyncDisposable
{
    public IJobStore Jobs { get; } = jobs;

    public IUserStore Users { get; } = users;

    public ISettingStore Settings { get; } = settings;

    public ValueTask DisposeAsync() => close();
}
