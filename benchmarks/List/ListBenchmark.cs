using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Storage.LiteDb;
using Microsoft.Extensions.Hosting;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;

namespace Dhis2Grpc.Benchmarks.List;

/// <summary>What a page of 50 job configurations costs of few and of very many: plain, filtered and ordered, by one client
/// after the other, so that the time is the server's and not that of a queue.</summary>
internal static class ListBenchmark
{
    private const string Credentials = "YWRtaW46ZGlzdHJpY3Q=";
    private static readonly (string Name, string Query)[] Queries =
    [
        ("plain", ""),
        ("fields=*", "fields=*"),
        ("last page", "page=999999"),
        ("query", "query=7 analytics"),
        ("name:ilike", "filter=name:ilike:7 analytics"),
        ("name:eq", "filter=name:eq:job 77 analytics"),
        ("id:in", "filter=id:in:[j0000000007,j0000000077]"),
        ("jobType:eq", "filter=jobType:eq:PREDICTOR"),
        ("enabled:eq", "filter=enabled:eq:false"),
        ("jobStatus:eq", "filter=jobStatus:eq:SCHEDULED"),
        ("lastExecuted:null", "filter=lastExecuted:null"),
        ("created:ge", "filter=created:ge:2020-01-01"),
        ("order=name:idesc", "order=name:idesc"),
        ("order=created:desc", "order=created:desc"),
        ("order=jobType", "order=jobType:asc"),
        ("order=nextExecutionTime", "order=nextExecutionTime:asc"),
        ("two filters, ordered", "filter=enabled:eq:true&filter=jobType:eq:PREDICTOR&order=nextExecutionTime:desc"),
        ("inside of others", "filter=lastUpdatedBy.username:null"),
        ("order inside of others", "order=lastUpdatedBy.name:desc"),
        ("the same of all", "filter=access.read:eq:true"),
    ];

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var (few, many) = (options.Int("few", 100), options.Int("jobs", 100_000));
        var small = await MeasureAsync(few, options.Int("calls", 200), cancellationToken);
        var large = await MeasureAsync(many, options.Int("calls", 200), cancellationToken);
        Figures.Print($"  {"page of 50, median (p99) in ms",-31} {$"of {few}",16} {$"of {many}",16}   ratio {"right after a change",24}   ratio");
        foreach (var (name, _) in Queries)
        {
            var (a, b) = (small[name], large[name]);
            var quiet = Figures.Median(b.Quiet) / Figures.Median(a.Quiet);
            var changed = Figures.Median(b.Changed) / Figures.Median(a.Changed);
            Figures.Print($"  {name,-31} {Shown(a.Quiet),16} {Shown(b.Quiet),16} {quiet,7:F1} {Shown(b.Changed),24} {changed,7:F1}");
        }

        return 0;
    }

    /// <summary>Fills a data directory. Arguments: folder, number of jobs.</summary>
    public static async Task<int> PrepareAsync(string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddLiteDbStorage();
        builder.Services.Configure<StorageOptions>(o => o.DataDirectory = args[0]);
        using var host = builder.Build();
        await host.StartAsync();
        var store = host.Services.GetRequiredService<IJobStore>();
        var created = DateTimeOffset.UtcNow;
        foreach (var numbers in Enumerable.Range(0, int.Parse(args[1], CultureInfo.InvariantCulture)).Chunk(1000))
            await Task.WhenAll(numbers.Select(i => store.CreateAsync(Job(i, created), CancellationToken.None).AsTask()));
        await host.StopAsync();
        return 0;
    }

    private static JobConfiguration Job(int i, DateTimeOffset created) => new()
    {
        Uid = string.Create(CultureInfo.InvariantCulture, $"j{i:0000000000}"),
        Name = string.Create(CultureInfo.InvariantCulture, $"job {i} {(i % 3 == 0 ? "predictions" : "analytics")}"),
        Type = i % 3 == 0 ? JobType.Predictor : JobType.AnalyticsTable,
        // In the far future, so that nothing runs meanwhile.
        CronExpression = string.Create(CultureInfo.InvariantCulture, $"{i % 60} {i / 60 % 60} {i / 3600 % 24} 29 2 ?"),
        Enabled = i % 10 != 0,
        Created = created.AddSeconds(-(i * 7919L % 1_000_003)),
        LastUpdated = created,
    };

    private static string Shown(double[] times) =>
        string.Create(CultureInfo.InvariantCulture, $"{Figures.Median(times):F2} ({Figures.Percentile(times, 0.99):F2})");

    private static async Task<Dictionary<string, (double[] Quiet, double[] Changed)>> MeasureAsync(int jobs, int calls, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("dhis2-benchmark-list").FullName;
        using (var prepare = Process.Start(ChildProcess.Self(["list-prepare", folder, jobs.ToString(CultureInfo.InvariantCulture)]))!)
            await prepare.WaitForExitAsync(cancellationToken);
        var (node, rest, _) = await ChildProcess.StartNodeAsync(cancellationToken, folder);
        await using var nodeProcess = node;
        using var http = new HttpClient { BaseAddress = rest };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Credentials);
        // The first half is warm-up.
        var quiet = await CallAsync(http, calls * 2, calls, change: false, cancellationToken);
        var changed = await CallAsync(http, calls / 2, 0, change: true, cancellationToken);
        return Queries.ToDictionary(q => q.Name, q => (quiet[q.Name].ToArray(), changed[q.Name].ToArray()));
    }

    private static async Task<Dictionary<string, List<double>>> CallAsync(
        HttpClient http, int calls, int warmUp, bool change, CancellationToken cancellationToken)
    {
        var times = Queries.ToDictionary(q => q.Name, _ => new List<double>());
        for (var i = 0; i < calls; i++)
        {
            foreach (var (name, query) in Queries)
            {
                if (change)
                {
                    using var changed = await http.PostAsync($"/api/jobConfigurations/j0000000007/{(i % 2 == 0 ? "disable" : "enable")}", null, cancellationToken);
                    changed.EnsureSuccessStatusCode();
                }

                var start = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync("/api/jobConfigurations?" + query, cancellationToken);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync(cancellationToken);
                if (i >= warmUp)
                    times[name].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return times;
    }
}
