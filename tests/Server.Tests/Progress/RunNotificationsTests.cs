using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Microsoft.Extensions.Time.Testing;

namespace Dhis2Grpc.Server.Tests.Progress;

public sealed class RunNotificationsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_runs_progress_is_told_newest_first_with_levels_and_the_end()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        progress.StartProcess("Test job");
        await progress.RunStageAsync("Waiting", _ => After(time, "waited"), Token);
        await progress.RunStageAsync(
            "Stage", [1, 2], i => $"item {i}", async (i, _) => i == 1 ? await After(time, "done") : throw new InvalidOperationException("no"), Token, FailurePolicy.SkipItem);
        var before = RunNotifications.Of(feed.Snapshot(), "TEST");
        progress.CompleteProcess("all said");

        var told = RunNotifications.Of(feed.Snapshot(), "TEST");

        Assert.Equal(
            [
                (NotificationLevel.Info, "all said", true),
                (NotificationLevel.Info, "1 successful and 1 failed items", false),
                (NotificationLevel.Error, "no", false),
                (NotificationLevel.Loop, "[2/2] item 2", false),
                (NotificationLevel.Loop, "[1/2] done", false),
                (NotificationLevel.Loop, "[1/2] item 1", false),
                (NotificationLevel.Info, "Stage", false),
                (NotificationLevel.Info, "waited", false),
                (NotificationLevel.Info, "Waiting", false),
                (NotificationLevel.Info, "Test job", false),
            ],
            told.Select(n => (n.Level, n.Message!, n.Completed)));
        // Who polls recognises what was there before.
        Assert.Equal(before.Select(n => n.Uid), told.Skip(1).Select(n => n.Uid));
        Assert.Equal(told.Count, told.Select(n => n.Uid).Distinct().Count());
        Assert.All(told, n => Assert.True(Uids.IsValid(n.Uid)));
    }

    [Theory]
    [InlineData(null, NotificationLevel.Info, "(process completed implicitly)")]
    [InlineData("lost", NotificationLevel.Error, "lost")]
    public void A_run_that_told_nothing_still_has_a_begin_and_an_end(string? error, NotificationLevel level, string message)
    {
        var run = Runs.Run();
        Assert.Equal([("TEST process started", false)], RunNotifications.Of(run, "TEST").Select(n => (n.Message!, n.Completed)));

        var told = RunNotifications.Of(
            run with { Outcome = error is null ? JobRunOutcome.Completed : JobRunOutcome.Failed, Error = error, Finished = Runs.Start.AddSeconds(1) }, "TEST");

        Assert.Equal([(level, message, true), (NotificationLevel.Info, "TEST process started", false)], told.Select(n => (n.Level, n.Message!, n.Completed)));
    }

    [Fact]
    public async Task Of_a_long_run_the_newest_are_told()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        await Runs.Progress(feed, time).RunStageAsync("Long", Enumerable.Range(0, 2_000).ToArray(), i => $"i{i}", (_, _) => Runs.Done(), Token);
        feed.Close(null);

        var told = RunNotifications.Of(feed.Snapshot(), "TEST");

        Assert.Equal(RunNotifications.MaxNotifications, told.Count);
        Assert.True(told[0].Completed);
        Assert.Equal("[2000/2000] i1999", told[2].Message);
    }

    private static Task<string?> After(FakeTimeProvider time, string summary)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return Runs.Done(summary);
    }
}
