using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using Quartz;

namespace Dhis2Grpc.Benchmarks.Scheduler;

/// <summary>The baseline: Quartz.NET with its RAM store and defaults.</summary>
internal static class QuartzScheduler
{
    // Quartz makes a job for each run, without arguments.
    private static readonly Lateness Measured = new();

    /// <summary>Runs it. Arguments: number of jobs, shape, seconds, seconds of warm-up.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var count = int.Parse(args[0], CultureInfo.InvariantCulture);
        var shape = new Shape(args[1]);
        var builder = QuartzSchedulerBuilder.Create();
        // What is due during the start-up is no misfire.
        builder.UseProperties(new NameValueCollection { ["quartz.jobStore.misfireThreshold"] = "600000" });
        var scheduler = await builder.BuildScheduler();
        var job = JobBuilder.Create<Fired>().WithIdentity("job").StoreDurably().Build();
        await scheduler.AddJob(job);
        for (var i = 0; i < count; i++)
        {
            await scheduler.ScheduleJob(TriggerBuilder.Create()
                .WithIdentity(string.Create(CultureInfo.InvariantCulture, $"trigger {i}"))
                .ForJob("job")
                .WithCronSchedule(shape.Cron(i, "?"), x => x.InTimeZone(TimeZoneInfo.Utc))
                .Build());
        }

        await scheduler.Start();
        using var process = Process.GetCurrentProcess();
        var ready = DateTime.Now - process.StartTime;
        await Measured.MeasureAsync("Quartz", ready, SchedulerBenchmark.Seconds(args[3]), SchedulerBenchmark.Seconds(args[2]));
        Environment.Exit(0);
        return 0;
    }

    /// <summary>A job that does nothing.</summary>
    public sealed class Fired : IJob
    {
        /// <inheritdoc/>
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            Measured.Started(context.ScheduledFireTimeUtc!.Value.Second);
            return default;
        }
    }
}
