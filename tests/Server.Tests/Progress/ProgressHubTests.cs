using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Microsoft.Extensions.Time.Testing;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Tests.Progress;

public sealed class ProgressHubTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = Runs.Time();
    private readonly ProgressHub _hub;
    private readonly Dictionary<string, JobRun> _stored = [];

    public ProgressHubTests() => _hub = new ProgressHub(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task A_watch_starts_with_a_snapshot_then_sends_deltas_and_the_end()
    {
        var feed = _hub.Begin(Runs.Run());
        await using var reader = Read(RunFilter.All);

        var first = await reader.NextAsync();
        feed.StartProcess("P");
        var second = await reader.NextAsync();
        End(feed);
        var last = await reader.NextTerminalAsync(_time);

        Assert.Equal("run1", first.Event.Snapshot?.RunId);
        Assert.Equal("P", Assert.Single(second.Event.Delta!.Changes.Processes).Value.Description);
        Assert.True(second.Event.Revision > first.Event.Revision);
        Assert.True(last.Event.Revision > second.Event.Revision);
        Assert.Equal(JobRunOutcome.Completed, last.Event.Delta!.Run!.Outcome);
    }

    [Fact]
    public async Task A_token_inside_the_journal_resumes_with_what_was_missed()
    {
        var feed = _hub.Begin(Runs.Run());
        feed.StartProcess("A");
        string token;
        await using (var reader = Read(RunFilter.All))
            token = (await reader.NextAsync()).ResumeToken;
        feed.StartProcess("B");

        await using var resumed = Read(RunFilter.All, token);
        var next = await resumed.NextAsync();

        Assert.Null(next.Event.Snapshot);
        Assert.Equal(["A", "B"], next.Event.Delta!.Changes.Processes.Select(p => p.Value.Description));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("run1.999999")]
    [InlineData("run1.-1")]
    [InlineData("gone.5~run1.12345678901234567890")]
    public async Task An_unknown_token_is_no_error_and_gives_a_snapshot(string token)
    {
        _hub.Begin(Runs.Run()).StartProcess("A");
        await using var reader = Read(RunFilter.All, token);

        Assert.NotNull((await reader.NextAsync()).Event.Snapshot);
    }

    [Fact]
    public async Task An_expired_token_gives_a_snapshot()
    {
        var feed = _hub.Begin(Runs.Run());
        for (var i = 0; i < ProgressTree.JournalCapacity; i++)
            feed.StartProcess($"{i}");
        await using var reader = Read(RunFilter.All, "run1.3");

        Assert.Equal(feed.Revision, (await reader.NextAsync()).Event.Snapshot!.Progress.Revision);
    }

    [Fact]
    public async Task A_reader_that_was_away_for_long_gets_one_snapshot_in_place_of_what_it_missed()
    {
        var feed = _hub.Begin(Runs.Run());
        await using var reader = Read(RunFilter.All);
        await reader.NextAsync();

        for (var i = 0; i < ProgressTree.JournalCapacity; i++)
            feed.StartProcess($"{i}");
        End(feed);
        var next = await reader.NextTerminalAsync(_time);

        Assert.NotNull(next.Event.Snapshot);
        Assert.Equal(ProgressTree.JournalCapacity, next.Event.Snapshot.Progress.Processes.Count);
    }

    [Fact]
    public async Task Changes_within_a_tick_are_merged()
    {
        var feed = _hub.Begin(Runs.Run());
        await using var reader = Read(RunFilter.All);
        await reader.NextAsync();
        feed.StartProcess("first");
        Assert.Single((await reader.NextAsync()).Event.Delta!.Changes.Processes);

        for (var i = 0; i < 10; i++)
            feed.StartProcess($"{i}");
        var next = reader.NextAsync();
        Assert.False(next.IsCompleted);
        _time.Advance(ProgressHub.Tick);

        // The ten new ones and the end of the first.
        Assert.Equal(11, (await next).Event.Delta!.Changes.Processes.Count);
    }

    [Fact]
    public async Task Watchers_that_are_equally_far_share_one_event()
    {
        var feed = _hub.Begin(Runs.Run());
        await using var one = Read(RunFilter.All);
        await using var two = Read(new RunFilter { Type = JobType.Test });
        var (a, b) = (await one.NextAsync(), await two.NextAsync());
        feed.StartProcess("P");

        Assert.Same(a.Event, b.Event);
        Assert.Same((await one.NextAsync()).Event, (await two.NextAsync()).Event);
    }

    [Fact]
    public async Task Filters_keep_other_runs_out()
    {
        await using var reader = Read(new RunFilter { Type = JobType.AnalyticsTable });
        _hub.Begin(Runs.Run("r1", JobType.Test));
        _hub.Begin(Runs.Run("r2", JobType.AnalyticsTable));

        Assert.Equal("r2", (await reader.NextAsync()).Event.RunId);
    }

    [Fact]
    public async Task Runs_that_begin_and_end_unseen_still_deliver_their_end()
    {
        await using var reader = Read(RunFilter.All);
        var ends = new List<string>();
        for (var i = 0; i < 100; i++)
            End(_hub.Begin(Runs.Run($"r{i:000}")));

        while (ends.Count < 100)
        {
            var next = await reader.NextTerminalAsync(_time);
            ends.Add(next.Event.RunId);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"r{i:000}"), ends);
    }

    [Fact]
    public async Task A_run_that_memory_let_go_ends_from_the_store()
    {
        var feed = _hub.Begin(Runs.Run("long-ago"));
        await using var reader = Read(RunFilter.All);
        await reader.NextAsync();
        End(feed);
        _stored["long-ago"] = feed.Snapshot();
        for (var i = 0; i < RecentRuns.MaxRuns; i++)
            End(_hub.Begin(Runs.Run($"r{i}")));

        WatchedEvent next;
        do
            next = await reader.NextTerminalAsync(_time);
        while (next.Event.RunId != "long-ago");

        Assert.Equal(JobRunOutcome.Completed, next.Event.Snapshot!.Outcome);
    }

    [Fact]
    public async Task The_end_of_a_run_lost_in_a_crash_has_a_revision_above_all_that_were_seen()
    {
        // What was saved last, some time before the crash.
        _stored["lost"] = Runs.Run("lost") with { Outcome = JobRunOutcome.Failed, Progress = new(3, []) };
        await using var reader = Read(RunFilter.All, "lost.40");

        var end = await reader.NextAsync();

        Assert.True(end.Event.Terminal);
        Assert.Equal((41, "lost.41"), (end.Event.Revision, end.ResumeToken));
    }

    [Fact]
    public async Task A_resumed_stream_gets_the_ends_that_came_after_the_last_one_it_saw()
    {
        string token;
        await using (var reader = Read(RunFilter.All))
        {
            End(_hub.Begin(Runs.Run("r1")));
            token = (await reader.NextTerminalAsync(_time)).ResumeToken;
        }

        End(_hub.Begin(Runs.Run("r2")));
        await using var resumed = Read(RunFilter.All, token);

        Assert.Equal("r2", (await resumed.NextTerminalAsync(_time)).Event.RunId);
    }

    [Fact]
    public async Task A_heartbeat_follows_a_silence()
    {
        _hub.Begin(Runs.Run());
        await using var reader = Read(RunFilter.All);
        var first = await reader.NextAsync();

        var next = reader.NextAsync();
        for (var i = 0; i < 15; i++)
        {
            Assert.False(next.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var heartbeat = await next;
        Assert.Equal(Runs.Start.AddSeconds(15), heartbeat.Event.Heartbeat);
        Assert.Equal(first.ResumeToken, heartbeat.ResumeToken);
    }

    [Fact]
    public async Task Closing_ends_all_watches_as_unavailable_and_refuses_new_ones()
    {
        _hub.Begin(Runs.Run());
        await using var reader = Read(RunFilter.All);
        await reader.NextAsync();
        var next = reader.NextAsync();

        _hub.Close();

        var thrown = await Assert.ThrowsAsync<Dhis2Exception>(() => next);
        Assert.Equal(ErrorKind.Unavailable, thrown.Kind);
        Assert.NotNull(thrown.RetryAfter);
        Assert.Throws<Dhis2Exception>(() => Read(RunFilter.All));
    }

    [Fact]
    public async Task A_disposed_watcher_is_forgotten()
    {
        await using (Read(RunFilter.All))
            Assert.Equal(1, _hub.WatcherCount);
        Assert.Equal(0, _hub.WatcherCount);
    }

    [Fact]
    public async Task Concurrent_changes_reach_a_reader_in_growing_revisions_and_complete()
    {
        using var hub = new ProgressHub(TimeProvider.System);
        var feed = hub.Begin(Runs.Run());
        using var watcher = hub.Watch(RunFilter.All, null, Find);
        var progress = Runs.Progress(feed, TimeProvider.System);
        progress.StartProcess("P");
        var writing = Task.Run(
            async () =>
            {
                await progress.RunStageAsync(
                    "S", [.. Enumerable.Range(0, 5_000)], i => $"{i}", (_, _) => Runs.Done(), Token, parallelism: 4);
                feed.End(feed.Close(null).Outcome, null, Runs.Start);
                hub.End(feed);
            },
            Token);

        long last = -1;
        var ended = new HashSet<int>();
        await foreach (var (next, _) in watcher.ReadAsync(Token).WithCancellation(Token))
        {
            Assert.True(next.Revision > last);
            last = next.Revision;
            foreach (var item in next.Delta?.Changes.Items ?? [])
            {
                if (item.Value.Completed is not null)
                    ended.Add(item.Item);
            }

            foreach (var (item, index) in (next.Snapshot?.Progress.Processes ?? [])
                .SelectMany(p => p.Stages).SelectMany(s => s.Items).Select((item, index) => (item, index)))
            {
                if (item.Completed is not null)
                    ended.Add(index);
            }

            if (next.Terminal)
                break;
        }

        await writing.WaitAsync(Limit, Token);
        Assert.Equal(5_000, ended.Count);
    }

    private static void End(RunFeed feed, ProgressHub hub)
    {
        feed.End(feed.Close(null).Outcome, null, Runs.Start);
        hub.End(feed);
    }

    private void End(RunFeed feed) => End(feed, _hub);

    private ValueTask<JobRun?> Find(string runId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_stored.GetValueOrDefault(runId));

    private WatchReader Read(RunFilter filter, string? token = null) => new(_hub.Watch(filter, token, Find));
}
