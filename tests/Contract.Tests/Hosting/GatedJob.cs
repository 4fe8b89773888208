using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Jobs.DataSync;
using Dhis2Grpc.Server.Progress;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Hosting;

/// <summary>A job, of type DATA_SYNC, whose items go on when the test lets them.</summary>
internal sealed class GatedJob(int items) : IJob, IDisposable
{
    private readonly SemaphoreSlim _gate = new(0);

    public JobType Type => JobType.DataSync;

    /// <summary>Puts the job into a node, in place of the real one.</summary>
    public void Into(WebApplicationBuilder builder)
    {
        builder.Services.Remove(builder.Services.Single(s => s.ImplementationType == typeof(DataSyncJob)));
        builder.Services.AddSingleton<IJob>(this);
    }

    /// <summary>Lets so many items go on.</summary>
    public void Release(int count) => _gate.Release(count);

    public Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        context.Progress.StartProcess("Gated");
        return context.Progress.RunStageAsync(
            "Gates",
            Enumerable.Range(0, items).ToArray(),
            static _ => null,
            async (_, ct) =>
            {
                await _gate.WaitAsync(ct);
                return null;
            },
            cancellationToken);
    }

    public void Dispose() => _gate.Dispose();
}
