using System.Net;
using System.Text.Json;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Contract.Tests.Rest;

public sealed class StreamTests
{
    private const string Path = "/api/scheduling/running/RESOURCE_TABLE/watch";
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_is_one_json_object_a_line_each_sent_at_once()
    {
        await using var edge = await EdgeHost.StartAsync();
        var firstWasRead = new TaskCompletionSource();
        edge.Runs.Watch = async (_, stream, _) =>
        {
            await stream.WriteAsync(Event(1));
            await firstWasRead.Task.WaitAsync(_limit);
            await stream.WriteAsync(Event(2, terminal: true));
        };

        using var response = await OpenAsync(edge, Path, sse: false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        var first = await reader.ReadLineAsync(Cancel);
        firstWasRead.SetResult();
        var second = await reader.ReadLineAsync(Cancel);

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("""{"runId":"r1","jobId":"","jobType":"RESOURCE_TABLE","revision":1,"resumeToken":"r1.1","terminal":false,"delta":{"processes":[],"stages":[],"items":[]}}""", first);
        Assert.Contains("\"terminal\":true", second, StringComparison.Ordinal);
        Assert.Null(await reader.ReadLineAsync(Cancel));
    }

    [Fact]
    public async Task Events_carry_the_resume_token_as_id_and_the_kind_as_name()
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Runs.Watch = async (_, stream, _) =>
        {
            await stream.WriteAsync(Event(1));
            await stream.WriteAsync(new WatchJobRunResponse { Heartbeat = new Heartbeat { Time = new Timestamp() } });
        };

        using var response = await OpenAsync(edge, Path, sse: true);
        var text = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        var events = text.Split("\n\n");
        Assert.StartsWith("id: r1.1\nevent: delta\ndata: {\"runId\":\"r1\",", events[0], StringComparison.Ordinal);
        Assert.StartsWith("event: heartbeat\ndata: {", events[1], StringComparison.Ordinal);
        Assert.Equal("", events[2]);
    }

    [Fact]
    public async Task The_watch_of_everything_has_the_same_lines()
    {
        await using var edge = await EdgeHost.StartAsync();

        using var response = await OpenAsync(edge, "/api/33/scheduling/watch", sse: true);

        Assert.StartsWith("id: t1\nevent: delta\ndata: {\"runId\":\"r1\",", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "r1.7")]
    [InlineData("?resumeToken=r1.9&follow=true", "r1.9")]
    public async Task A_watch_resumes_after_the_last_event(string query, string expected)
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Runs.Watch = (_, _, _) => Task.CompletedTask;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/jobConfigurations/aB3dEfGhIj1/watch" + query);
        request.Headers.Add("Last-Event-ID", "r1.7");

        using var response = await edge.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var watched = Assert.IsType<WatchJobRunRequest>(Assert.Single(edge.Runs.Received));
        Assert.Equal(expected, watched.ResumeToken);
        Assert.Equal("aB3dEfGhIj1", watched.JobId);
        Assert.Equal(query.Length > 0, watched.Follow);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_before_the_first_message_is_an_envelope_with_its_status(bool sse)
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Runs.Watch = async (_, _, _) =>
        {
            await Task.Yield();
            throw RichErrors.ToRpcException(Dhis2Exception.NotFound("JobConfiguration", "aB3dEfGhIj1"));
        };

        using var response = await OpenAsync(edge, Path, sse);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("E1005", json.RootElement.GetProperty("errorCode").GetString());
    }

    [Fact]
    public async Task A_watch_of_an_unknown_type_is_refused()
    {
        await using var edge = await EdgeHost.StartAsync();

        using var response = await OpenAsync(edge, "/api/scheduling/running/FOO/watch", sse: true);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_after_the_first_message_is_the_last_one(bool sse)
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Runs.Watch = async (_, stream, _) =>
        {
            await stream.WriteAsync(Event(1));
            throw RichErrors.ToRpcException(new Dhis2Exception(ErrorKind.Unavailable, "The server is going down.") { RetryAfter = TimeSpan.FromSeconds(3) });
        };

        using var response = await OpenAsync(edge, Path, sse);
        var last = (await response.Content.ReadAsStringAsync(Cancel)).TrimEnd('\n').Split('\n');

        const string Envelope = """{"httpStatus":"Service Unavailable","httpStatusCode":503,"status":"ERROR","message":"The server is going down."}""";
        Assert.Equal(sse ? ["event: error", "retry: 3000", "data: " + Envelope] : [Envelope], last[^(sse ? 3 : 1)..]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_quiet_watch_opens_before_its_first_message(bool sse)
    {
        await using var edge = await EdgeHost.StartAsync(o => o.StreamOpensAfter = TimeSpan.FromMilliseconds(1));
        var opened = new TaskCompletionSource();
        edge.Runs.Watch = async (_, stream, _) =>
        {
            await opened.Task.WaitAsync(_limit);
            await stream.WriteAsync(Event(1));
        };

        using var response = await OpenAsync(edge, Path, sse);
        opened.SetResult();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"revision\":1", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_cancels_the_watch(bool afterFirst)
    {
        await using var edge = await EdgeHost.StartAsync(o => o.StreamOpensAfter = TimeSpan.FromMilliseconds(1));
        var cancelled = new TaskCompletionSource();
        edge.Runs.Watch = async (_, stream, context) =>
        {
            if (afterFirst)
                await stream.WriteAsync(Event(1));
            await using var registration = context.CancellationToken.Register(cancelled.SetResult);
            await cancelled.Task.WaitAsync(_limit);
            context.CancellationToken.ThrowIfCancellationRequested();
        };

        (await OpenAsync(edge, Path, sse: true)).Dispose();

        await cancelled.Task.WaitAsync(_limit, Cancel);
    }

    [Fact]
    public async Task A_client_that_leaves_stops_a_watch_that_only_writes()
    {
        await using var edge = await EdgeHost.StartAsync();
        var ended = new TaskCompletionSource();
        edge.Runs.Watch = async (_, stream, _) =>
        {
            try
            {
                for (var i = 1; ; i++)
                    await stream.WriteAsync(Event(i)).WaitAsync(_limit);
            }
            catch (OperationCanceledException)
            {
                ended.SetResult();
                throw;
            }
        };

        (await OpenAsync(edge, Path, sse: false)).Dispose();

        await ended.Task.WaitAsync(_limit, Cancel);
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_a_single_call()
    {
        await using var edge = await EdgeHost.StartAsync();
        var (started, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        edge.Jobs.BeforeList = async context =>
        {
            await using var registration = context.CancellationToken.Register(cancelled.SetResult);
            started.SetResult();
            await cancelled.Task.WaitAsync(_limit);
            context.CancellationToken.ThrowIfCancellationRequested();
        };
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var call = edge.Http.GetAsync("/api/jobConfigurations", leave.Token);
        await started.Task.WaitAsync(_limit, Cancel);
        await leave.CancelAsync();

        await cancelled.Task.WaitAsync(_limit, Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private static WatchJobRunResponse Event(long revision, bool terminal = false) => new()
    {
        RunId = "r1",
        JobType = JobType.ResourceTable,
        Revision = revision,
        ResumeToken = $"r1.{revision}",
        Terminal = terminal,
        Delta = new JobRunDelta(),
    };

    private static async Task<HttpResponseMessage> OpenAsync(EdgeHost edge, string path, bool sse)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (sse)
            request.Headers.Accept.ParseAdd("text/event-stream");
        return await edge.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel).WaitAsync(_limit, Cancel);
    }
}
