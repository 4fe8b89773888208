using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Client.Jobs;

/// <summary>Which job configurations to list, and in which order.</summary>
public sealed record JobQuery
{
    /// <summary>Conditions `property:operator:value`, such as `jobType:eq:TEST`; all must hold.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Order `property:asc` or `property:desc`. Default: by name.</summary>
    public IReadOnlyList<string> Order { get; init; } = [];

    /// <summary>UID or code, or part of the name. Default: all.</summary>
    public string? Text { get; init; }

    /// <summary>Objects that one call fetches. Default 200.</summary>
    public int PageSize { get; init; } = 200;

    internal ListJobConfigurationsRequest ToRequest()
    {
        var request = new ListJobConfigurationsRequest { PageSize = PageSize };
        request.Filter.Add(Filters);
        request.Order.Add(Order);
        if (Text is not null)
            request.Query = Text;
        return request;
    }
}
