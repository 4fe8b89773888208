namespace Dhis2Grpc.Server.Scheduling;

/// <summary>A configuration with what its runs and schedule make of it, for showing.</summary>
/// <param name="Configuration">The configuration as stored.</param>
/// <param name="State">What is remembered of its runs.</param>
/// <param name="NextExecution">When it comes due next; not in the future means now. Null: not by schedule.</param>
/// <param name="MaxDelayedExecution">Until when that run is made up if it is missed; null but for cron.</param>
internal sealed record JobView(
    JobConfiguration Configuration,
    JobState State,
    DateTimeOffset? NextExecution,
    DateTimeOffset? MaxDelayedExecution);
