using System.Diagnostics;
using System.Net;
using System.Text;
using Contract.Tests.Grpc;
using Dhis2.Metadata.V1;
using Dhis2.Scheduling.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Contract.Tests.Crash;

/// <summary>What a server that is asked to stop does with the work in its hands.</summary>
public sealed class OrderlyStopTests
{
    // Runs have 10 s to stop; they stop at once here, and a loaded machine takes its time.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sigterm_stops_the_run_ends_the_watches_and_leaves_nothing_to_recover()
    {
        using var directory = new TemporaryDirectory();
        string runId, jobId;
        await using (var server = await ServerProcess.StartAsync(directory.Path))
        {
            jobId = await CreateAsync(server);
            runId = (await Jobs(server).ExecuteJobConfigurationAsync(new() { Uid = jobId }, cancellationToken: Ct)).RunId;
            using var one = Runs(server).WatchJobRun(new() { RunId = runId }, cancellationToken: Ct);
            using var all = Runs(server).WatchRunning(new(), cancellationToken: Ct);
            using var events = await server.Http.SendAsync(
                new(HttpMethod.Get, $"/api/jobConfigurations/{jobId}/watch") { Headers = { { "Accept", "text/event-stream" } } },
                HttpCompletionOption.ResponseHeadersRead, Ct);
            var watched = new Watched();
            await watched.UntilAsync(one, _ => watched.Runs.TryGetValue(runId, out var run) && run.Sequence is [{ Stages: [_, { Items.Count: > 3 }] }]);

            var asked = Stopwatch.StartNew();
            server.Terminate();
            var e = await Assert.ThrowsAsync<RpcException>(() => watched.UntilAsync(one, _ => false));
            var every = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                while (await all.ResponseStream.MoveNext(Ct))
                {
                }
            });
            var text = await events.Content.ReadAsStringAsync(Ct);

            Assert.Equal(0, await server.EndAsync());
            Assert.True(asked.Elapsed < Grace, $"It took {asked.Elapsed} to stop.");
            foreach (var end in new[] { e, every })
            {
                Assert.Equal(StatusCode.Unavailable, end.StatusCode);
                Assert.Equal(TimeSpan.FromSeconds(2), end.GetRpcStatus()!.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan());
            }

            Assert.Contains("event: error\nretry: 2000\ndata: {\"httpStatus\":\"Service Unavailable\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain(watched.Messages, m => m.Terminal);
            Assert.DoesNotContain("fail:", server.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("crit:", server.Log, StringComparison.Ordinal);
        }

        await using var next = await ServerProcess.StartAsync(directory.Path);
        var run = (await Runs(next).GetJobRunAsync(new() { RunId = runId }, cancellationToken: Ct)).Run;
        Assert.Equal((JobRunState.Stopped, "The server shut down."), (run.State, run.Error));
        var process = Assert.Single(run.Sequence);
        Assert.Equal((true, ProgressStatus.Cancelled), (process.Complete, process.Status));
        Assert.All(process.Stages, s => Assert.True(s.Complete));
        Assert.True(process.Stages[1].Items.Count > 3, "What it had done is kept.");
        Assert.DoesNotContain("was lost", next.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("not closed in order", next.Log, StringComparison.Ordinal);
        Assert.NotEqual(runId, (await Jobs(next).ExecuteJobConfigurationAsync(new() { Uid = jobId }, cancellationToken: Ct)).RunId);
    }

    [Fact]
    public async Task Imports_that_are_still_being_sent_do_not_hold_up_the_stop_and_change_nothing()
    {
        using var directory = new TemporaryDirectory();
        var document = SampleDocuments.Metadata();
        await using (var server = await ServerProcess.StartAsync(directory.Path))
        {
            var body = new HalfSent(document);
            var post = server.Http.PostAsync("/api/metadata", body, Ct);
            await body.Sent.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);
            using var call = new MetadataService.MetadataServiceClient(server.Channel).ImportMetadata(cancellationToken: Ct);
            await call.RequestStream.WriteAsync(new() { Content = ByteString.CopyFromUtf8(document) }, Ct);
            // A later answer on the same connection shows that the call has arrived.
            await Runs(server).ListRunningAsync(new(), cancellationToken: Ct);

            var asked = Stopwatch.StartNew();
            server.Terminate();
            Assert.Equal(0, await server.EndAsync());
            Assert.True(asked.Elapsed < TimeSpan.FromSeconds(25), $"It took {asked.Elapsed} to stop.");
            Assert.DoesNotContain("fail:", server.Log, StringComparison.Ordinal);
            body.Release.SetResult();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => post);
            await Assert.ThrowsAsync<RpcException>(async () => await call);
        }

        await using var next = await ServerProcess.StartAsync(directory.Path);
        Assert.DoesNotContain("Country0000", await next.Http.GetStringAsync("/api/metadata?organisationUnits=true", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_asked_to_stop_while_it_starts_stops_in_order()
    {
        using var directory = new TemporaryDirectory();
        await using (var server = ServerProcess.Launch(directory.Path))
        {
            await server.SpokenAsync();
            server.Terminate();
            Assert.Equal(0, await server.EndAsync());
            Assert.DoesNotContain("crit:", server.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("fail:", server.Log, StringComparison.Ordinal);
        }

        await using var next = await ServerProcess.StartAsync(directory.Path);
        Assert.DoesNotContain("not closed in order", next.Log, StringComparison.Ordinal);
    }

    private static async Task<string> CreateAsync(ServerProcess server)
    {
        var job = new JobConfiguration
        {
            Name = "Stopped",
            JobType = JobType.Test,
            CronExpression = "0 0 6 29 2 ?",
            Test = new() { Stages = 1, Items = 10_000, ItemDuration = 10 },
        };
        return (await Jobs(server).CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Ct)).JobConfiguration.Id;
    }

    private static SchedulingService.SchedulingServiceClient Runs(ServerProcess server) => new(server.Channel);

    private static JobConfigurationService.JobConfigurationServiceClient Jobs(ServerProcess server) => new(server.Channel);

    /// <summary>A body of which the second half waits.</summary>
    private sealed class HalfSent(string document) : HttpContent
    {
        public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var bytes = Encoding.UTF8.GetBytes(document);
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), Ct);
            await stream.FlushAsync(Ct);
            Sent.TrySetResult();
            await Release.Task;
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2), Ct);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
