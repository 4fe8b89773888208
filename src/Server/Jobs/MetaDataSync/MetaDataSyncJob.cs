using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Synchronization;
using Dhis2Grpc.Server.Synchronization.Push;
using Dhis2Grpc.Server.Synchronization.Versions;

namespace Dhis2Grpc.Server.Jobs.MetaDataSync;

/// <summary>META_DATA_SYNC: sends changed data to the remote server, then takes its newer metadata versions over. The node holds no
/// tracker data; the page sizes of that are accepted and mean nothing.</summary>
internal sealed class MetaDataSyncJob(VersionSyncProcess process, RemoteServer remote) : IJob
{
    /// <inheritdoc/>
    public JobType Type => JobType.MetaDataSync;

    /// <inheritdoc/>
    public Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        var pageSize = context.Parameters is MetaDataSyncParameters { HasDataValuesPageSize: true } parameters
            ? parameters.DataValuesPageSize
            : DataPush.DefaultPageSize;
        return process.RunAsync(pageSize, context.Progress, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<string?> ObstacleAsync(CancellationToken cancellationToken) =>
        await remote.AccountAsync(cancellationToken) is null ? "Remote server is not configured" : null;
}
