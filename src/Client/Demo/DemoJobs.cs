using Dhis2.Scheduling.V1;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Client.Demo;

/// <summary>The jobs of the demo.</summary>
internal static class DemoJobs
{
    /// <summary>Rebuilds the resource tables every week.</summary>
    public static JobConfiguration ResourceTables { get; } = new()
    {
        Name = "Weekly resource tables",
        JobType = JobType.ResourceTable,
        CronExpression = "0 0 1 ? * SUN",
    };

    /// <summary>Rebuilds the analytics tables every night.</summary>
    public static JobConfiguration Analytics { get; } = new()
    {
        Name = "Nightly analytics",
        JobType = JobType.AnalyticsTable,
        CronExpression = "0 0 2 * * ?",
        AnalyticsTable = new AnalyticsTableParameters(),
    };

    /// <summary>Waits and counts, to see progress, failures and cancellation.</summary>
    public static JobConfiguration Trial { get; } = new()
    {
        Name = "Hourly trial",
        JobType = JobType.Test,
        CronExpression = "0 0 * * * ?",
        Test = new TestParameters { Stages = 3, Items = 40, ItemDuration = 250 },
    };

    private static readonly JobConfiguration[] Others =
    [
        Trial,
        new()
        {
            Name = "Continuous analytics",
            JobType = JobType.ContinuousAnalyticsTable,
            Delay = Duration.FromTimeSpan(TimeSpan.FromHours(2)),
            Enabled = false,
            ContinuousAnalyticsTable = new ContinuousAnalyticsTableParameters { FullUpdateHourOfDay = 1, LastYears = 2 },
        },
        new()
        {
            Name = "Monthly data integrity",
            JobType = JobType.DataIntegrity,
            CronExpression = "0 30 3 1 * ?",
            Enabled = false,
        },
    ];

    /// <summary>Creates those that are missing; answers all that are stored, by name.</summary>
    public static async Task<Dictionary<string, JobConfiguration>> EnsureAsync(
        Dhis2Client client, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<string, JobConfiguration>();
        await foreach (var job in client.JobConfigurations.ListAsync(cancellationToken: cancellationToken))
            stored[job.Name] = job;
        foreach (var job in (JobConfiguration[])[ResourceTables, Analytics, .. Others])
        {
            if (!stored.ContainsKey(job.Name))
                stored[job.Name] = await client.JobConfigurations.CreateAsync(job, cancellationToken: cancellationToken);
        }

        return stored;
    }
}
