using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Jobs.Test;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Tests.Progress;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dhis2Grpc.Server.Tests.Jobs;

public sealed class TestJobTests
{
    private readonly FakeTimeProvider _time = Runs.Time();
    private readonly RunFeed _feed;

    public TestJobTests() => _feed = Runs.Feed(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_parameters_it_only_tells_that_it_waited_for_nothing()
    {
        var (outcome, error) = await RunAsync(new TestParameters());

        var process = Assert.Single(_feed.Snapshot().Progress.Processes);
        Assert.Equal((JobRunOutcome.Completed, null), (outcome, error));
        Assert.Equal(("Test job", ProgressStatus.Success), (process.Description, process.Status));
        var stage = Assert.Single(process.Stages);
        Assert.Equal(("Waiting for 0ms", "waited for 0ms", 0), (stage.Description, stage.Summary, stage.TotalItems));
    }

    [Fact]
    public async Task Stages_and_items_take_their_time()
    {
        var run = RunAsync(new TestParameters { WaitMillis = 500, Stages = 2, Items = 3, ItemDuration = 1_000 });
        var passed = TimeSpan.Zero;
        while (!run.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            passed += TimeSpan.FromMilliseconds(100);
            await Task.Yield();
        }

        await run;
        var stages = _feed.Snapshot().Progress.Processes[0].Stages;
        Assert.Equal(["Waiting for 500ms", "Stage 1", "Stage 2"], stages.Select(s => s.Description));
        Assert.Equal(["#1", "#2", "#3"], stages[1].Items.Select(i => i.Description));
        Assert.Equal("3 successful and 0 failed items", stages[1].Summary);
        Assert.True(passed >= TimeSpan.FromMilliseconds(6_500));
        Assert.All(stages.Skip(1).SelectMany(s => s.Items), i => Assert.True(i.Completed - i.Started >= TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(FailurePolicy.Unspecified, "Failed", 2)]
    [InlineData(FailurePolicy.Fail, "Failed", 2)]
    [InlineData(FailurePolicy.SkipStage, "Completed", 4)]
    [InlineData(FailurePolicy.SkipItem, "Completed", 4)]
    [InlineData(FailurePolicy.SkipItemOutlier, "Completed", 4)]
    public async Task An_item_fails_where_told_and_the_policy_decides_what_follows(FailurePolicy policy, string outcome, int stages)
    {
        var result = await RunAsync(new TestParameters
        {
            Stages = 3,
            Items = 3,
            FailAtStage = 0,
            FailAtItem = 1,
            FailWithMessage = "told to",
            FailWithPolicy = policy,
        });

        var progress = _feed.Snapshot().Progress.Processes[0].Stages;
        Assert.Equal(outcome, result.Outcome.ToString());
        Assert.Equal(stages, progress.Count);
        Assert.Equal((ProgressStatus.Error, "told to"), (progress[1].Items[1].Status, progress[1].Items[1].Error));
    }

    [Fact]
    public async Task A_stage_without_items_fails_where_told()
    {
        var (outcome, error) = await RunAsync(new TestParameters { Stages = 3, FailAtStage = 1 });

        var stages = _feed.Snapshot().Progress.Processes[0].Stages;
        Assert.Equal((JobRunOutcome.Failed, TestJob.DefaultFailure), (outcome, error));
        Assert.Equal([ProgressStatus.Success, ProgressStatus.Success, ProgressStatus.Error], stages.Select(s => s.Status));
    }

    [Fact]
    public async Task A_stage_told_to_fail_without_naming_an_item_starts_none()
    {
        await RunAsync(new TestParameters { Stages = 2, Items = 5, FailAtStage = 0, FailWithPolicy = FailurePolicy.SkipStage });

        var stages = _feed.Snapshot().Progress.Processes[0].Stages;
        Assert.Empty(stages[1].Items);
        Assert.Equal((ProgressStatus.Error, ProgressStatus.Success), (stages[1].Status, stages[2].Status));
    }

    [Fact]
    public async Task An_item_named_without_a_stage_fails_in_every_stage()
    {
        await RunAsync(new TestParameters { Stages = 2, Items = 3, FailAtItem = 2, FailWithPolicy = FailurePolicy.SkipItem });

        var stages = _feed.Snapshot().Progress.Processes[0].Stages;
        Assert.Equal(["2 successful and 1 failed items", "2 successful and 1 failed items"], stages.Skip(1).Select(s => s.Summary));
    }

    [Fact]
    public async Task An_exception_without_a_text_shows_its_class()
    {
        var (_, error) = await RunAsync(new TestParameters { Stages = 1, Items = 1, FailAtItem = 0, FailWithException = true });

        Assert.Equal("System.InvalidOperationException", error);
    }

    [Fact]
    public async Task Items_run_in_parallel_when_told()
    {
        var run = RunAsync(new TestParameters { Stages = 1, Items = 2, ItemDuration = 1_000, RunStagesParallel = true });

        await Scheduling.SchedulerHost.UntilAsync(() =>
            Task.FromResult(Stage()?.Items.Count(i => i.Status == ProgressStatus.Running) == 2 ? "both" : null));
        while (!run.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(JobRunOutcome.Completed, (await run).Outcome);

        StageProgress? Stage() => _feed.Snapshot().Progress.Processes.SelectMany(p => p.Stages).ElementAtOrDefault(1);
    }

    [Fact]
    public async Task Cancel_ends_it_in_the_middle_of_a_wait()
    {
        using var cancel = new CancellationTokenSource();
        var run = RunAsync(new TestParameters { Stages = 1, Items = 10, ItemDuration = 3_600_000 }, cancel.Token);
        _feed.RequestStop(RunStop.Cancelled, "enough", _time.GetUtcNow());
        await cancel.CancelAsync();

        var (outcome, _) = await run.WaitAsync(Scheduling.SchedulerHost.Limit, Token);

        Assert.Equal(JobRunOutcome.Stopped, outcome);
        Assert.Equal(ProgressStatus.Cancelled, _feed.Snapshot().Progress.Processes[0].Stages[1].Status);
    }

    private async Task<(JobRunOutcome Outcome, string? Error)> RunAsync(TestParameters parameters, CancellationToken? cancellation = null)
    {
        var context = new JobRunContext
        {
            RunId = "run1",
            JobUid = "aB3dEfGhIj1",
            JobName = "J",
            Parameters = parameters,
            Started = Runs.Start,
            Zone = TimeZoneInfo.Utc,
            Progress = new JobProgress(_feed, _time, NullLogger.Instance),
        };
        Exception? failure = null;
        try
        {
            await new TestJob(_time).RunAsync(context, cancellation ?? Token);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            failure = e;
        }

        return _feed.Close(failure);
    }
}
