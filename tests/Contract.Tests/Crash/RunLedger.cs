using Dhis2.Scheduling.V1;

namespace Contract.Tests.Crash;

/// <summary>Executes a job again and again and watches each run to its end.</summary>
internal sealed class RunLedger(string jobId, JobType type) : ILedger
{
    private readonly Dictionary<string, string> _ended = [];
    private string? _inFlight;
    private TaskCompletionSource _busy = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Completes once a run has items in progress.</summary>
    public Task Busy => _busy.Task;

    /// <summary>Runs whose end was seen.</summary>
    public int Ended => _ended.Count;

    /// <summary>The run that the last check found cut short.</summary>
    public string? Lost { get; private set; }

    /// <inheritdoc/>
    public async Task WorkAsync(ServerProcess server)
    {
        try
        {
            while (true)
                await RunAsync(server);
        }
        catch (Exception e) when (server.IsCrash(e))
        {
            _busy.TrySetResult();
        }
        catch (Exception e)
        {
            _busy.TrySetException(e);
            throw;
        }
    }

    /// <summary>Runs the job once to its end.</summary>
    public async Task RunAsync(ServerProcess server)
    {
        var runId = (await new JobConfigurationService.JobConfigurationServiceClient(server.Channel)
            .ExecuteJobConfigurationAsync(new() { Uid = jobId }, cancellationToken: Ct)).RunId;
        _inFlight = runId;
        using var watch = Runs(server).WatchJobRun(new() { RunId = runId }, cancellationToken: Ct);
        while (await watch.ResponseStream.MoveNext(Ct))
        {
            var message = watch.ResponseStream.Current;
            if (message.Snapshot?.Sequence.Count > 0 || message.Delta?.Processes.Count > 0)
                _busy.TrySetResult();
            if (!message.Terminal)
                continue;
            // The end was answered: from here on it may not change.
            var run = await GetAsync(server, runId);
            Assert.Equal(JobRunState.Completed, run.State);
            _ended[runId] = run.ToString();
            _inFlight = null;
            return;
        }

        Assert.Fail("The watch ended before the run.");
    }

    /// <inheritdoc/>
    public async Task<string> CheckAsync(ServerProcess server)
    {
        foreach (var (runId, answered) in _ended)
            Assert.Equal(answered, (await GetAsync(server, runId)).ToString());

        _busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Lost = null;
        var lost = "none in flight";
        if (_inFlight is { } inFlight)
        {
            var run = await GetAsync(server, inFlight);
            lost = $"in flight ended {run.State}";
            if (run.State == JobRunState.Failed)
            {
                CheckLost(run);
                Lost = inFlight;
            }
            else
            {
                Assert.Equal(JobRunState.Completed, run.State);
            }

            _ended[inFlight] = run.ToString();
            _inFlight = null;
        }

        Assert.Empty((await Runs(server).GetRunningAsync(new() { JobType = type }, cancellationToken: Ct)).Sequence);
        var job = (await new JobConfigurationService.JobConfigurationServiceClient(server.Channel)
            .GetJobConfigurationAsync(new() { Uid = jobId }, cancellationToken: Ct)).JobConfiguration;
        Assert.True(job.Enabled);
        Assert.Equal(JobStatus.Scheduled, job.JobStatus);
        Assert.NotNull(job.NextExecutionTime);
        return $"{_ended.Count} runs of {type} ({lost})";
    }

    private static void CheckLost(JobRun run)
    {
        const string Reason = "The server ended while the job was running.";
        Assert.Equal(Reason, run.Error);
        Assert.NotNull(run.CompletedTime);
        Assert.Contains(run.Sequence, p => p.Status == ProgressStatus.Error && p.Error == Reason);
        foreach (var process in run.Sequence)
        {
            Assert.True(process.Complete);
            Assert.NotEqual(ProgressStatus.Running, process.Status);
            foreach (var stage in process.Stages)
            {
                Assert.True(stage.Complete);
                Assert.NotEqual(ProgressStatus.Running, stage.Status);
                Assert.All(stage.Items, i => Assert.True(i.Complete && i.Status != ProgressStatus.Running));
            }
        }
    }

    private static async Task<JobRun> GetAsync(ServerProcess server, string runId) =>
        (await Runs(server).GetJobRunAsync(new() { RunId = runId }, cancellationToken: Ct)).Run;

    private static SchedulingService.SchedulingServiceClient Runs(ServerProcess server) => new(server.Channel);
}
