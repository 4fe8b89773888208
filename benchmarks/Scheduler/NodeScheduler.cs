using System.Diagnostics;
using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Storage.LiteDb;
using Microsoft.Extensions.Hosting;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;

namespace Dhis2Grpc.Benchmarks.Scheduler;

/// <summary>The node's scheduler, progress and store, without listeners. One job of a type runs at a time, so that
/// jobs which are due together have types of their own.</summary>
internal static class NodeScheduler
{
    private const int FirstType = 1000;

    /// <summary>Fills a data directory. Arguments: folder, number of jobs, shape.</summary>
    public static async Task<int> PrepareAsync(string[] args)
    {
        var count = int.Parse(args[1], CultureInfo.InvariantCulture);
        var shape = new Shape(args[2]);
        using var host = Build(args[0], shape.Burst(count), new Lateness());
        var store = host.Services.GetRequiredService<IJobStore>();
        var created = DateTimeOffset.UtcNow;
        foreach (var numbers in Enumerable.Range(0, count).Chunk(1000))
        {
            await Task.WhenAll(numbers.Select(i => store.CreateAsync(
                new JobConfiguration
                {
                    Uid = string.Create(CultureInfo.InvariantCulture, $"j{i:0000000000}"),
                    Name = string.Create(CultureInfo.InvariantCulture, $"{shape.Second(i)} job {i}"),
                    Type = (JobType)(FirstType + shape.Place(i)),
                    CronExpression = shape.Cron(i, "*"),
                    CatchUpWindow = TimeSpan.Zero,
                    Created = created,
                    LastUpdated = created,
                },
                CancellationToken.None).AsTask()));
        }

        return 0;
    }

    /// <summary>Runs what the directory holds. Arguments: folder, number of jobs, shape, seconds, seconds of warm-up.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var lateness = new Lateness();
        using var host = Build(args[0], new Shape(args[2]).Burst(int.Parse(args[1], CultureInfo.InvariantCulture)), lateness);
        await host.StartAsync();
        using var process = Process.GetCurrentProcess();
        var ready = DateTime.Now - process.StartTime;
        await lateness.MeasureAsync("node", ready, SchedulerBenchmark.Seconds(args[4]), SchedulerBenchmark.Seconds(args[3]));
        await host.StopAsync();
        return 0;
    }

    private static IHost Build(string folder, int types, Lateness lateness)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<StorageOptions>(o => o.DataDirectory = folder);
        builder.Services.AddLiteDbStorage();
        builder.Services.AddProgress();
        builder.Services.AddScheduling();
        builder.Services.AddSingleton(JobCatalog.Of(Enumerable.Range(FirstType, types).Select(t => Entry(t, lateness))));
        return builder.Build();
    }

    private static JobTypeEntry Entry(int type, Lateness lateness) => new()
    {
        Type = (JobType)type,
        WireName = $"BENCHMARK_{type}",
        DisplayName = $"Benchmark {type}",
        Key = $"benchmark{type}",
        UserDefinable = true,
        SchedulingType = SchedulingType.Cron,
        Job = new Fired((JobType)type, lateness),
    };

    private sealed class Fired(JobType type, Lateness lateness) : IJob
    {
        public JobType Type => type;

        public Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
        {
            // A job does not get to know when it was due. Its name tells, unless it is due every second: then a start
            // that is more than a second late is missing in the number of fires.
            var name = context.JobName.AsSpan();
            var known = int.TryParse(name[..name.IndexOf(' ')], CultureInfo.InvariantCulture, out var second);
            lateness.Started(known ? second : context.Started.Second);
            return Task.CompletedTask;
        }
    }
}
