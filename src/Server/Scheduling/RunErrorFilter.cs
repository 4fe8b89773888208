using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Which errors of last runs are wanted. All conditions must hold; an empty one always does.</summary>
internal sealed record RunErrorFilter
{
    /// <summary>Of runs as this user, by UID.</summary>
    public string? UserUid { get; init; }

    /// <summary>Of runs that started then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Of runs that started then or before.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>With one of these codes.</summary>
    public IReadOnlyCollection<string> Codes { get; init; } = [];

    /// <summary>Of one of these objects.</summary>
    public IReadOnlyCollection<string> Objects { get; init; } = [];

    /// <summary>Of jobs of one of these types.</summary>
    public IReadOnlyCollection<JobType> Types { get; init; } = [];

    /// <summary>Whether the codes are wanted.</summary>
    public bool Matches(RunErrorCodes errors) => Codes.Count == 0 || errors.Codes.Split(' ').Any(Codes.Contains);

    /// <summary>Whether the job is wanted.</summary>
    public bool Matches(JobConfiguration job) => Types.Count == 0 || Types.Contains(job.Type);

    /// <summary>Whether the run is wanted.</summary>
    public bool Matches(JobRun run) =>
        (UserUid is null || UserUid == run.UserUid)
        && (From is null || run.Started >= From)
        && (To is null || run.Started <= To)
        && (Objects.Count == 0 || (run.Progress.Errors ?? []).Any(e => Objects.Contains(e.ObjectId ?? run.JobUid)));
}
