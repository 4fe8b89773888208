using System.Data;
using System.Data.Common;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Answers questions from the analytics tables, each on one snapshot of them.</summary>
internal sealed class AnalyticsQueries(IWarehouse warehouse, AnalyticsKeyCache cache)
{
    /// <summary>Most rows of an answer, as DHIS2's default.</summary>
    public const int MaxRows = 100_000;

    /// <summary>Answers a question.</summary>
    /// <exception cref="Dhis2Exception">It cannot be understood (E71xx), or the tables were never built (E7144).</exception>
    public async Task<AnalyticsResult> QueryAsync(AnalyticsQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.Unspecified, cancellationToken);
        var keys = await cache.GetAsync(connection, cancellationToken);
        var (axes, filters, renewed) = await ReadAsync(query, connection, keys, cancellationToken);
        var run = new AnalyticsRun(connection, renewed, query, axes, filters);
        var result = await run.RunAsync(cancellationToken);
        return query.HierarchyMeta ? result with { Ancestors = Ancestors(renewed, [.. axes, .. filters]) } : result;
    }

    private async Task<(List<Axis> Axes, List<Axis> Filters, AnalyticsKeys Keys)> ReadAsync(
        AnalyticsQuery query, DbConnection connection, AnalyticsKeys keys, CancellationToken cancellationToken)
    {
        for (var tried = new HashSet<string>(); ;)
        {
            var reader = new AxisReader(keys, query.Today);
            try
            {
                List<Axis> axes = [.. query.Dimensions.Select(reader.Read)];
                List<Axis> filters = [.. query.Filters.Select(reader.Read)];
                QueryRules.Check(axes, filters);
                return (axes, filters, keys);
            }
            catch (Dhis2Exception) when (reader.Missing is { } uid && tried.Add(uid))
            {
                // Metadata may have come after the keys were read.
                if (await cache.RenewAsync(connection, keys, uid, cancellationToken) is not { } renewed)
                    throw;
                keys = renewed;
            }
        }
    }

    private static List<NamedKey> Ancestors(AnalyticsKeys keys, IEnumerable<Axis> axes) =>
    [
        .. axes.OfType<UnitAxis>()
            .SelectMany(a => a.Units)
            .SelectMany(u => u.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            .Distinct()
            .Where(keys.Units.ContainsKey)
            .Select(uid => keys.Units[uid]),
    ];
}
