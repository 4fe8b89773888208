using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Contract.Tests.Grpc;
using Dhis2.Scheduling.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Contract.Tests.Crash;

/// <summary>Watches resumed after the client or the server was killed: no end is lost, and no revision goes back.</summary>
public sealed class WatchAcrossCrashTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_grpc_client_that_vanished_resumes_with_its_token()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await ServerProcess.StartAsync(directory.Path);
        var (_, runId) = await ExecuteAsync(server, new() { Stages = 2, Items = 60, ItemDuration = 10 });
        var watched = new Watched();
        var cuts = 0;
        while (watched.Messages.Count == 0 || !watched.Messages[^1].Terminal)
        {
            // A connection of its own, torn down without a word, as the system does for a killed process.
            using var connection = new AbruptConnection();
            using var channel = connection.Channel(server);
            using var call = new SchedulingService.SchedulingServiceClient(channel)
                .WatchJobRun(new() { RunId = runId, ResumeToken = watched.Messages.Count == 0 ? "" : watched.Token }, cancellationToken: Ct);
            var before = watched.Messages.Count;
            await watched.UntilAsync(call, m => m.Terminal || watched.Messages.Count >= before + 5);
            connection.Reset();
            cuts++;
        }

        Assert.True(cuts > 2, $"Only {cuts} connections were needed.");
        var run = (await Runs(server).GetJobRunAsync(new() { RunId = runId }, cancellationToken: Ct)).Run;
        Assert.Equal(JobRunState.Completed, run.State);
        Assert.Equal(run.Sequence.SelectMany(p => p.Stages).Select(s => s.Summary), watched.Runs[runId].Sequence.SelectMany(p => p.Stages).Select(s => s.Summary));
        Assert.Equal(120, watched.Runs[runId].Sequence.SelectMany(p => p.Stages).Sum(s => s.Items.Count));
        Assert.Single(watched.Messages, m => m.Terminal);
    }

    [Fact]
    public async Task A_reader_of_events_that_vanished_resumes_with_the_last_id()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await ServerProcess.StartAsync(directory.Path);
        var (jobId, runId) = await ExecuteAsync(server, new() { Stages = 2, Items = 60, ItemDuration = 10 });
        string? lastId = null;
        var revision = -1L;
        var terminals = 0;
        for (var connections = 0; terminals == 0; connections++)
        {
            using var client = new TcpClient { LingerState = new LingerOption(enable: true, seconds: 0) };
            await client.ConnectAsync(server.RestUrl.Host, server.RestUrl.Port, Ct);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"GET /api/jobConfigurations/{jobId}/watch HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                + $"Authorization: {server.Http.DefaultRequestHeaders.Authorization}\r\n{(lastId is null ? "" : $"Last-Event-ID: {lastId}\r\n")}\r\n"), Ct);
            using var reader = new StreamReader(stream);
            for (var events = 0; events < 5 && terminals == 0;)
            {
                var line = await reader.ReadLineAsync(Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Ct);
                Assert.NotNull(line);
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    lastId = line[4..];
                if (!line.StartsWith("data: ", StringComparison.Ordinal))
                    continue;
                events++;
                using var data = JsonDocument.Parse(line[6..]);
                Assert.Equal(runId, data.RootElement.GetProperty("runId").GetString());
                Assert.True(data.RootElement.GetProperty("revision").GetInt64() > revision, "Revisions must grow.");
                revision = data.RootElement.GetProperty("revision").GetInt64();
                terminals += data.RootElement.GetProperty("terminal").GetBoolean() ? 1 : 0;
            }

            Assert.True(connections < 1_000);
        }

        Assert.Equal(1, terminals);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("job")]
    [InlineData("follow")]
    [InlineData("all")]
    public async Task A_server_that_was_killed_delivers_the_end_of_the_run_it_lost(string target)
    {
        using var directory = new TemporaryDirectory();
        var watched = new Watched();
        string jobId, runId;
        await using (var first = await ServerProcess.StartAsync(directory.Path))
        {
            (jobId, runId) = await ExecuteAsync(first, new() { Stages = 1, Items = 10_000, ItemDuration = 5 });
            await ReadAsync(first, _ => watched.Runs.TryGetValue(runId, out var run) && run.Sequence is [{ Stages: [_, { Items.Count: > 10 }] }]);
            await first.KillAsync();
        }

        var seen = watched.Messages.Count;
        await using var second = await ServerProcess.StartAsync(directory.Path);
        await ReadAsync(second, m => m.Terminal);

        // The journal went with the process: the whole run comes, as it was found, with a revision above all before.
        var end = Assert.Single(watched.Messages.Skip(seen));
        Assert.Equal((runId, WatchJobRunResponse.EventOneofCase.Snapshot), (end.RunId, end.EventCase));
        Assert.Equal((JobRunState.Failed, "The server ended while the job was running."), (end.Snapshot.State, end.Snapshot.Error));
        Assert.Contains(end.Snapshot.Sequence, p => p.Status == ProgressStatus.Error);
        Assert.Contains($"Run {runId} of job", second.Log, StringComparison.Ordinal);

        // The job is free again.
        await Jobs(second).ExecuteJobConfigurationAsync(new() { Uid = jobId }, cancellationToken: Ct);

        async Task ReadAsync(ServerProcess server, Func<WatchJobRunResponse, bool> until)
        {
            var token = watched.Messages.Count == 0 ? "" : watched.Token;
            if (target == "all")
            {
                using var all = Runs(server).WatchRunning(new() { ResumeToken = token }, deadline: DateTime.UtcNow.AddSeconds(60), cancellationToken: Ct);
                do
                    Assert.True(await all.ResponseStream.MoveNext(Ct));
                while (!until(watched.Take(all.ResponseStream.Current.Event)));
                return;
            }

            using var one = Runs(server).WatchJobRun(target switch
            {
                "run" => new() { RunId = runId, ResumeToken = token },
                "job" => new() { JobId = jobId, ResumeToken = token },
                _ => new() { JobId = jobId, Follow = true, ResumeToken = token },
            }, cancellationToken: Ct);
            await watched.UntilAsync(one, until);
        }
    }

    private static async Task<(string JobId, string RunId)> ExecuteAsync(ServerProcess server, TestParameters parameters)
    {
        var job = new JobConfiguration { Name = "Watched", JobType = JobType.Test, CronExpression = "0 0 6 29 2 ?", Test = parameters };
        var jobId = (await Jobs(server).CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Ct)).JobConfiguration.Id;
        return (jobId, (await Jobs(server).ExecuteJobConfigurationAsync(new() { Uid = jobId }, cancellationToken: Ct)).RunId);
    }

    private static SchedulingService.SchedulingServiceClient Runs(ServerProcess server) => new(server.Channel);

    private static JobConfigurationService.JobConfigurationServiceClient Jobs(ServerProcess server) => new(server.Channel);

    /// <summary>A connection that can be reset while it is in use.</summary>
    private sealed class AbruptConnection : IDisposable
    {
        private readonly SocketsHttpHandler _handler;
        private Socket? _socket;

        public AbruptConnection() => _handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(_socket);
            },
        };

        public GrpcChannel Channel(ServerProcess server) => server.Connect(_handler);

        /// <summary>Ends it with a reset in place of a farewell.</summary>
        public void Reset()
        {
            _socket!.LingerState = new LingerOption(enable: true, seconds: 0);
            _socket.Close();
        }

        public void Dispose()
        {
            _socket?.Dispose();
            _handler.Dispose();
        }
    }
}
