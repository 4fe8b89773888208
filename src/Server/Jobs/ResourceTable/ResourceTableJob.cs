using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Flattens metadata into the resource tables.</summary>
internal sealed class ResourceTableJob(IResourceTables tables) : IJob
{
    /// <inheritdoc/>
    public JobType Type => JobType.ResourceTable;

    /// <inheritdoc/>
    public async Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        context.Progress.StartProcess("Generating resource tables");
        if (await tables.RunAsync(context, cancellationToken))
            context.Progress.CompleteProcess("Resource tables generated");
        else
            context.Progress.FailProcess("Resource tables were not generated; the previous ones stay in use");
    }
}
