using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Grpc.Core;
using JobQueue = Dhis2Grpc.Server.Scheduling.JobQueue;
using JobQueueMessage = Dhis2.Scheduling.V1.JobQueue;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Queues, their runs, and the schedule as one list.</summary>
internal sealed class JobQueueService(JobQueues queues, QueueHistory history, QueueRunWatches watches, SchedulerEntries entries)
    : Dhis2.Scheduling.V1.JobQueueService.JobQueueServiceBase
{
    private const string ByName = "name";

    /// <inheritdoc/>
    public override async Task<ListSchedulerEntriesResponse> ListSchedulerEntries(
        ListSchedulerEntriesRequest request, ServerCallContext context)
    {
        var all = await entries.ListAsync(context.CancellationToken);
        var ordered = request.Order == ByName
            ? all.OrderBy(e => e.Name, StringComparer.Ordinal)
            : all.OrderBy(e => e.NextExecutionTime is null)
                .ThenBy(e => e.NextExecutionTime?.ToDateTimeOffset())
                .ThenBy(e => e.Name, StringComparer.Ordinal);
        return new() { Entries = { ordered } };
    }

    /// <inheritdoc/>
    public override async Task<ListQueueableJobsResponse> ListQueueableJobs(ListQueueableJobsRequest request, ServerCallContext context) =>
        new() { Entries = { await entries.ListQueueableAsync(context.CancellationToken) } };

    /// <inheritdoc/>
    public override async Task<ListJobQueuesResponse> ListJobQueues(ListJobQueuesRequest request, ServerCallContext context) =>
        new() { Names = { await queues.ListNamesAsync(context.CancellationToken) } };

    /// <inheritdoc/>
    public override async Task<GetJobQueueResponse> GetJobQueue(GetJobQueueRequest request, ServerCallContext context) =>
        new() { Queue = ToMessage(await queues.GetAsync(request.Name, context.CancellationToken)) };

    /// <inheritdoc/>
    public override async Task<CreateJobQueueResponse> CreateJobQueue(CreateJobQueueRequest request, ServerCallContext context)
    {
        var caller = Admin(context, "create");
        var wanted = request.Queue ?? new();
        var queue = await queues.CreateAsync(request.Name, CronOf(wanted), wanted.Sequence, caller, context.CancellationToken);
        return new() { Queue = ToMessage(queue) };
    }

    /// <inheritdoc/>
    public override async Task<UpdateJobQueueResponse> UpdateJobQueue(UpdateJobQueueRequest request, ServerCallContext context)
    {
        var caller = Admin(context, "update");
        var wanted = request.Queue ?? new();
        var name = wanted.Name.Length > 0 ? wanted.Name : request.Name;
        var queue = await queues.UpdateAsync(request.Name, name, CronOf(wanted), wanted.Sequence, caller, context.CancellationToken);
        return new() { Queue = ToMessage(queue) };
    }

    /// <inheritdoc/>
    public override async Task<DeleteJobQueueResponse> DeleteJobQueue(DeleteJobQueueRequest request, ServerCallContext context)
    {
        await queues.DeleteAsync(request.Name, Admin(context, "delete"), context.CancellationToken);
        return new();
    }

    /// <inheritdoc/>
    public override async Task<GetJobQueueRunResponse> GetJobQueueRun(GetJobQueueRunRequest request, ServerCallContext context)
    {
        var queue = await queues.GetAsync(request.Name, context.CancellationToken);
        return new() { Run = (await history.LatestAsync(queue, context.CancellationToken))?.ToMessage(queue) };
    }

    /// <inheritdoc/>
    public override async Task WatchJobQueueRun(
        WatchJobQueueRunRequest request, IServerStreamWriter<WatchJobQueueRunResponse> responseStream, ServerCallContext context)
    {
        await foreach (var message in watches.WatchAsync(request, SchedulingService.Opened(context), context.CancellationToken))
            await responseStream.WriteAsync(message, context.CancellationToken);
    }

    private static User Admin(ServerCallContext context, string action)
    {
        var caller = context.Caller();
        caller.Require(Authorities.SchedulingAdmin, $"You don't have the proper permissions to {action} this object.");
        return caller;
    }

    private static string? CronOf(JobQueueMessage queue) => queue.HasCronExpression ? queue.CronExpression : null;

    private static JobQueueMessage ToMessage(JobQueue queue)
    {
        var message = new JobQueueMessage { Name = queue.Name, Sequence = { queue.Members.Select(j => j.Uid) } };
        if (queue.Trigger.CronExpression is { } cron)
            message.CronExpression = cron;
        return message;
    }
}
