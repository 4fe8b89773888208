using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Dhis2.Scheduling.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Dhis2Grpc.Benchmarks.Watch;

/// <summary>Many watchers of one busy job: what they get, how late, and what they cost. Some never read.</summary>
internal static class WatchBenchmark
{
    private const int StreamsPerConnection = 250;
    private const int UpdatesPerSecond = 20;
    private static readonly Metadata Headers = new() { { "authorization", "Basic YWRtaW46ZGlzdHJpY3Q=" } };

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var streams = options.Int("streams", 1000);
        var seconds = options.Int("seconds", 6);
        var (node, rest, grpc) = await ChildProcess.StartNodeAsync(cancellationToken);
        await using var process = node;
        var runId = await StartJobAsync(rest, grpc, cancellationToken);

        var channels = Enumerable.Range(0, (streams / StreamsPerConnection) + 1)
            .Select(_ => GrpcChannel.ForAddress(grpc, new GrpcChannelOptions
            {
                HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false },
            }))
            .ToArray();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var readers = Enumerable.Range(0, streams)
            .Select(i => new Reader(channels[i / StreamsPerConnection], runId, stalled: i % 100 == 99))
            .ToArray();
        var reading = readers.Select(r => Task.Run(() => r.ReadAsync(end.Token), CancellationToken.None)).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);

        var cpu = node.Cpu;
        var start = Stopwatch.GetTimestamp();
        foreach (var reader in readers)
            reader.Measuring = true;
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        foreach (var reader in readers)
            reader.Measuring = false;
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        cpu = node.Cpu - cpu;
        var memory = Figures.ResidentMegabytes(node.Id);
        await end.CancelAsync();
        await Task.WhenAll(reading);

        var healthy = readers.Where(r => !r.Stalled).ToArray();
        var items = healthy.Sum(r => (double)r.Items);
        // Items take a little longer than they should, so that what happened is what the luckiest reader saw.
        var expected = (double)healthy.Length * healthy.Max(r => r.Items);
        var lateness = healthy.SelectMany(r => r.Lateness).ToArray();
        var messages = healthy.Sum(r => (double)r.Messages);
        Figures.Print($"{streams} watchers ({streams - healthy.Length} never read), {healthy.Max(r => r.Items) / elapsed:F1} items a second");
        Figures.Print($"  delivered {100 * items / expected:F2} % of item ends; {messages / elapsed:F0} messages/s");
        Figures.Print($"  latency p50 {Figures.Percentile(lateness, 0.5):F1} ms, p99 {Figures.Percentile(lateness, 0.99):F1} ms");
        Figures.Print($"  server CPU {100 * cpu.TotalSeconds / elapsed:F0} % of one core, {cpu.TotalMicroseconds / messages:F1} us/message; resident {memory} MB");
        foreach (var channel in channels)
            channel.Dispose();
        return 0;
    }

    private static async Task<string> StartJobAsync(Uri rest, Uri grpc, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = rest };
        http.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(Headers.GetValue("authorization")!);
        using var created = await http.PostAsJsonAsync(
            "/api/jobConfigurations",
            new
            {
                id = "watchedJob1",
                name = "Watched",
                jobType = "TEST",
                cronExpression = "0 0 0 1 1 ?",
                jobParameters = new { stages = 60, items = 200, itemDuration = 1000 / UpdatesPerSecond },
            },
            cancellationToken);
        created.EnsureSuccessStatusCode();
        using var channel = GrpcChannel.ForAddress(grpc);
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(channel);
        var started = await jobs.ExecuteJobConfigurationAsync(
            new ExecuteJobConfigurationRequest { Uid = "watchedJob1" }, Headers, cancellationToken: cancellationToken);
        return started.RunId;
    }

    private sealed class Reader(GrpcChannel channel, string runId, bool stalled)
    {
        public bool Stalled { get; } = stalled;

        public volatile bool Measuring;

        public long Items { get; private set; }

        public long Messages { get; private set; }

        public List<double> Lateness { get; } = [];

        public async Task ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                var scheduling = new SchedulingService.SchedulingServiceClient(channel);
                using var call = scheduling.WatchJobRun(
                    new WatchJobRunRequest { RunId = runId }, Headers, cancellationToken: cancellationToken);
                if (Stalled)
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                while (await call.ResponseStream.MoveNext(cancellationToken))
                    Count(call.ResponseStream.Current);
            }
            catch (Exception e) when (cancellationToken.IsCancellationRequested && e is RpcException or OperationCanceledException)
            {
                // The benchmark is over.
            }
        }

        private void Count(WatchJobRunResponse message)
        {
            if (!Measuring)
                return;
            Messages++;
            var now = DateTimeOffset.UtcNow;
            foreach (var change in message.Delta?.Items ?? [])
            {
                if (change.Item.CompletedTime is not { } completed)
                    continue;
                Items++;
                Lateness.Add((now - completed.ToDateTimeOffset()).TotalMilliseconds);
            }
        }
    }
}
