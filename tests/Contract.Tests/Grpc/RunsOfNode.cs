using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Grpc.Core;

namespace Contract.Tests.Grpc;

/// <summary>What tests of runs do with a node.</summary>
internal sealed class RunsOfNode(TestNode node)
{
    public SchedulingService.SchedulingServiceClient Runs { get; } = new(node.Channel);

    public JobConfigurationService.JobConfigurationServiceClient Jobs { get; } = new(node.Channel);

    /// <summary>Creates a job.</summary>
    public async Task<string> CreateAsync(JobType type, TestParameters? parameters = null)
    {
        var job = new JobConfiguration { Name = $"Job {Guid.NewGuid()}", JobType = type, CronExpression = SharedNode.NextCron() };
        if (parameters is not null)
            job.Test = parameters;
        return (await Jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: TestContext.Current.CancellationToken)).JobConfiguration.Id;
    }

    /// <summary>Starts a job.</summary>
    /// <returns>The run.</returns>
    public async Task<string> ExecuteAsync(string jobId) =>
        (await Jobs.ExecuteJobConfigurationAsync(new() { Uid = jobId }, cancellationToken: TestContext.Current.CancellationToken)).RunId;

    /// <summary>Starts a job and waits until it ends.</summary>
    /// <returns>The run.</returns>
    public async Task<string> RunAsync(string jobId)
    {
        var runId = await ExecuteAsync(jobId);
        await Watched.ToEndAsync(Watch(new() { RunId = runId }));
        return runId;
    }

    /// <summary>Opens a watch.</summary>
    public AsyncServerStreamingCall<WatchJobRunResponse> Watch(WatchJobRunRequest request) =>
        Runs.WatchJobRun(request, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Opens a watch that certainly stands.</summary>
    public async Task<AsyncServerStreamingCall<WatchJobRunResponse>> OpenAsync(WatchJobRunRequest request)
    {
        var call = Watch(request);
        await call.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        return call;
    }

    /// <summary>Reads a run.</summary>
    public async Task<JobRun> GetAsync(string runId) =>
        (await Runs.GetJobRunAsync(new() { RunId = runId }, cancellationToken: TestContext.Current.CancellationToken)).Run;
}
