using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Client.Jobs;

/// <summary>Which runs to list.</summary>
public sealed record RunQuery
{
    /// <summary>Of this job configuration. Default: of all.</summary>
    public string? JobUid { get; init; }

    /// <summary>Of this type. Default: of all.</summary>
    public JobType Type { get; init; }

    /// <summary>In this state. Default: in any.</summary>
    public JobRunState State { get; init; }

    /// <summary>Runs that one call fetches, at most 1,000. Default 100.</summary>
    public int PageSize { get; init; } = 100;

    internal ListJobRunsRequest ToRequest()
    {
        var request = new ListJobRunsRequest { JobType = Type, State = State, PageSize = PageSize };
        if (JobUid is not null)
            request.JobId = JobUid;
        return request;
    }
}
