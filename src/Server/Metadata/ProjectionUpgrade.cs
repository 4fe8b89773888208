using Dhis2Grpc.Server.Metadata.Import;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>After an update of the program that knows more tables, fills them from the objects that are stored already, and
/// takes out of these what is no longer kept.</summary>
internal sealed class ProjectionUpgrade(IWarehouse warehouse, TimeProvider time, ILogger<ProjectionUpgrade> logger) : IHostedLifecycleService
{
    /// <summary>Rises with each change of what the tables take from objects.</summary>
    public const int Version = 2;

    /// <summary>Projects all objects again, unless that was done by this version already.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using (var connection = await warehouse.OpenReadAsync(cancellationToken))
        {
            if (await connection.ScalarAsync<int>("select coalesce(max(version), 0) from projectionversion", cancellationToken) >= Version) return;
        }
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        var objects = await write.Connection.ScalarAsync<long>("select count(*) from object", cancellationToken);
        await StoredSecrets.RemoveAsync(write.Connection, cancellationToken);
        await new Reprojection(write, time.GetUtcNow().UtcDateTime).RunAsync(cancellationToken);
        await MetadataRevision.AdvanceAsync(write.Connection, cancellationToken);
        await write.Connection.ExecuteAsync("delete from projectionversion; insert into projectionversion values ($version)", cancellationToken, ("version", Version));
        await write.CommitAsync(cancellationToken);
        MetadataLog.ProjectedAgain(logger, objects);
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

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
