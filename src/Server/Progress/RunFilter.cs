using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Which runs a watcher wants; without any condition all.</summary>
internal sealed record RunFilter
{
    /// <summary>All runs.</summary>
    public static RunFilter All { get; } = new();

    /// <summary>This run.</summary>
    public string? RunId { get; init; }

    /// <summary>Runs of this job configuration.</summary>
    public string? JobUid { get; init; }

    /// <summary>Runs of these job configurations.</summary>
    public IReadOnlySet<string>? JobUids { get; init; }

    /// <summary>Runs of this type.</summary>
    public JobType? Type { get; init; }

    /// <summary>Whether the run is wanted.</summary>
    public bool Matches(RunFeed feed) => Matches(feed.RunId, feed.JobUid, feed.Type);

    /// <summary>Whether the run is wanted.</summary>
    public bool Matches(string runId, string jobUid, JobType type) =>
        (RunId is null || RunId == runId) && (JobUid is null || JobUid == jobUid)
        && (JobUids is null || JobUids.Contains(jobUid)) && (Type is null || Type == type);
}
