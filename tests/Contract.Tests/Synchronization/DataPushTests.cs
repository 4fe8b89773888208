using System.Net;
using System.Text.Json;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2.Synchronization.V1;
using Grpc.Core;

namespace Contract.Tests.Synchronization;

public sealed class DataPushTests
{
    private const string Values = "/api/dataValueSets", Registrations = "/api/completeDataSetRegistrations", Push = "/api/33/synchronization/dataPush";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_push_sends_what_changed_and_the_next_one_nothing()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.ImportAsync(node.Http,
        [
            DataNode.Value(DataNode.Count, "202401", DataNode.North, "12"),
            $$"""{"dataElement":"{{DataNode.Note}}","period":"202402","orgUnit":"{{DataNode.South}}","value":"says \"ä\"\n","comment":"c\\d","followup":true,"storedBy":"clerk","created":"2024-02-01T08:00:00.000+0000","lastUpdated":"2024-02-03T09:30:00.123+0000"}""",
        ]);
        await SyncNode.ImportAsync(node.Http, [$$"""{"dataElement":"{{DataNode.Count}}","period":"202401","orgUnit":"{{DataNode.North}}","value":"12","deleted":true}"""]);

        var first = await PushAsync(node);
        var second = await PushAsync(node);

        var sent = Assert.Single(peer.Posts(Values));
        Assert.True(sent.Gzip);
        Assert.Equal((SyncNode.Basic, ""), (sent.Authorization, sent.Query));
        var values = SyncNode.Values(sent);
        Assert.Equal(2, values.Count);
        var deleted = values.Single(v => v.GetProperty("dataElement").GetString() == DataNode.Count);
        Assert.Equal(("12", true, "202401", DataNode.North), (deleted.GetProperty("value").GetString(), deleted.GetProperty("deleted").GetBoolean(),
            deleted.GetProperty("period").GetString(), deleted.GetProperty("orgUnit").GetString()));
        var note = values.Single(v => v.GetProperty("dataElement").GetString() == DataNode.Note);
        Assert.Equal($$"""
            {"dataElement":"{{DataNode.Note}}","period":"202402","orgUnit":"{{DataNode.South}}","categoryOptionCombo":"HllvX50cXC0","attributeOptionCombo":"HllvX50cXC0","value":"says \"ä\"\n","storedBy":"clerk","created":"2024-02-01T08:00:00.000+0000","lastUpdated":"2024-02-03T09:30:00.123+0000","comment":"c\\d","followup":true,"followUp":true}
            """, note.GetRawText());
        Assert.StartsWith("""{"responseType":"ImportSummary","status":"SUCCESS",""", first, StringComparison.Ordinal);
        Assert.Contains("No new or updated data values to push.", second, StringComparison.Ordinal);
        Assert.Contains("\"conflicts\":[]", second, StringComparison.Ordinal);
        Assert.NotEqual("1970-01-01T00:00:00.000", await LastSuccessAsync(node));
    }

    [Fact]
    public async Task Values_that_came_from_elsewhere_with_an_older_time_are_passed_on()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 1);
        await PushAsync(node);

        await SyncNode.ImportAsync(node.Http,
            [$$"""{"dataElement":"{{DataNode.Count}}","period":"202001","orgUnit":"{{DataNode.South}}","value":"5","lastUpdated":"2020-02-03T09:30:00.000+0000"}"""]);
        await PushAsync(node);
        // What changes nothing is no reason to send it again.
        await SyncNode.ImportAsync(node.Http,
            [$$"""{"dataElement":"{{DataNode.Count}}","period":"202001","orgUnit":"{{DataNode.South}}","value":"5","lastUpdated":"2020-02-03T09:30:00.000+0000"}"""]);
        await PushAsync(node);

        var posts = peer.Posts(Values);
        Assert.Equal(2, posts.Count);
        Assert.Equal("202001", Assert.Single(SyncNode.Values(posts[1])).GetProperty("period").GetString());
    }

    [Fact]
    public async Task An_administrator_can_have_everything_sent_again_or_old_data_left_out()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.ImportAsync(node.Http,
        [
            $$"""{"dataElement":"{{DataNode.Count}}","period":"202001","orgUnit":"{{DataNode.South}}","value":"5","lastUpdated":"2020-02-03T09:30:00.000+0000"}""",
            $$"""{"dataElement":"{{DataNode.Count}}","period":"202101","orgUnit":"{{DataNode.South}}","value":"6","lastUpdated":"2021-02-03T09:30:00.000+0000"}""",
        ]);
        await PushAsync(node);
        await node.Http.DeleteAsync("/api/systemSettings/keyLastSuccessfulDataSynch", Ct);
        await node.Http.PostAsync("/api/systemSettings/syncSkipSyncForDataChangedBefore?value=2021-01-01T00:00:00", null, Ct);
        await PushAsync(node);

        var posts = peer.Posts(Values);
        Assert.Equal([2, 1], posts.Select(p => SyncNode.Values(p).Count));
        Assert.Equal("202101", SyncNode.Values(posts[1])[0].GetProperty("period").GetString());
    }

    [Theory]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(51)]
    [InlineData(120)]
    public async Task The_job_sends_page_by_page_and_then_registrations(int count)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, count);
        var completed = await node.Http.PostAsync(Registrations, DataNode.Json(
            $$"""{"completeDataSetRegistrations":[{"dataSet":"{{DataNode.DataSet}}","period":"202401","organisationUnit":"{{DataNode.North}}","date":"2024-02-05","completed":false}]}"""), Ct);
        Assert.True(completed.IsSuccessStatusCode);
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);

        var run = await SyncNode.RunAsync(node.Channel, job);
        var again = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Completed, JobRunState.Completed), (run.State, again.State));
        var pages = (count + 49) / 50;
        Assert.Equal(Enumerable.Range(0, pages).Select(p => Math.Min(50, count - (p * 50))), peer.Posts(Values).Select(p => SyncNode.Values(p).Count));
        Assert.Equal(count, peer.Posts(Values).SelectMany(SyncNode.Values).Select(v => v.GetProperty("period").GetString()).Distinct().Count());
        var stage = run.Sequence[0].Stages.Single(s => s.Description == "Push changed data values");
        Assert.Equal(Enumerable.Range(1, pages).Select(p => $"Page {p} of {pages}"), stage.Items.Select(i => i.Description));
        Assert.StartsWith($"{Math.Min(50, count)} sent, 0 rejected", stage.Items[0].Summary, StringComparison.Ordinal);
        var registration = Assert.Single(SyncNode.Values(Assert.Single(peer.Posts(Registrations))));
        Assert.Equal($$"""{"dataSet":"{{DataNode.DataSet}}","period":"202401","organisationUnit":"{{DataNode.North}}","attributeOptionCombo":"HllvX50cXC0","date":"2024-02-05","storedBy":"admin","lastUpdatedBy":"admin",""",
            registration.GetRawText().Split("\"lastUpdated\"")[0]);
        Assert.False(registration.GetProperty("completed").GetBoolean());
        Assert.Equal("No new or updated data values to push.", again.Sequence[0].Summary);
        Assert.Equal("No new or updated completeness registrations to push.", again.Sequence[1].Summary);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(0)]
    public async Task What_may_go_well_the_next_time_is_tried_again(int status)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 1);
        peer.Answer = r => r.Path == Values && peer.Posts(Values).Count < 3
            ? new(status, "<html>busy</html>", "text/html") { Abort = status == 0, Headers = { ["Retry-After"] = "0" } }
            : null;

        Assert.Contains("SUCCESS", await PushAsync(node), StringComparison.Ordinal);
        Assert.Equal(3, peer.Posts(Values).Count);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("date")]
    public async Task The_receiver_says_how_long_it_wants_to_be_left_alone(string after)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url, "Dhis2:Synchronization:MaxRetryDelay=00:00:01.2");
        await SyncNode.EnterAsync(node.Http, 1);
        var times = new List<long>();
        peer.Answer = r =>
        {
            if (r.Path != Values)
                return null;
            times.Add(TimeProvider.System.GetTimestamp());
            return times.Count > 1 ? null : new(503) { Headers = { ["Retry-After"] = after == "date" ? DateTimeOffset.UtcNow.AddSeconds(30).ToString("R") : after } };
        };

        await PushAsync(node);

        // The longest wait is set to 1.2 s, and without being asked the node would wait a millisecond.
        Assert.InRange(TimeProvider.System.GetElapsedTime(times[0], times[1]).TotalSeconds, 1.1, 30);
    }

    [Theory]
    [InlineData(500, "<html>Exception</html>", 502, "500 Internal Server Error: <html>Exception</html>, in 3 attempts")]
    [InlineData(401, """{"httpStatus":"Unauthorized","httpStatusCode":401,"status":"ERROR","message":"Unauthorized"}""", 502, "401 Unauthorized")]
    [InlineData(403, """{"httpStatus":"Forbidden","httpStatusCode":403,"status":"ERROR","message":"Access is denied"}""", 502, "Access is denied")]
    [InlineData(404, "<html>not here</html>", 502, "404 Not Found")]
    [InlineData(302, "", 502, "redirects are not followed")]
    [InlineData(409, """{"httpStatus":"Conflict","httpStatusCode":409,"status":"ERROR","message":"Locked"}""", 502, "Locked")]
    [InlineData(200, "", 502, "200 OK without an import summary")]
    [InlineData(200, "<html>Welcome</html>", 502, "200 OK without an import summary")]
    [InlineData(200, "[1]", 502, "200 OK without an import summary")]
    [InlineData(0, "", 502, "The connection to the remote server broke, in 3 attempts")]
    public async Task What_is_not_acknowledged_is_an_error_that_says_why_and_is_sent_again(int status, string body, int answer, string reason)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 2);
        peer.Answer = r => r.Path == Values ? new(status, body) { Abort = status == 0, Headers = { ["Location"] = "/login" } } : null;

        var failed = await node.Http.PostAsync(Push, null, Ct);

        var text = await failed.Content.ReadAsStringAsync(Ct);
        Assert.Equal(answer, (int)failed.StatusCode);
        using var envelope = JsonDocument.Parse(text);
        Assert.Contains(reason, envelope.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("1970-01-01T00:00:00.000", await LastSuccessAsync(node));
        Assert.DoesNotContain(peer.Requests, r => r.Path == "/login");

        peer.Answer = _ => null;
        Assert.Contains("SUCCESS", await PushAsync(node), StringComparison.Ordinal);
        Assert.Equal(2, SyncNode.Values(peer.Posts(Values)[^1]).Count);
        Assert.NotEqual("1970-01-01T00:00:00.000", await LastSuccessAsync(node));
    }

    [Theory]
    [InlineData("not configured", "Remote server is not configured")]
    [InlineData("wrong password", "Authentication failed")]
    [InlineData("down", "Network is unreachable")]
    public async Task A_remote_server_that_cannot_be_used_is_a_conflict(string how, string message)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartAsync(how == "down" ? new Uri("http://127.0.0.1:9") : peer.Url);
        if (how == "not configured")
            await node.Http.DeleteAsync("/api/systemSettings/keyRemoteInstancePassword", Ct);
        peer.Answer = r => r.Path == "/api/me" ? new(401) : null;

        var answer = await node.Http.PostAsync(Push, null, Ct);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(message, await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        var grpc = await Assert.ThrowsAsync<RpcException>(() => Client(node).PushDataAsync(new(), cancellationToken: Ct).ResponseAsync);
        Assert.Equal(StatusCode.FailedPrecondition, grpc.StatusCode);
    }

    [Theory]
    [InlineData("not configured")]
    [InlineData("wrong password")]
    [InlineData("down")]
    [InlineData("not JSON")]
    public async Task Where_it_is_set_so_a_remote_server_that_cannot_be_used_is_an_empty_answer(string how)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(how == "down" ? new Uri("http://127.0.0.1:9") : peer.Url, "Dhis2:Synchronization:EmptyReply=true");
        await SyncNode.EnterAsync(node.Http, 1);
        if (how == "not configured")
            await node.Http.DeleteAsync("/api/systemSettings/keyRemoteInstancePassword", Ct);
        peer.Answer = r => (how, r.Path) switch
        {
            ("wrong password", "/api/me") => new(401),
            ("not JSON", Values) => new(404, "<html>not here</html>", "text/html"),
            _ => null,
        };

        var answer = await node.Http.PostAsync(Push, null, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(answer.Content.Headers.ContentType);
        Assert.Equal("", await answer.Content.ReadAsStringAsync(Ct));
        Assert.Null((await Client(node).PushDataAsync(new(), cancellationToken: Ct)).Summary);
        Assert.Equal("1970-01-01T00:00:00.000", await LastSuccessAsync(node));
        // What the remote server says with words, and what fails there, is an error all the same.
        await SyncNode.ConnectAsync(node, peer.Url, SyncNode.Username, SyncNode.Password);
        peer.Answer = r => r.Path == Values ? new(500, "boom") : null;
        Assert.Equal(HttpStatusCode.BadGateway, (await node.Http.PostAsync(Push, null, Ct)).StatusCode);
    }

    [Fact]
    public async Task Who_may_not_push_sees_no_conflicts()
    {
        await using var node = await TestNode.StartAsync();
        await node.AddUserAsync("userreader1", "reader", "reader", "F_DATAVALUE_ADD");
        await node.AddUserAsync("usersender1", "sender", "sender", "F_EXPORT_DATA");
        using var reader = node.ConnectHttp("reader", "reader");
        using var sender = node.ConnectHttp("sender", "sender");
        using var refused = await reader.GetAsync("/api/synchronization/conflicts", Ct);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("F_EXPORT_DATA", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        var grpc = new SynchronizationService.SynchronizationServiceClient(node.Connect("reader", "reader"));
        var denied = await Assert.ThrowsAsync<RpcException>(() => grpc.ListPushConflictsAsync(new(), cancellationToken: Ct).ResponseAsync);
        Assert.Equal(StatusCode.PermissionDenied, denied.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await sender.GetAsync("/api/synchronization/conflicts", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_job_is_not_accepted_while_the_remote_server_is_not_configured()
    {
        await using var node = await TestNode.StartAsync();
        var answer = await node.Http.PostAsync("/api/jobConfigurations", DataNode.Json("""{"name":"Sync","jobType":"DATA_SYNC","cronExpression":"0 0 3 ? * *"}"""), Ct);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("E7010", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        await SyncNode.ConnectAsync(node, new Uri("https://central.example"), "a", "b");
        var accepted = await node.Http.PostAsync("/api/jobConfigurations", DataNode.Json("""{"name":"Sync","jobType":"DATA_SYNC","cronExpression":"0 0 3 ? * *"}"""), Ct);
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
    }

    [Fact]
    public async Task A_page_that_fails_stops_no_other_and_only_it_is_sent_by_the_next_run()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 150);
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);
        // Each value of the second page, so that it makes no sense to look for the bad ones.
        var bad = Enumerable.Range(50, 50).Select(SyncNode.Month).ToHashSet();
        peer.Answer = r => r.Path == Values && HasBad(r) ? new(500, "boom") : null;

        var failed = await SyncNode.RunAsync(node.Channel, job);
        var acknowledged = peer.Posts(Values).Where(p => !HasBad(p) && SyncNode.Values(p).Count > 0).ToList();
        var before = peer.Posts(Values).Count;
        peer.Answer = _ => null;
        await SyncNode.EnterAsync(node.Http, 1, DataNode.South);
        var second = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Failed, JobRunState.Completed), (failed.State, second.State));
        Assert.Equal(2, acknowledged.Count);
        Assert.Single(failed.Sequence);
        Assert.Contains("500 Internal Server Error: boom", failed.Sequence[0].Error, StringComparison.Ordinal);
        var sent = peer.Posts(Values).Skip(before).ToList();
        Assert.Equal([50, 1], sent.Select(p => SyncNode.Values(p).Count));
        Assert.Contains(SyncNode.Values(sent[0]), v => v.GetProperty("period").GetString() == SyncNode.Month(75));
        Assert.Contains(second.Sequence[0].Stages, s => s.Description == "Push data values left by an earlier run");

        bool HasBad(PeerRequest request) => SyncNode.Values(request).Exists(v => bad.Contains(v.GetProperty("period").GetString()!));
    }

    [Fact]
    public async Task A_receiver_that_goes_down_is_left_alone_after_three_pages_and_nothing_is_forgotten()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 500);
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);
        peer.Answer = r => r.Path == Values && peer.Posts(Values).Count > 2 ? new(503) : null;

        var failed = await SyncNode.RunAsync(node.Channel, job);
        // Two pages were taken, and three were tried three times each, and then it was asked whether it takes anything at all.
        Assert.Equal(2 + (3 * (3 + 1)), peer.Posts(Values).Count);
        Assert.Contains("3 pages failed", failed.Sequence[0].Error, StringComparison.Ordinal);
        peer.Answer = _ => null;
        var second = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Failed, JobRunState.Completed), (failed.State, second.State));
        var sent = peer.Posts(Values).Skip(14).SelectMany(SyncNode.Values).Select(v => v.GetProperty("period").GetString()).ToList();
        Assert.Equal((400, 400), (sent.Count, sent.Distinct().Count()));
    }

    [Fact]
    public async Task Another_remote_server_gets_all_that_the_first_one_did_not_acknowledge_in_full()
    {
        await using var first = await Peer.StartAsync();
        await using var second = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(first.Url);
        await SyncNode.EnterAsync(node.Http, 100);
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);
        first.Answer = r => r.Path == Values && first.Posts(Values).Count > 1 ? new(403, "{}") : null;
        Assert.Equal(JobRunState.Failed, (await SyncNode.RunAsync(node.Channel, job)).State);
        Assert.Equal(2, first.Posts(Values).Count);

        await SyncNode.ConnectAsync(node, second.Url, SyncNode.Username, SyncNode.Password);
        await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal(100, second.Posts(Values).SelectMany(SyncNode.Values).Select(v => v.GetProperty("period").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Two_pushes_of_a_kind_do_not_run_at_once()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 1);
        var reached = new TaskCompletionSource();
        using var release = new SemaphoreSlim(0);
        peer.Answer = r =>
        {
            if (r.Path != Values)
                return null;
            reached.TrySetResult();
            release.Wait(Ct);
            return null;
        };
        var running = PushAsync(node);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        var refused = await node.Http.PostAsync(Push, null, Ct);
        release.Release();

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("running already", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("SUCCESS", await running, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_leaves_its_waits_at_once_and_the_next_one_goes_on_there()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 150);
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);
        var reached = new TaskCompletionSource();
        peer.Answer = r =>
        {
            if (r.Path != Values || peer.Posts(Values).Count < 2)
                return null;
            reached.TrySetResult();
            return new(200) { Hang = true };
        };
        var running = SyncNode.RunAsync(node.Channel, job);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        await node.Http.PostAsync("/api/scheduling/cancel/DATA_SYNC", null, Ct);
        var cancelled = await running.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        var before = peer.Posts(Values).Count;
        var last = await LastSuccessAsync(node);

        peer.Answer = _ => null;
        var second = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Stopped, JobRunState.Completed), (cancelled.State, second.State));
        Assert.Equal("1970-01-01T00:00:00.000", last);
        Assert.Equal([50, 50], peer.Posts(Values).Skip(before).Select(p => SyncNode.Values(p).Count));
        Assert.Equal(150, peer.Posts(Values).SelectMany(SyncNode.Values).Select(v => v.GetProperty("period").GetString()).Distinct().Count());
    }

    internal static SynchronizationService.SynchronizationServiceClient Client(TestNode node) => new(node.Channel);

    internal static async Task<string> PushAsync(TestNode node)
    {
        var answer = await node.Http.PostAsync(Push, null, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    internal static async Task<string> LastSuccessAsync(TestNode node)
    {
        using var setting = JsonDocument.Parse(await node.Http.GetStringAsync("/api/systemSettings/keyLastSuccessfulDataSynch", Ct));
        return setting.RootElement.GetProperty("keyLastSuccessfulDataSynch").GetString()!;
    }
}
