using System.Globalization;

namespace Dhis2Grpc.Benchmarks.Scheduler;

/// <summary>When the jobs of the benchmark are due.</summary>
/// <param name="Name"><c>minute</c>: each job once a minute, at its own second; <c>second</c>: every job every second.</param>
internal readonly record struct Shape(string Name)
{
    private bool IsSecond => Name == "second";

    /// <summary>Number of jobs that are due together.</summary>
    public int Burst(int jobs) => IsSecond ? jobs : (jobs + 59) / 60;

    /// <summary>Position of a job among those that are due with it.</summary>
    public int Place(int job) => IsSecond ? job : job / 60;

    /// <summary>At which second of the minute a job is due; a star for each.</summary>
    public string Second(int job) => IsSecond ? "*" : (job % 60).ToString(CultureInfo.InvariantCulture);

    /// <summary>The cron expression of a job.</summary>
    /// <param name="job">Number of the job.</param>
    /// <param name="end">How the dialect writes any day of the week.</param>
    public string Cron(int job, string end) => IsSecond
        ? $"0/1 * * * * {end}"
        : string.Create(CultureInfo.InvariantCulture, $"{job % 60} * * * * {end}");

    /// <summary>How late something is that should have happened on the second, in milliseconds.</summary>
    /// <param name="now">Time of day.</param>
    /// <param name="dueSecond">Second of the minute at which it was due.</param>
    public static double Late(TimeSpan now, int dueSecond) =>
        ((now.TotalMilliseconds % 60_000) - (dueSecond * 1000) + 60_000) % 60_000;
}
