namespace Dhis2Grpc.Server.Scheduling;

/// <summary>How this server schedules.</summary>
internal sealed class SchedulingOptions
{
    /// <summary>Zone in which cron expressions are read, and dates of a run count. Default UTC.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    /// <summary>How late a missed run is made up, unless the job says otherwise. Default 4 hours, as in DHIS2.</summary>
    public TimeSpan CatchUpWindow { get; set; } = TimeSpan.FromHours(4);

    /// <summary>How long the shutdown waits for running jobs to stop. Default 10 seconds.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long run history is kept. Default 90 days.</summary>
    public TimeSpan RunRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>A run not renewed for so long may be declared lost. Default 60 seconds.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often leases are renewed and progress is saved. Default 5 seconds.</summary>
    public TimeSpan LeaseRenewal { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often history past its retention is deleted. Default 1 hour.</summary>
    public TimeSpan PruneEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether the durations make sense.</summary>
    public bool IsValid =>
        CatchUpWindow >= TimeSpan.Zero
        && ShutdownGrace >= TimeSpan.Zero
        && RunRetention > TimeSpan.Zero
        && LeaseRenewal > TimeSpan.Zero
        && LeaseRenewal < Lease
        && PruneEvery > TimeSpan.Zero;
}
