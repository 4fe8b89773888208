using System.Globalization;
using Dhis2.Analytics.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Errors;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Answers questions from the analytics tables.</summary>
internal sealed class AnalyticsService(AnalyticsQueries queries, IOptions<SystemInfoOptions> system, TimeProvider time)
    : Dhis2.Analytics.V1.AnalyticsService.AnalyticsServiceBase
{
    /// <inheritdoc/>
    public override async Task<QueryAnalyticsResponse> QueryAnalytics(QueryAnalyticsRequest request, ServerCallContext context)
    {
        var query = Read(request);
        return AnalyticsMessages.Grid(query, await queries.QueryAsync(query, context.CancellationToken));
    }

    /// <inheritdoc/>
    public override Task<ListAnalyticsTableTypesResponse> ListAnalyticsTableTypes(
        ListAnalyticsTableTypesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListAnalyticsTableTypesResponse
        {
            TableTypes =
            {
                AnalyticsTableType.DataValue, AnalyticsTableType.Completeness, AnalyticsTableType.CompletenessTarget, AnalyticsTableType.OrgUnitTarget,
                AnalyticsTableType.Ownership, AnalyticsTableType.Event, AnalyticsTableType.ValidationResult, AnalyticsTableType.Enrollment,
            },
        });

    private AnalyticsQuery Read(QueryAnalyticsRequest request)
    {
        if (request.ShowHierarchy)
            throw new Dhis2Exception(ErrorKind.Unimplemented, "Columns of the unit hierarchy (showHierarchy) are not supported by this server yet");
        return new AnalyticsQuery
        {
            Dimensions = request.Dimension,
            Filters = request.Filter,
            Aggregation = Aggregation(request),
            SkipMeta = request.SkipMeta,
            SkipData = request.SkipData,
            SkipRounding = request.SkipRounding,
            HierarchyMeta = request.HierarchyMeta,
            Scheme = request.HasOutputIdScheme ? Choice<OutputScheme>(request.OutputIdScheme, "outputIdScheme", "UID, CODE, NAME") : OutputScheme.Uid,
            Ascending = request.HasOrder ? Choice<Order>(request.Order, "order", "ASC, DESC") == Order.Asc : null,
            Today = Today(request),
        };
    }

    private static Aggregation? Aggregation(QueryAnalyticsRequest request)
    {
        if (!request.HasAggregationType || request.AggregationType is "" or "DEFAULT")
            return null;
        return Aggregations.TryParse(request.AggregationType, out var aggregation)
            ? aggregation
            : throw Invalid($"Unknown aggregationType: `{request.AggregationType}`");
    }

    private DateOnly Today(QueryAnalyticsRequest request)
    {
        if (!request.HasRelativePeriodDate)
            return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), system.Value.Zone).DateTime);
        return DateOnly.TryParseExact(request.RelativePeriodDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw Invalid($"relativePeriodDate must look like 2024-03-15: `{request.RelativePeriodDate}`");
    }

    private static T Choice<T>(string text, string parameter, string allowed)
        where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(v => string.Equals(v.ToString(), text, StringComparison.OrdinalIgnoreCase))
        ?? throw Invalid($"{parameter} must be one of {allowed}: `{text}`");

    private static Dhis2Exception Invalid(string message) => new(ErrorKind.InvalidArgument, message);

    private enum Order
    {
        Asc,
        Desc,
    }
}
