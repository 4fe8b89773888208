using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Synchronization;
using Dhis2Grpc.Server.Synchronization.Push;

namespace Dhis2Grpc.Server.Jobs.DataSync;

/// <summary>DATA_SYNC: sends changed data values, then changed completeness registrations, to the remote server.</summary>
internal sealed class DataSyncJob(PushProcess process, RemoteServer remote) : IJob
{
    /// <inheritdoc/>
    public JobType Type => JobType.DataSync;

    /// <inheritdoc/>
    public async Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        var pageSize = context.Parameters is DataSyncParameters { HasPageSize: true } parameters ? parameters.PageSize : DataPush.DefaultPageSize;
        // A registration tells that values are complete, so it does not go before them.
        if (await process.RunAsync(PushKind.DataValues, pageSize, context.Progress, cancellationToken))
            await process.RunAsync(PushKind.Registrations, pageSize, context.Progress, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<string?> ObstacleAsync(CancellationToken cancellationToken) =>
        await remote.AccountAsync(cancellationToken) is null ? "Remote server is not configured" : null;
}
