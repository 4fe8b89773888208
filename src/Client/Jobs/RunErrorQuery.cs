using Dhis2.Scheduling.V1;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Client.Jobs;

/// <summary>Which errors of last runs to list. All conditions must hold; of several values one.</summary>
public sealed record RunErrorQuery
{
    /// <summary>Of runs as this user, by UID.</summary>
    public string? UserUid { get; init; }

    /// <summary>Of runs that started then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Of runs that started then or before.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>With one of these error codes.</summary>
    public IReadOnlyCollection<string> Codes { get; init; } = [];

    /// <summary>Of one of these objects.</summary>
    public IReadOnlyCollection<string> Objects { get; init; } = [];

    /// <summary>Of jobs of one of these types.</summary>
    public IReadOnlyCollection<JobType> Types { get; init; } = [];

    internal ListJobRunErrorsRequest ToRequest()
    {
        var request = new ListJobRunErrorsRequest
        {
            From = From?.ToTimestamp(),
            To = To?.ToTimestamp(),
            Code = { Codes },
            Object = { Objects },
            Type = { Types },
        };
        if (UserUid is not null)
            request.User = UserUid;
        return request;
    }
}
