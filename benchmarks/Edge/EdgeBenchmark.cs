using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Dhis2.Scheduling.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Dhis2Grpc.Benchmarks.Edge;

/// <summary>What a request costs the server: the REST edge and gRPC, beside a hand-written minimal-API endpoint that
/// serialises the same payload without authentication or anything else.</summary>
internal static class EdgeBenchmark
{
    private const int Connections = 32;
    private const string Credentials = "YWRtaW46ZGlzdHJpY3Q=";
    private const string ListQuery = "/api/jobConfigurations?fields=*&pageSize=100";
    private const string Chosen = "fields=created,configurable,cronExpression,delay,id,jobParameters,jobType,lastExecuted,lastExecutedStatus,name";

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var seconds = options.Int("seconds", 4);
        var (node, rest, grpc) = await ChildProcess.StartNodeAsync(cancellationToken);
        await using var nodeProcess = node;
        using var http = Client(rest);
        var uid = await CreateJobsAsync(http, 100, cancellationToken);
        var one = $"/api/jobConfigurations/{uid}";

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file, $"{await http.GetStringAsync(one, cancellationToken)}\n{await http.GetStringAsync(ListQuery, cancellationToken)}", cancellationToken);
        var (minimal, minimalUrl) = await ChildProcess.StartMinimalApiAsync(file, cancellationToken);
        await using var minimalProcess = minimal;
        using var minimalHttp = Client(minimalUrl);
        using var channel = GrpcChannel.ForAddress(grpc);
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(channel);
        var headers = new Metadata { { "authorization", "Basic " + Credentials } };
        var request = new GetJobConfigurationRequest { Uid = uid };

        var doors = new (string Name, ChildProcess Server, Func<CancellationToken, Task> Call)[]
        {
            ("minimal API, one", minimal, ct => ReadAsync(minimalHttp, "/one", ct)),
            ("REST, one", node, ct => ReadAsync(http, one, ct)),
            ("minimal API, one, fields", minimal, ct => ReadAsync(minimalHttp, "/one-fields", ct)),
            ("REST, one, fields", node, ct => ReadAsync(http, $"{one}?{Chosen}", ct)),
            ("gRPC, one", node, ct => jobs.GetJobConfigurationAsync(request, headers, cancellationToken: ct).ResponseAsync),
            ("minimal API, list of 100", minimal, ct => ReadAsync(minimalHttp, "/list", ct)),
            ("REST, list of 100", node, ct => ReadAsync(http, ListQuery, ct)),
            ("minimal API, list of 100, fields", minimal, ct => ReadAsync(minimalHttp, "/list-fields", ct)),
            ("REST, list of 100, fields", node, ct => ReadAsync(http, $"/api/jobConfigurations?{Chosen}&pageSize=100", ct)),
        };
        var figures = doors.ToDictionary(d => d.Name, _ => new List<double>());
        for (var round = 0; round <= options.Int("rounds", 3); round++)
        {
            foreach (var (name, server, call) in doors)
            {
                var (rate, micros, p99) = await LoadAsync(server, call, seconds, cancellationToken);
                Figures.Print($"  round {round}{(round == 0 ? " (warm-up)" : "")}: {name,-36} {rate,9:F0}/s  p99 {p99,6:F2} ms  server CPU {micros,7:F1} us/request");
                if (round > 0)
                    figures[name].Add(micros);
            }
        }

        double Cost(string name) => Figures.Median(figures[name]);
        foreach (var what in new[] { "one", "one, fields", "list of 100", "list of 100, fields" })
            Figures.Print($"REST, {what} / minimal API: {Cost($"REST, {what}") / Cost($"minimal API, {what}"):F2}x (at most 1.6, goal 1.25)");
        Figures.Print($"gRPC one / minimal API: {Cost("gRPC, one") / Cost("minimal API, one"):F2}x (goal 0.85)");
        File.Delete(file);
        return 0;
    }

    private static HttpClient Client(Uri url)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections }) { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Credentials);
        return http;
    }

    private static async Task<string> CreateJobsAsync(HttpClient http, int count, CancellationToken cancellationToken)
    {
        var uid = "";
        for (var i = 0; i < count; i++)
        {
            uid = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"aB3dEfGh{i:000}");
            using var answer = await http.PostAsJsonAsync(
                "/api/jobConfigurations",
                new
                {
                    id = uid,
                    name = $"analytics last two years {i}",
                    jobType = "ANALYTICS_TABLE",
                    cronExpression = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"0 {i % 60} {i / 60} ? * MON"),
                    jobParameters = new { lastYears = 2, skipTableTypes = Array.Empty<string>(), skipResourceTables = false },
                },
                cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(cancellationToken));
        }

        return uid;
    }

    private static async Task ReadAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(path, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static async Task<(double Rate, double Micros, double P99)> LoadAsync(
        ChildProcess server, Func<CancellationToken, Task> call, int seconds, CancellationToken cancellationToken)
    {
        var before = server.Cpu;
        var start = Stopwatch.GetTimestamp();
        var end = start + (seconds * Stopwatch.Frequency);
        var times = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(
            async () =>
            {
                var own = new List<double>();
                while (Stopwatch.GetTimestamp() < end)
                {
                    var began = Stopwatch.GetTimestamp();
                    await call(cancellationToken);
                    own.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                return own;
            },
            cancellationToken)));
        var all = times.SelectMany(t => t).ToArray();
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (all.Length / elapsed, (server.Cpu - before).TotalMicroseconds / all.Length, Figures.Percentile(all, 0.99));
    }
}
