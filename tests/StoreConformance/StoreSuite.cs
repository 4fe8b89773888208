using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunTrigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger;

namespace StoreConformance;

/// <summary>What the suites share: open stores, and things to put into them.</summary>
public abstract class StoreSuite(StorePlace place) : IAsyncLifetime
{
    private StoreSession? _session;
    private int _runs;

    internal static DateTimeOffset T0 { get; } = new(2026, 3, 1, 6, 0, 0, TimeSpan.Zero);

    internal static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal IJobStore Jobs => _session!.Jobs;

    internal IUserStore Users => _session!.Users;

    internal ISettingStore Settings => _session!.Settings;

    public async ValueTask InitializeAsync() => _session = await place.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_session is not null)
            await _session.DisposeAsync();
        await place.DisposeAsync();
    }

    /// <summary>Closes the stores, and opens what is stored.</summary>
    internal async Task ReopenAsync()
    {
        await _session!.DisposeAsync();
        _session = null;
        _session = await place.OpenAsync();
    }

    internal static JobConfiguration Job(string uid, JobType type = JobType.Test, string? name = null) => new()
    {
        Uid = uid,
        Name = name ?? $"Job {uid}",
        Type = type,
        CronExpression = "0 0 2 ? * *",
        Created = T0,
        LastUpdated = T0,
    };

    internal async Task<JobConfiguration> CreateAsync(JobConfiguration job)
    {
        var write = await Jobs.CreateAsync(job, Cancel);
        Assert.Equal(JobWriteResult.Written, write.Result);
        return write.Configuration!;
    }

    internal JobRun Run(JobConfiguration job, string owner = "node-1", DateTimeOffset? started = null, DateTimeOffset? scheduled = null)
    {
        var at = started ?? T0;
        return new()
        {
            RunId = string.Create(CultureInfo.InvariantCulture, $"{at.UtcTicks:x16}{++_runs:x8}"),
            JobUid = job.Uid,
            JobName = job.Name,
            Type = job.Type,
            Trigger = JobRunTrigger.Schedule,
            Scheduled = scheduled,
            Started = at,
            Owner = owner,
            LeaseUntil = at.AddSeconds(30),
            UserUid = "xE7jOejl9FI",
        };
    }

    internal async Task<JobRun> StartAsync(JobRun run)
    {
        Assert.Equal(JobStart.Started, await Jobs.TryStartAsync(run, null, Cancel));
        return run;
    }

    /// <summary>Starts and ends a run.</summary>
    internal async Task<JobRun> CompleteAsync(
        JobConfiguration job, DateTimeOffset started, JobRunOutcome outcome = JobRunOutcome.Completed, RunProgress? progress = null)
    {
        var run = await StartAsync(Run(job, started: started));
        Assert.True(await Jobs.TryFinishAsync(
            run.RunId, run.Owner, outcome, null, progress ?? RunProgress.Empty, started.AddSeconds(1), Cancel));
        return run;
    }

    internal static RunProgress Progress(int items, ProgressStatus status = ProgressStatus.Success, DateTimeOffset? completed = null) => new(
        items + 3,
        [
            new()
            {
                Status = status,
                Started = T0,
                Completed = completed,
                JobUid = "uvUPBToQHD9",
                Description = "Update of résumé tables, 数据",
                Stages =
                [
                    new()
                    {
                        Status = status,
                        Started = T0.AddTicks(1),
                        Completed = completed,
                        TotalItems = items,
                        OnFailure = FailurePolicy.SkipItem,
                        Items =
                        [
                            .. Enumerable.Range(0, items).Select(i => new ItemProgress
                            {
                                Status = status,
                                Started = T0.AddTicks(i),
                                Completed = completed,
                                Description = $"Item {i}",
                                Summary = $"{i * 31} rows",
                            }),
                        ],
                    },
                ],
            },
        ]);

    internal static void Same(RunProgress expected, RunProgress actual) => Assert.Equivalent(expected, actual, strict: true);
}
