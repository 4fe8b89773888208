using System.Diagnostics;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Benchmarks.Postgres;
using Dhis2Grpc.Benchmarks.Sample;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunTrigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger;

namespace Dhis2Grpc.Benchmarks.Analytics;

/// <summary>The full build of resource tables and DATA_VALUE: the node's ANALYTICS_TABLE job beside the SQL of DHIS2
/// 2.39 on PostgreSQL, on the same values, with a check that both hold the same.</summary>
internal static class AnalyticsBenchmark
{
    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var share = options.Number("share", 0.337);
        var runs = options.Int("runs", 3);
        var country = new Country();
        await using var node = await NodeWarehouse.StartAsync(country, cancellationToken);
        await Figures.TimeAsync(
            "node: load data values", () => node.LoadAsync(country, DataValues.Of(country, share), cancellationToken));
        // The baseline's statements keep significant zeros.
        await node.Services.GetRequiredService<ISettingStore>().SetAsync("keyIncludeZeroValuesInAnalytics", "true", cancellationToken);
        var before = await SizeAsync(node, cancellationToken);
        var (own, ownCpu) = (new List<double>(), new List<double>());
        for (var run = 0; run < runs; run++)
        {
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var elapsed = await Figures.TimeAsync($"node: build {run + 1}", () => BuildAsync(node, cancellationToken));
            own.Add(elapsed.TotalSeconds);
            ownCpu.Add((Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
        }

        var size = await SizeAsync(node, cancellationToken) - before;
        Figures.Print($"node: build {Figures.Median(own):F2} s, CPU {Figures.Median(ownCpu):F1} s, result {size / 1e6:F0} MB, peak {Figures.PeakMegabytes()} MB");
        if (options.Has("skip-postgres"))
            return 0;

        await using var server = await PostgresServer.StartAsync(cancellationToken);
        await using var dhis2 = new Dhis2OnPostgres(server, country);
        await Figures.TimeAsync("PostgreSQL: load data values", () => dhis2.LoadAsync(share, cancellationToken));
        var (theirs, theirCpu) = (new List<double>(), new List<double>());
        for (var run = 0; run < options.Int("postgres-runs", 1); run++)
        {
            var cpu = Figures.Cpu(server.ProcessId, children: true);
            var elapsed = await Figures.TimeAsync($"PostgreSQL: build {run + 1}", () => dhis2.BuildAsync(cancellationToken));
            theirs.Add(elapsed.TotalSeconds);
            theirCpu.Add((Figures.Cpu(server.ProcessId, children: true) - cpu).TotalSeconds);
        }

        var theirSize = await dhis2.SizeAsync(cancellationToken);
        Figures.Print($"PostgreSQL: build {Figures.Median(theirs):F1} s, CPU {Figures.Median(theirCpu):F1} s, result {theirSize / 1e6:F0} MB");
        Figures.Print($"ratio: {Figures.Median(theirs) / Figures.Median(own):F0}x wall (at least 50, goal 120), {Figures.Median(theirCpu) / Figures.Median(ownCpu):F0}x CPU, {(double)theirSize / size:F0}x smaller (at least 80)");
        return await CompareAsync(node, dhis2, cancellationToken);
    }

    private static async Task BuildAsync(NodeWarehouse node, CancellationToken cancellationToken)
    {
        var job = node.Services.GetServices<IJob>().Single(j => j.Type == JobType.AnalyticsTable);
        var time = TimeProvider.System;
        var run = new JobRun
        {
            RunId = "benchmark",
            JobUid = "benchmark01",
            JobName = "Benchmark",
            Type = job.Type,
            Trigger = JobRunTrigger.Execute,
            Started = time.GetUtcNow(),
            Owner = "benchmark",
        };
        var feed = new RunFeed(run, time, _ => { });
        await job.RunAsync(
            new JobRunContext
            {
                RunId = run.RunId,
                JobUid = run.JobUid,
                JobName = run.JobName,
                Started = run.Started,
                Zone = TimeZoneInfo.Utc,
                Progress = new JobProgress(feed, time, NullLogger.Instance),
            },
            cancellationToken);
        if (feed.Close(null) is { Error: { } error })
            throw new InvalidOperationException(error);
    }

    private static async Task<long> SizeAsync(NodeWarehouse node, CancellationToken cancellationToken)
    {
        await using var connection = await node.Warehouse.OpenReadAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "checkpoint";
        command.ExecuteNonQuery();
        command.CommandText = "select used_blocks * block_size from pragma_database_size()";
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<int> CompareAsync(
        NodeWarehouse node, Dhis2OnPostgres dhis2, CancellationToken cancellationToken)
    {
        await using var connection = await node.Warehouse.OpenReadAsync(cancellationToken);
        var own = await Fingerprint.OfAsync(connection, cancellationToken);
        var theirs = await dhis2.FingerprintAsync(cancellationToken);
        var differing = own.Except(theirs).Concat(theirs.Except(own)).ToArray();
        Figures.Print($"check: {own.Count} and {theirs.Count} groups of data element, level and year; {differing.Length} differing lines");
        foreach (var (ours, dhis2Line) in own.Except(theirs).Zip(theirs.Except(own)).Take(5))
            Figures.Print($"  {ours} in place of {dhis2Line}");
        return differing.Length == 0 ? 0 : 1;
    }
}
