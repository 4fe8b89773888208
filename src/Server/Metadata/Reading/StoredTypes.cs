using System.Collections.Concurrent;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>Collections that can be read: the known types, and whatever else documents brought.</summary>
internal sealed class StoredTypes(IWarehouse warehouse) : IHostedLifecycleService
{
    private readonly ConcurrentDictionary<string, bool> _others = new(StringComparer.Ordinal);

    /// <summary>Whether the collection can be read.</summary>
    public bool Contains(string collection) => MetadataTypes.IsKnown(collection) || _others.ContainsKey(collection);

    /// <summary>Notes what a document brought.</summary>
    public void Add(IEnumerable<MetadataType> types)
    {
        foreach (var type in types.Where(t => !MetadataTypes.IsKnown(t.Collection))) _others[type.Collection] = true;
    }

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        Add((await connection.ListAsync("select distinct type from object", r => r.GetString(0), cancellationToken)).Select(MetadataTypes.Of));
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
