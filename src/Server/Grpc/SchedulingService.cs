using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>What runs now and what ran, its cancellation and its watches.</summary>
internal sealed class SchedulingService(
    JobRuns runs, JobConfigurations configurations, JobRunWatches watches, TimeProvider time)
    : Dhis2.Scheduling.V1.SchedulingService.SchedulingServiceBase
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 1_000;

    /// <inheritdoc/>
    public override Task<ListRunningResponse> ListRunning(ListRunningRequest request, ServerCallContext context)
    {
        var response = new ListRunningResponse();
        response.Types_.Add(RunOverviews.ByType(runs.Running()));
        return Task.FromResult(response);
    }

    /// <inheritdoc/>
    public override Task<ListRunningTypesResponse> ListRunningTypes(ListRunningTypesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListRunningTypesResponse { Types_ = { runs.Running().Select(r => r.Type).Distinct().Order() } });

    /// <inheritdoc/>
    public override Task<GetRunningResponse> GetRunning(GetRunningRequest request, ServerCallContext context)
    {
        var type = Given(request.JobType);
        var running = runs.Running().FirstOrDefault(r => r.Type == type);
        var response = new GetRunningResponse();
        response.Sequence.Add(running?.ToSequence(time.GetUtcNow()) ?? []);
        response.Errors = running?.ToErrorsByObject(context.Caller());
        return Task.FromResult(response);
    }

    /// <inheritdoc/>
    public override async Task<ListCompletedResponse> ListCompleted(ListCompletedRequest request, ServerCallContext context)
    {
        var completed = await runs.LatestCompletedAsync(context.CancellationToken);
        var response = new ListCompletedResponse();
        response.Types_.Add(RunOverviews.ByType(completed));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetCompletedResponse> GetCompleted(GetCompletedRequest request, ServerCallContext context)
    {
        var type = Given(request.JobType);
        var completed = await runs.LatestCompletedAsync(context.CancellationToken);
        var response = new GetCompletedResponse();
        var latest = completed.FirstOrDefault(r => r.Type == type);
        response.Sequence.Add(latest?.ToSequence(time.GetUtcNow()) ?? []);
        response.Errors = latest?.ToErrorsByObject(context.Caller());
        return response;
    }

    /// <inheritdoc/>
    public override async Task<CancelJobRunResponse> CancelJobRun(CancelJobRunRequest request, ServerCallContext context)
    {
        await RequireCancelAsync(request, context);
        var filter = request.TargetCase switch
        {
            CancelJobRunRequest.TargetOneofCase.JobType => new RunFilter { Type = Given(request.JobType) },
            CancelJobRunRequest.TargetOneofCase.JobId => new RunFilter { JobUid = request.JobId },
            CancelJobRunRequest.TargetOneofCase.RunId => new RunFilter { RunId = request.RunId },
            _ => throw JobRunWatches.NoTarget(),
        };
        var cancelled = await runs.CancelAsync(filter, context.CancellationToken);
        if (!cancelled)
            await ThrowIfUnknownAsync(filter, context.CancellationToken);
        return new() { Cancelled = cancelled };
    }

    /// <inheritdoc/>
    public override async Task<ListJobRunsResponse> ListJobRuns(ListJobRunsRequest request, ServerCallContext context)
    {
        var size = request.HasPageSize && request.PageSize > 0 ? Math.Min(request.PageSize, MaxPageSize) : DefaultPageSize;
        var query = new JobRunQuery
        {
            JobUid = request.HasJobId && request.JobId.Length > 0 ? request.JobId : null,
            Type = request.JobType == JobType.Unspecified ? null : request.JobType,
            Outcome = OutcomeOf(request.State),
            Running = request.State == JobRunState.Running,
            BeforeRunId = request.PageToken.Length > 0 ? request.PageToken : null,
            // One more tells whether there is a next page.
            Limit = size + 1,
        };
        var found = await runs.ListAsync(query, context.CancellationToken);
        var response = new ListJobRunsResponse { Runs = { found.Take(size).Select(r => r.ToBareMessage()) } };
        if (found.Count > size)
            response.NextPageToken = found[size - 1].RunId;
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetJobRunResponse> GetJobRun(GetJobRunRequest request, ServerCallContext context)
    {
        var run = await FoundAsync(request.RunId, context.CancellationToken);
        return new() { Run = run.ToMessage(time.GetUtcNow()) };
    }

    /// <inheritdoc/>
    public override async Task WatchJobRun(
        WatchJobRunRequest request, IServerStreamWriter<WatchJobRunResponse> responseStream, ServerCallContext context)
    {
        await foreach (var message in watches.WatchAsync(request, Opened(context), context.CancellationToken))
            await responseStream.WriteAsync(message, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task WatchRunning(
        WatchRunningRequest request, IServerStreamWriter<WatchRunningResponse> responseStream, ServerCallContext context)
    {
        await foreach (var message in watches.WatchAllAsync(request.ResumeToken, Opened(context), context.CancellationToken))
            await responseStream.WriteAsync(new WatchRunningResponse { Event = message }, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<GetJobProgressResponse> GetJobProgress(GetJobProgressRequest request, ServerCallContext context)
    {
        var run = await LastRunAsync(request.JobId, context);
        return run is null
            ? new()
            : new()
            {
                Progress = new()
                {
                    Sequence = { run.ToSequence(time.GetUtcNow()) },
                    Errors = run.ToErrorsByObject(context.Caller()),
                },
            };
    }

    /// <inheritdoc/>
    public override async Task<ListJobProgressErrorsResponse> ListJobProgressErrors(
        ListJobProgressErrorsRequest request, ServerCallContext context)
    {
        var run = await LastRunAsync(request.JobId, context);
        return new() { Errors = { run?.ToErrors() ?? [] } };
    }

    /// <inheritdoc/>
    public override async Task<GetJobRunErrorsResponse> GetJobRunErrors(GetJobRunErrorsRequest request, ServerCallContext context)
    {
        var view = await ReadableAsync(request.JobId, context);
        var run = view.State.LastErrors is { } errors ? await runs.FindAsync(errors.RunId, context.CancellationToken) : null;
        return new() { Errors = run?.ToJobErrors(view.Configuration) ?? new() };
    }

    /// <inheritdoc/>
    public override async Task<ListJobRunErrorsResponse> ListJobRunErrors(ListJobRunErrorsRequest request, ServerCallContext context)
    {
        context.Caller().RequireLog();
        var filter = new RunErrorFilter
        {
            UserUid = request.HasUser ? request.User : null,
            From = TimeOf(request.From, "from"),
            To = TimeOf(request.To, "to"),
            Codes = Each(request.Code),
            Objects = Each(request.Object),
            Types = request.Type,
        };
        var found = await runs.ListErrorsAsync(filter, context.CancellationToken);
        return new() { Jobs = { found.Select(f => f.Run.ToJobErrors(f.Job)) } };
    }

    // Headers tell a gRPC client that it is watching, though nothing may happen for long. The REST face sends its own.
    internal static Func<Task> Opened(ServerCallContext context) => () =>
        HttpProtocol.IsHttp2(context.GetHttpContext().Request.Protocol)
            ? context.WriteResponseHeadersAsync(global::Grpc.Core.Metadata.Empty)
            : Task.CompletedTask;

    private static DateTimeOffset? TimeOf(Timestamp? time, string name)
    {
        try
        {
            return time?.ToDateTimeOffset();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new Dhis2Exception(ErrorKind.InvalidArgument, $"`{name}` is no time.", "E1003", e);
        }
    }

    // DHIS2 takes several in one parameter, parted by commas, as well as in several parameters.
    private static string[] Each(IEnumerable<string> values) =>
        [.. values.SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private async ValueTask RequireCancelAsync(CancelJobRunRequest request, ServerCallContext context)
    {
        var caller = context.Caller();
        if (caller.Has(Authorities.SchedulingAdmin) || caller.Has(Authorities.PerformMaintenance))
            return;
        if (request.TargetCase == CancelJobRunRequest.TargetOneofCase.JobId)
            caller.RequireAccess((await configurations.GetAsync(request.JobId, context.CancellationToken)).Configuration, Authorities.PerformMaintenance);
        else
            caller.Require(Authorities.SchedulingAdmin, "You don't have the proper permissions to cancel this object.");
    }

    private async ValueTask<JobView> ReadableAsync(string jobUid, ServerCallContext context)
    {
        var view = await configurations.GetAsync(jobUid, context.CancellationToken);
        context.Caller().RequireAccess(view.Configuration, Authorities.JobLogRead);
        return view;
    }

    private async ValueTask<JobRun?> LastRunAsync(string jobUid, ServerCallContext context)
    {
        await ReadableAsync(jobUid, context);
        return await runs.FindLatestAsync(jobUid, context.CancellationToken);
    }

    private async ValueTask ThrowIfUnknownAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        if (filter.RunId is { } runId)
            await FoundAsync(runId, cancellationToken);
        if (filter.JobUid is { } uid)
            await configurations.GetAsync(uid, cancellationToken);
    }

    private async ValueTask<JobRun> FoundAsync(string runId, CancellationToken cancellationToken) =>
        await runs.FindAsync(runId, cancellationToken) ?? throw Dhis2Exception.NotFound("JobRun", runId);

    private static JobType Given(JobType type) => type != JobType.Unspecified
        ? type
        : throw new Dhis2Exception(ErrorKind.InvalidArgument, "job_type is required.", "E1003");

    private static JobRunOutcome? OutcomeOf(JobRunState state) => state switch
    {
        JobRunState.Completed => JobRunOutcome.Completed,
        JobRunState.Stopped => JobRunOutcome.Stopped,
        JobRunState.Failed => JobRunOutcome.Failed,
        JobRunState.Skipped => JobRunOutcome.Skipped,
        _ => null,
    };
}
