using System.Collections.Concurrent;
using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Dhis2.Synchronization.V1;
using Dhis2.System.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Contract.Tests.Rest;

/// <summary>Job configurations that are only remembered; a test may replace any answer.</summary>
internal sealed class PlayedJobs : JobConfigurationService.JobConfigurationServiceBase
{
    /// <summary>Requests as they arrived.</summary>
    public ConcurrentQueue<IMessage> Received { get; } = [];

    /// <summary>What listing waits for before it answers.</summary>
    public Func<ServerCallContext, Task>? BeforeList { get; set; }

    /// <summary>In place of the default answer, or failure.</summary>
    public Func<IMessage, IMessage?>? Answer { get; set; }

    public static JobConfiguration Job(string uid = "KBcP6Qw37gT") => new()
    {
        Id = uid,
        Name = "analytics last two years",
        DisplayName = "analytics last two years",
        Created = Timestamp.FromDateTime(new DateTime(2018, 2, 22, 15, 15, 34, 67, DateTimeKind.Utc)),
        LastUpdated = Timestamp.FromDateTime(new DateTime(2018, 2, 22, 15, 15, 34, 67, DateTimeKind.Utc)),
        LastUpdatedBy = new UserReference { Id = "GOLswS44mh8" },
        JobType = JobType.AnalyticsTable,
        CronExpression = "0 0 3 ? * MON",
        Enabled = true,
        SchedulingType = SchedulingType.Cron,
        JobStatus = JobStatus.Scheduled,
        NextExecutionTime = Timestamp.FromDateTime(new DateTime(2018, 2, 26, 3, 0, 0, DateTimeKind.Utc)),
        LastExecutedStatus = JobStatus.NotStarted,
        LastRuntimeExecution = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(21_780)),
        Configurable = true,
        LeaderOnlyJob = true,
        Access = new Access { Read = true, Update = true, Externalize = true, Delete = true, Write = true, Manage = true },
        Sharing = new Sharing(),
        Etag = "7",
        AnalyticsTable = new AnalyticsTableParameters { LastYears = 2 },
    };

    public override async Task<ListJobConfigurationsResponse> ListJobConfigurations(ListJobConfigurationsRequest request, ServerCallContext context)
    {
        if (BeforeList is not null)
            await BeforeList(context);
        return await Reply(request, () => new ListJobConfigurationsResponse
        {
            Pager = new Pager { Page = 1, Total = 2, PageSize = 50, PageCount = 1 },
            JobConfigurations = { Job(), Job("aB3dEfGhIj1") },
            NextPageToken = "hidden",
        });
    }

    public override Task<GetJobConfigurationResponse> GetJobConfiguration(GetJobConfigurationRequest request, ServerCallContext context) =>
        Reply(request, () => new GetJobConfigurationResponse { JobConfiguration = Job(request.Uid) });

    public override Task<CreateJobConfigurationResponse> CreateJobConfiguration(CreateJobConfigurationRequest request, ServerCallContext context) =>
        Reply(request, () => new CreateJobConfigurationResponse { Report = Report("aB3dEfGhIj1") });

    public override Task<UpdateJobConfigurationResponse> UpdateJobConfiguration(UpdateJobConfigurationRequest request, ServerCallContext context) =>
        Reply(request, () => new UpdateJobConfigurationResponse { Report = Report(request.JobConfiguration.Id) });

    public override Task<ExecuteJobConfigurationResponse> ExecuteJobConfiguration(ExecuteJobConfigurationRequest request, ServerCallContext context) =>
        Reply(request, () => new ExecuteJobConfigurationResponse
        {
            Report = new ObjectReport { Klass = "org.hisp.dhis.scheduling.JobConfiguration", Index = 0 },
            RunId = "run",
        });

    public override Task<EnableJobConfigurationResponse> EnableJobConfiguration(EnableJobConfigurationRequest request, ServerCallContext context) =>
        Reply(request, () => new EnableJobConfigurationResponse { JobConfiguration = Job(request.Uid) });

    public override Task<ListJobTypesResponse> ListJobTypes(ListJobTypesRequest request, ServerCallContext context) => Reply(request, () => new ListJobTypesResponse());

    public override Task<ListJobTypesExtendedResponse> ListJobTypesExtended(ListJobTypesExtendedRequest request, ServerCallContext context) => Reply(request, () =>
    {
        var property = new JobParameterProperty { Name = "skipTableTypes", Klass = "java.util.Set", DefaultValue = "[]", Max = 3, Constants = new ConstantList { Values = { "EVENT" } } };
        return new ListJobTypesExtendedResponse
        {
            Types_ =
            {
                ["ANALYTICS_TABLE"] = new JobParameterPropertyMap { Properties = { ["skipTableTypes"] = property } },
                ["RESOURCE_TABLE"] = new JobParameterPropertyMap(),
            },
        };
    });

    public static ObjectReport Report(string uid) => new() { Klass = "org.hisp.dhis.scheduling.JobConfiguration", Uid = uid };

    private Task<T> Reply<T>(IMessage request, Func<T> usual)
        where T : class, IMessage
    {
        Received.Enqueue(request);
        return Task.FromResult((T?)Answer?.Invoke(request) ?? usual());
    }
}

