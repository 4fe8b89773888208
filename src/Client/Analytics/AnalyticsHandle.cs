using Dhis2.Analytics.V1;

namespace Dhis2Grpc.Client.Analytics;

/// <summary>Questions to the analytics tables, which the ANALYTICS_TABLE job builds.</summary>
public sealed class AnalyticsHandle
{
    // An aggregation over many years may take longer than calls usually do.
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromMinutes(5);

    private readonly AnalyticsService.AnalyticsServiceClient _service;
    private readonly TimeProvider _time;

    internal AnalyticsHandle(AnalyticsService.AnalyticsServiceClient service, TimeProvider time)
    {
        _service = service;
        _time = time;
    }

    /// <summary>Aggregates data values. The answer may take up to five minutes.</summary>
    /// <param name="query">Dimensions, filters and how to aggregate.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<QueryAnalyticsResponse> QueryAsync(
        QueryAnalyticsRequest query, CancellationToken cancellationToken = default) =>
        await _service.QueryAnalyticsAsync(
            query, deadline: _time.GetUtcNow().UtcDateTime + QueryTimeout, cancellationToken: cancellationToken);

    /// <summary>Aggregates data values by dimensions such as `dx:uid;uid`, `pe:LAST_12_MONTHS` and `ou:LEVEL-2`.</summary>
    /// <param name="dimensions">Dimensions that become columns.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<QueryAnalyticsResponse> QueryAsync(
        IEnumerable<string> dimensions, CancellationToken cancellationToken = default) =>
        QueryAsync(new QueryAnalyticsRequest { Dimension = { dimensions } }, cancellationToken);
}
