using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Synchronization.Pull;

namespace Dhis2Grpc.Server.Jobs.MetadataPull;

/// <summary>METADATA_IMPORT: pulls the document that waits for the job.</summary>
internal sealed class MetadataPullJob(PullProcess process) : IJob
{
    /// <inheritdoc/>
    public JobType Type => JobType.MetadataImport;

    /// <inheritdoc/>
    public Task RunAsync(JobRunContext context, CancellationToken cancellationToken) =>
        process.RunAsync(context.JobUid, context.Progress, cancellationToken);
}
