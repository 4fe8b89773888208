namespace Dhis2Grpc.Server.Scheduling;

/// <summary>How a run of this server ended.</summary>
/// <param name="Active">The run.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">Why it failed, or was stopped.</param>
/// <param name="Finished">When.</param>
/// <param name="Duration">How long it took.</param>
internal readonly record struct EndedRun(
    ActiveRun Active, JobRunOutcome Outcome, string? Error, DateTimeOffset Finished, TimeSpan Duration);
