using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>The jobs that the system makes itself, at its first start, with DHIS2's UIDs: of each type whose work is in
/// this node. What others made of their schedules stays.</summary>
internal sealed class SystemJobs(IJobStore store, JobCatalog catalog, TimeProvider time, ILogger<SystemJobs> logger)
{
    /// <summary>Creates those that are missing.</summary>
    public async Task CreateMissingAsync(CancellationToken cancellationToken)
    {
        foreach (var type in catalog.All)
        {
            if (type is not { System: { } system, Job: not null } || await store.FindAsync(system.Uid, cancellationToken) is not null)
                continue;
            var now = time.GetUtcNow();
            var result = await store.CreateAsync(
                new JobConfiguration
                {
                    Uid = system.Uid,
                    Name = system.Name,
                    Type = type.Type,
                    CronExpression = system.CronExpression,
                    Parameters = ParameterRules.Complete(type.Parameters, null),
                    Created = now,
                    LastUpdated = now,
                },
                cancellationToken);
            if (result.Result == JobWriteResult.Written)
                SchedulingLog.SystemJobCreated(logger, system.Uid, system.Name);
            else
                SchedulingLog.SystemJobNotCreated(logger, system.Uid, system.Name, result.OtherUid ?? result.Configuration?.Uid);
        }
    }
}
