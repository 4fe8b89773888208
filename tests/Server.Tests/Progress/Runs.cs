using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunTrigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger;

namespace Dhis2Grpc.Server.Tests.Progress;

/// <summary>Makes runs for tests.</summary>
internal static class Runs
{
    public static readonly DateTimeOffset Start = new(2024, 2, 28, 3, 0, 0, TimeSpan.Zero);

    public static FakeTimeProvider Time() => new(Start);

    public static JobRun Run(string id = "run1", JobType type = JobType.Test, string job = "aB3dEfGhIj1") => new()
    {
        RunId = id,
        JobUid = job,
        JobName = $"Job {job}",
        Type = type,
        Trigger = JobRunTrigger.Execute,
        Started = Start,
        Owner = "me",
        UserUid = "xE7jOejl9FI",
    };

    public static RunFeed Feed(TimeProvider time, string id = "run1") => new(Run(id), time, _ => { });

    public static JobProgress Progress(RunFeed feed, TimeProvider time) => new(feed, time, NullLogger.Instance);

    public static Task<string?> Done(string? summary = null) => Task.FromResult(summary);
}
