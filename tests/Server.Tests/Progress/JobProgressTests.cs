using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Tests.Progress;

public sealed class JobProgressTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_processes_stages_and_items_with_default_texts()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);

        progress.StartProcess("Test job");
        await progress.RunStageAsync("Waiting", _ => Runs.Done("waited for 0ms"), Token);
        var ok = await progress.RunStageAsync("Stage 1", [1, 2], _ => null, (_, _) => Runs.Done(), Token);
        var (outcome, error) = feed.Close(null);

        Assert.True(ok);
        Assert.Equal((JobRunOutcome.Completed, null), (outcome, error));
        var process = Assert.Single(feed.Snapshot().Progress.Processes);
        Assert.Equal(ProgressStatus.Success, process.Status);
        Assert.Equal("(process completed implicitly)", process.Summary);
        Assert.Equal("waited for 0ms", process.Stages[0].Summary);
        Assert.Equal("2 successful and 0 failed items", process.Stages[1].Summary);
        Assert.Equal(["#1", "#2"], process.Stages[1].Items.Select(i => i.Description));
        Assert.All(process.Stages[1].Items, i => Assert.Equal(FailurePolicy.Fail, i.OnFailure));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failed_attempt_is_shown_and_the_last_one_decides(bool failsAgain)
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);

        progress.StartProcess("Attempt 1");
        Assert.False(await progress.RunStageAsync("Ask", _ => throw new IOException("down"), Token, FailurePolicy.SkipStage));
        progress.FailAttempt("down; tries again");
        progress.StartProcess("Attempt 2");
        if (failsAgain)
            progress.FailProcess("down again");
        var (outcome, error) = feed.Close(null);

        Assert.Equal(failsAgain ? (JobRunOutcome.Failed, "down again") : (JobRunOutcome.Completed, null), (outcome, error));
        var processes = feed.Snapshot().Progress.Processes;
        Assert.Equal([ProgressStatus.Error, failsAgain ? ProgressStatus.Error : ProgressStatus.Success], processes.Select(p => p.Status));
        Assert.Equal("down; tries again", processes[0].Error);
    }

    [Fact]
    public async Task A_stage_without_process_opens_one_without_description()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);

        await Runs.Progress(feed, time).RunStageAsync("Only", _ => Runs.Done(), Token);

        Assert.Null(Assert.Single(feed.Snapshot().Progress.Processes).Description);
    }

    [Theory]
    [InlineData(FailurePolicy.Fail, 0, false, false, "processing aborted: skipped stage, failing item caused abort. 0 successful and 1 failed items")]
    [InlineData(FailurePolicy.Fail, 1, false, false, "processing aborted: skipped stage, failing item caused abort. 1 successful and 1 failed items")]
    [InlineData(FailurePolicy.Parent, 1, false, false, "processing aborted: skipped stage, failing item caused abort. 1 successful and 1 failed items")]
    [InlineData(FailurePolicy.Unspecified, 1, false, false, "processing aborted: skipped stage, failing item caused abort. 1 successful and 1 failed items")]
    [InlineData(FailurePolicy.SkipStage, 1, true, false, "skipped stage. 1 successful and 1 failed items")]
    [InlineData(FailurePolicy.SkipItem, 1, true, true, "2 successful and 1 failed items")]
    [InlineData(FailurePolicy.SkipItem, 0, true, true, "2 successful and 1 failed items")]
    [InlineData(FailurePolicy.SkipItemOutlier, 1, true, true, "2 successful and 1 failed items")]
    [InlineData(FailurePolicy.SkipItemOutlier, 0, false, false, "processing aborted: skipped stage, failing item caused abort. 0 successful and 1 failed items")]
    public async Task A_failing_item_is_treated_by_its_policy(
        FailurePolicy policy, int failing, bool goesOn, bool stageSucceeds, string text)
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        progress.StartProcess("P");

        var stage = progress.RunStageAsync(
            "S",
            [0, 1, 2],
            _ => null,
            (i, _) => i == failing ? throw new InvalidOperationException("Simulated error") : Runs.Done(),
            Token,
            policy);

        if (goesOn)
        {
            Assert.Equal(stageSucceeds, await stage);
            Assert.True(await progress.RunStageAsync("Next", _ => Runs.Done(), Token));
            Assert.Equal(JobRunOutcome.Completed, feed.Close(null).Outcome);
        }
        else
        {
            var thrown = await Assert.ThrowsAsync<OperationCanceledException>(() => stage);
            Assert.Throws<OperationCanceledException>(() => progress.StartProcess("refused"));
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => progress.RunStageAsync("refused", _ => Runs.Done(), Token));
            Assert.Equal((JobRunOutcome.Failed, "Simulated error"), feed.Close(thrown));
        }

        var process = Assert.Single(feed.Snapshot().Progress.Processes);
        Assert.Equal(goesOn ? ProgressStatus.Success : ProgressStatus.Error, process.Status);
        Assert.Equal(goesOn ? null : "Simulated error", process.Error);
        Assert.Equal(stageSucceeds ? ProgressStatus.Success : ProgressStatus.Error, process.Stages[0].Status);
        Assert.Equal(text, process.Stages[0].Summary ?? process.Stages[0].Error);
        Assert.Equal("Simulated error", process.Stages[0].Items[failing].Error);
        Assert.All(process.Stages.SelectMany(s => s.Items), i => Assert.NotEqual(ProgressStatus.Running, i.Status));
    }

    [Theory]
    [InlineData(FailurePolicy.Fail, false)]
    [InlineData(FailurePolicy.SkipItemOutlier, false)]
    [InlineData(FailurePolicy.SkipItem, true)]
    [InlineData(FailurePolicy.SkipStage, true)]
    public async Task A_failing_stage_without_items_is_treated_by_its_policy(FailurePolicy policy, bool goesOn)
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);

        var stage = progress.RunStageAsync("S", _ => throw new InvalidOperationException(""), Token, policy);

        if (goesOn)
            Assert.False(await stage);
        else
            await Assert.ThrowsAsync<OperationCanceledException>(() => stage);
        var failed = feed.Snapshot().Progress.Processes[0].Stages[0];
        Assert.Equal(ProgressStatus.Error, failed.Status);
        Assert.Equal("System.InvalidOperationException", failed.Error);
    }

    [Fact]
    public async Task Cancel_shows_at_once_and_stops_at_next_item()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        progress.StartProcess("Earlier");
        progress.CompleteProcess("fine");
        progress.StartProcess("P");
        var done = new List<int>();

        var thrown = await Assert.ThrowsAsync<OperationCanceledException>(() => progress.RunStageAsync(
            "S",
            [0, 1, 2],
            i => $"item {i}",
            (i, _) =>
            {
                if (i == 1)
                {
                    Assert.True(feed.RequestStop(RunStop.Cancelled, "cancelled by a user", Runs.Start.AddSeconds(5)));
                    Assert.All(feed.Snapshot().Progress.Processes, p => Assert.Equal(ProgressStatus.Cancelled, p.Status));
                    Assert.Equal(Runs.Start.AddSeconds(5), feed.Snapshot().CancelRequested);
                }

                done.Add(i);
                return Runs.Done();
            },
            Token));

        Assert.Equal([0, 1], done);
        Assert.Equal((JobRunOutcome.Stopped, "cancelled by a user"), feed.Close(thrown));
        var processes = feed.Snapshot().Progress.Processes;
        Assert.All(processes, p => Assert.Equal(ProgressStatus.Cancelled, p.Status));
        Assert.All(processes, p => Assert.Equal(Runs.Start.AddSeconds(5), p.Cancelled));
        Assert.Equal("fine", processes[0].Summary);
        Assert.NotNull(processes[1].Completed);
        Assert.Equal(ProgressStatus.Cancelled, processes[1].Stages[0].Status);
        Assert.Equal(
            "skipped stage, failing item caused abort. 2 successful and 0 failed items", processes[1].Stages[0].Error);
    }

    [Fact]
    public async Task A_run_that_ends_before_it_notices_the_cancel_keeps_its_true_outcome()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        progress.StartProcess("P");
        await progress.RunStageAsync(
            "S",
            _ =>
            {
                feed.RequestStop(RunStop.Cancelled, "cancelled by a user", Runs.Start);
                return Runs.Done("done");
            },
            Token);

        Assert.Equal((JobRunOutcome.Completed, null), feed.Close(null));

        var process = Assert.Single(feed.Snapshot().Progress.Processes);
        Assert.Equal(ProgressStatus.Success, process.Status);
        Assert.Equal(Runs.Start, process.Cancelled);
    }

    [Fact]
    public void A_failed_process_lets_the_job_start_another_but_fails_the_run()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        progress.StartProcess("A");
        progress.FailProcess("remote not available");
        progress.StartProcess("B");
        progress.CompleteProcess("sent");

        Assert.Equal((JobRunOutcome.Failed, "remote not available"), feed.Close(null));
        Assert.Equal(
            [ProgressStatus.Error, ProgressStatus.Success],
            feed.Snapshot().Progress.Processes.Select(p => p.Status));
    }

    [Fact]
    public void An_exception_before_any_process_is_shown_as_a_failed_process()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);

        Assert.Equal((JobRunOutcome.Failed, "no disk"), feed.Close(new IOException("no disk")));

        var process = Assert.Single(feed.Snapshot().Progress.Processes);
        Assert.Equal((ProgressStatus.Error, "no disk"), (process.Status, process.Error));
    }

    [Fact]
    public async Task A_time_out_inside_an_item_is_a_failure_and_no_cancellation()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);

        Assert.True(await progress.RunStageAsync(
            "S", [1], _ => "call", (_, _) => throw new TaskCanceledException("timed out"), Token, FailurePolicy.SkipItem));

        var item = feed.Snapshot().Progress.Processes[0].Stages[0].Items[0];
        Assert.Equal((ProgressStatus.Error, "timed out"), (item.Status, item.Error));
    }

    [Fact]
    public async Task Parallel_items_run_at_most_as_many_at_a_time_as_asked()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        int running = 0, most = 0;
        using var three = new Barrier(3);

        var ok = await progress.RunStageAsync(
            "S",
            [.. Enumerable.Range(0, 30)],
            _ => null,
            (_, ct) =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                // Passes only when three items are inside together.
                Assert.True(three.SignalAndWait(TimeSpan.FromSeconds(30), ct));
                Interlocked.Decrement(ref running);
                return Runs.Done();
            },
            Token,
            parallelism: 3);

        Assert.True(ok);
        Assert.Equal(3, most);
        Assert.Equal(30, feed.Snapshot().Progress.Processes[0].Stages[0].Items.Count);
    }

    [Fact]
    public async Task A_failing_parallel_item_keeps_the_others_from_starting()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        var started = 0;

        await Assert.ThrowsAsync<OperationCanceledException>(() => progress.RunStageAsync(
            "S",
            [.. Enumerable.Range(0, 1_000)],
            _ => null,
            (_, _) =>
            {
                Interlocked.Increment(ref started);
                throw new InvalidOperationException("all fail");
            },
            Token,
            FailurePolicy.Fail,
            parallelism: 4));

        Assert.InRange(started, 1, 4);
        Assert.Equal(JobRunOutcome.Failed, feed.Close(new OperationCanceledException()).Outcome);
    }

    [Fact]
    public async Task A_very_long_stage_counts_items_it_does_not_list_and_lists_late_failures()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        const int Items = ProgressTree.ListedItems + 50;

        await progress.RunStageAsync(
            "S",
            [.. Enumerable.Range(0, Items)],
            i => $"{i}",
            (i, _) => i == Items - 1 ? throw new InvalidOperationException("late") : Runs.Done(),
            Token,
            FailurePolicy.SkipItem);

        var stage = feed.Snapshot().Progress.Processes[0].Stages[0];
        Assert.Equal(Items, stage.TotalItems);
        Assert.Equal(49, stage.OmittedItems);
        Assert.Equal(ProgressTree.ListedItems + 1, stage.Items.Count);
        Assert.Equal("late", stage.Items[^1].Error);
        Assert.Equal($"{Items - 1} successful and 1 failed items", stage.Summary);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value)
            Interlocked.CompareExchange(ref target, value, seen);
    }
}