/// <summary>Runs whose watches a test feeds.</summary>
internal sealed class PlayedRuns : SchedulingService.SchedulingServiceBase
{
    public ConcurrentQueue<IMessage> Received { get; } = [];

    public IReadOnlyList<JobProcess> Sequence { get; set; } = [];

    /// <summary>What a watch does.</summary>
    public Func<WatchJobRunRequest, IServerStreamWriter<WatchJobRunResponse>, ServerCallContext, Task>? Watch { get; set; }

    public override Task<ListRunningResponse> ListRunning(ListRunningRequest request, ServerCallContext context) => Task.FromResult(new ListRunningResponse
    {
        Types_ =
        {
            ["DATA_INTEGRITY"] = new JobProcessOverviewList
            {
                Processes = { new JobProcessOverview { JobId = "aB3dEfGhIj1", Status = ProgressStatus.Running, Stages = { "Check items [3/12]" } } },
            },
        },
    });

    public override Task<ListRunningTypesResponse> ListRunningTypes(ListRunningTypesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListRunningTypesResponse { Types_ = { JobType.DataIntegrity, JobType.ResourceTable } });

    public override Task<GetRunningResponse> GetRunning(GetRunningRequest request, ServerCallContext context)
    {
        Received.Enqueue(request);
        return Task.FromResult(new GetRunningResponse { Sequence = { Sequence } });
    }

    public override Task<CancelJobRunResponse> CancelJobRun(CancelJobRunRequest request, ServerCallContext context)
    {
        Received.Enqueue(request);
        return Task.FromResult(new CancelJobRunResponse());
    }

    public override Task<ListJobRunsResponse> ListJobRuns(ListJobRunsRequest request, ServerCallContext context)
    {
        Received.Enqueue(request);
        return Task.FromResult(new ListJobRunsResponse());
    }

    public override async Task WatchJobRun(WatchJobRunRequest request, IServerStreamWriter<WatchJobRunResponse> responseStream, ServerCallContext context)
    {
        Received.Enqueue(request);
        await Watch!(request, responseStream, context);
    }

    public override async Task WatchRunning(WatchRunningRequest request, IServerStreamWriter<WatchRunningResponse> responseStream, ServerCallContext context) =>
        await responseStream.WriteAsync(new WatchRunningResponse { Event = new WatchJobRunResponse { RunId = "r1", ResumeToken = "t1", Delta = new JobRunDelta() } });
}

internal sealed class PlayedSystem : SystemService.SystemServiceBase
{
    public override Task<PingResponse> Ping(PingRequest request, ServerCallContext context) => Task.FromResult(new PingResponse { Message = "pong" });

    /// <summary>Answers nothing, as a careless service might.</summary>
    public override Task<GetMeResponse> GetMe(GetMeRequest request, ServerCallContext context) => Task.FromResult<GetMeResponse>(null!);

    /// <summary>Fails by its status alone.</summary>
    public override Task<GetSystemInfoResponse> GetSystemInfo(GetSystemInfoRequest request, ServerCallContext context)
    {
        context.Status = new Status(StatusCode.NotFound, "no such thing");
        return Task.FromResult(new GetSystemInfoResponse());
    }
}

internal sealed class PlayedSynchronization : SynchronizationService.SynchronizationServiceBase
{
    public override Task<PullMetadataResponse> PullMetadata(PullMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new PullMetadataResponse { Report = new ImportReport { Status = request.Url, Stats = new ImportStats() } });

    public override Task<PushDataResponse> PushData(PushDataRequest request, ServerCallContext context) =>
        Task.FromResult(new PushDataResponse { Summary = new ImportSummary { Status = "SUCCESS", DataSetComplete = "false" } });
}
