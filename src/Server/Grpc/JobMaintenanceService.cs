using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Which jobs are due or stuck, and what an operator does about them.</summary>
internal sealed class JobMaintenanceService(JobMaintenance maintenance, JobConfigurationMessages messages)
    : Dhis2.Scheduling.V1.JobMaintenanceService.JobMaintenanceServiceBase
{
    /// <inheritdoc/>
    public override async Task<ListDueJobsResponse> ListDueJobs(ListDueJobsRequest request, ServerCallContext context)
    {
        var within = TimeSpan.FromSeconds(Given(request.HasSeconds, request.Seconds, "seconds"));
        var due = await maintenance.ListDueAsync(within, request.IncludeWaiting, context.CancellationToken);
        return new() { JobConfigurations = { await messages.ToMessagesAsync(due, context.Caller(), context.CancellationToken) } };
    }

    /// <inheritdoc/>
    public override async Task<ListStaleJobsResponse> ListStaleJobs(ListStaleJobsRequest request, ServerCallContext context)
    {
        var silent = TimeSpan.FromSeconds(Given(request.HasSeconds, request.Seconds, "seconds"));
        var stale = await maintenance.ListStaleAsync(silent, context.CancellationToken);
        return new() { JobConfigurations = { await messages.ToMessagesAsync(stale, context.Caller(), context.CancellationToken) } };
    }

    /// <inheritdoc/>
    public override async Task<CleanJobsResponse> CleanJobs(CleanJobsRequest request, ServerCallContext context)
    {
        RequireMaintenance(context);
        var ended = TimeSpan.FromMinutes(Given(request.HasMinutes, request.Minutes, "minutes"));
        return new() { Deleted = await maintenance.CleanAsync(ended, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<RevertJobRunResponse> RevertJobRun(RevertJobRunRequest request, ServerCallContext context)
    {
        RequireMaintenance(context);
        await maintenance.RevertAsync(request.JobId, context.CancellationToken);
        return new();
    }

    private static void RequireMaintenance(ServerCallContext context) => context.Caller().Require(
        Authorities.PerformMaintenance, $"Access is denied, requires one Authority from [{Authorities.PerformMaintenance}]");

    private static int Given(bool given, int value, string name) => given
        ? value
        : throw new Dhis2Exception(ErrorKind.InvalidArgument, $"Required request parameter '{name}' is not present", "E1003");
}
