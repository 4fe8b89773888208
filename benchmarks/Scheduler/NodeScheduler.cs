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
    private const int Seconds = 60;

    /// <summary>Fills a data directory. Arguments: folder, number of jobs.</summary>
    public static async Task<int> PrepareAsync(string[] args)
    {
        var count = int.Parse(args[1], CultureInfo.InvariantCulture);
        using var host = Build(args[0], (count + Seconds - 1) / Seconds, new Lateness());
        var store = host.Services.GetRequiredService<IJobStore>();
        // Older than a minute, so that each job's history is that of a job that runs every minute.
        var created = DateTimeOffset.UtcNow.AddDays(-1);
        foreach (var numbers in Enumerable.Range(0, count).Chunk(1000))
        {
            await Task.WhenAll(numbers.Select(i => store.CreateAsync(
                new JobConfiguration
                {
                    Uid = string.Create(CultureInfo.InvariantCulture, $"j{i:0000000000}"),
                    Name = string.Create(CultureInfo.InvariantCulture, $"{i % Seconds} job {i}"),
                    Type = (JobType)(FirstType + (i / Seconds)),
                    CronExpression = string.Create(CultureInfo.InvariantCulture, $"{i % Seconds} * * * * *"),
                    CatchUpWindow = TimeSpan.Zero,
                    Created = created,
                    LastUpdated = created,
                },
                CancellationToken.None).AsTask()));
        }

        return 0;
    }

    /// <summary>Runs what the directory holds. Arguments: folder, seconds.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var lateness = new Lateness();
        const int types = 1_000_000 / Seconds;
        using var host = Build(args[0], types, lateness);
        await host.StartAsync();
        using var process = Process.GetCurrentProcess();
        var ready = DateTime.Now - process.StartTime;
        await lateness.MeasureAsync("node", ready, TimeSpan.FromSeconds(int.Parse(args[1], CultureInfo.InvariantCulture)));
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
            var name = context.JobName.AsSpan();
            lateness.Started(int.Parse(name[..name.IndexOf(' ')], CultureInfo.InvariantCulture));
            return Task.CompletedTask;
        }
    }
}
