using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>The feed of notifications that scripts poll.</summary>
internal sealed class NotificationService(JobRuns runs, JobCatalog catalog, IImportLauncher imports)
    : Dhis2.Scheduling.V1.NotificationService.NotificationServiceBase
{
    // Of each type so many jobs are told of.
    private const int MaxJobs = 100;

    /// <inheritdoc/>
    public override async Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context)
    {
        var response = new ListTasksResponse();
        foreach (var type in catalog.All)
            response.Types_.Add(type.WireName, new());
        foreach (var run in await runs.ListLatestAsync(null, MaxJobs, context.CancellationToken))
            response.Types_[WireName.Of(run.Type)].Jobs.Add(run.JobUid, ToList(run));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<ListTasksOfTypeResponse> ListTasksOfType(ListTasksOfTypeRequest request, ServerCallContext context)
    {
        var response = new ListTasksOfTypeResponse();
        foreach (var run in await runs.ListLatestAsync(Given(request.JobType), MaxJobs, context.CancellationToken))
            response.Jobs.Add(run.JobUid, ToList(run));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<ListNotificationsResponse> ListNotifications(ListNotificationsRequest request, ServerCallContext context)
    {
        var run = await FindAsync(request.JobType, request.JobId, context);
        var notifications = run is null ? [] : Told(run);
        return new()
        {
            Notifications =
            {
                notifications.TakeWhile(n => !request.HasLastId || n.Uid != request.LastId).Select(n => ToMessage(n, run!.Type)),
            },
        };
    }

    /// <inheritdoc/>
    public override async Task<ListTaskSummariesResponse> ListTaskSummaries(ListTaskSummariesRequest request, ServerCallContext context)
    {
        var response = new ListTaskSummariesResponse();
        foreach (var run in await runs.ListLatestAsync(Given(request.JobType), MaxJobs, context.CancellationToken))
        {
            if (ToSummary(run) is { } summary)
                response.Jobs.Add(run.JobUid, summary);
        }

        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetTaskSummaryResponse> GetTaskSummary(GetTaskSummaryRequest request, ServerCallContext context)
    {
        var run = await FindAsync(request.JobType, request.JobId, context);
        return new() { Summary = run is null ? null : ToSummary(run) };
    }

    private async ValueTask<JobRun?> FindAsync(JobType type, string jobUid, ServerCallContext context) =>
        await runs.FindLatestAsync(jobUid, context.CancellationToken) is { } run && run.Type == Given(type) ? run : null;

    private static JobType Given(JobType type) => type != JobType.Unspecified
        ? type
        : throw new Dhis2Exception(ErrorKind.InvalidArgument, "job_type is required.", "E1003");

    private NotificationList ToList(JobRun run) => new() { Notifications = { Told(run).Select(n => ToMessage(n, run.Type)) } };

    // A run that the server's end cut short is not the last of an accepted document.
    private IEnumerable<RunNotification> Told(JobRun run)
    {
        var told = RunNotifications.Of(run, WireName.Of(run.Type));
        return run.Outcome is not null && imports.Waits(run.JobUid) ? told.Where(n => !n.Completed) : told;
    }

    private static Notification ToMessage(RunNotification notification, JobType type)
    {
        var message = new Notification
        {
            Uid = notification.Uid,
            Id = notification.Uid,
            Level = notification.Level,
            Category = type,
            Time = notification.Time.ToTimestamp(),
            Completed = notification.Completed,
        };
        if (notification.Message is not null)
            message.Message = notification.Message;
        return message;
    }

    private TaskSummary? ToSummary(JobRun run)
    {
        if (run.Outcome is null || imports.Waits(run.JobUid))
            return null;
        if (run.Outcome == JobRunOutcome.Completed && run.Progress.Import is { } import)
            return ToSummary(import);
        var errors = run.Progress.Errors ?? [];
        var summary = new TaskSummary
        {
            Status = run.Outcome != JobRunOutcome.Completed ? "ERROR" : errors.Count > 0 ? "WARNING" : "SUCCESS",
            Conflicts = { errors.Select(e => new ImportConflict { Object = e.ObjectId ?? run.JobUid, Value = e.Message, ErrorCode = e.Code }) },
        };
        if ((run.Error ?? (run.Progress.Processes is [.., var last] ? last.Summary : null)) is { } description)
            summary.Description = description;
        return summary;
    }

    private static TaskSummary ToSummary(ImportSummary import)
    {
        var summary = new TaskSummary
        {
            Status = import.Status,
            Description = import.Description,
            ImportCount = import.ImportCount,
            Conflicts = { import.Conflicts },
            RejectedIndexes = { import.RejectedIndexes },
            DataSetComplete = import.DataSetComplete,
            ImportOptions = import.ImportOptions,
        };
        summary.ImportOptions.Async = true;
        return summary;
    }
}
