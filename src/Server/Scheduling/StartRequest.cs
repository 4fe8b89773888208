namespace Dhis2Grpc.Server.Scheduling;

/// <summary>A run that is to start.</summary>
/// <param name="Configuration">What to run.</param>
/// <param name="Trigger">What makes it start.</param>
/// <param name="Scheduled">When it was due.</param>
/// <param name="Job">The job that the scheduler took; null when a user starts it.</param>
internal readonly record struct StartRequest(
    JobConfiguration Configuration, JobRunTrigger Trigger, DateTimeOffset? Scheduled = null, ScheduledJob? Job = null);
