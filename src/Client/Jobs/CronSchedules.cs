namespace Dhis2Grpc.Client.Jobs;

/// <summary>Cron expressions with a meaning of their own.</summary>
public static class CronSchedules
{
    /// <summary>No schedule: the job runs only when someone executes it. Types that are scheduled by cron expression
    /// must have one (E7004).</summary>
    public const string OnRequest = "* * * * * ?";
}
