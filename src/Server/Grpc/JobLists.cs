using System.Buffers;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Scheduling;
using Microsoft.Extensions.Options;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Finds job configurations among very many.</summary>
internal sealed class JobLists(
    JobConfigurations configurations, JobCatalog catalog, JobViews views, TimeProvider time, IOptions<SystemInfoOptions> system)
{
    // Who looks at the first page looks at some more.
    private const int SortedAtOnce = 1_000;

    private readonly RecentLists<JobRecord> _recent = new();
    private readonly RecentLists<JobRecord> _recentWithRuns = new();
    private (IReadOnlyList<JobConfiguration> Of, JobRecord[] Records) _withoutRuns = ([], []);

    /// <summary>Whether the configuration has that UID or code, or a name that contains it; none fits all.</summary>
    public static bool Answers(JobConfiguration job, string query) =>
        query.Length == 0 || job.Uid == query || job.Code == query || job.Name.Contains(query, StringComparison.OrdinalIgnoreCase);

    /// <summary>All properties that a query names can be read of records.</summary>
    /// <exception cref="Errors.Dhis2Exception">A filter makes no sense (E1003).</exception>
    public bool Know(ListJobConfigurationsRequest request)
    {
        var properties = Properties();
        return Named(request).All(n => n == ListFilter.Identifiable || properties.Find(n) is not null);
    }

    /// <summary>The query looks at what runs changed: it is answered from <see cref="JobRecord.State"/>.</summary>
    public static bool IsOfRuns(ListJobConfigurationsRequest request) => Named(request).Any(JobProperties.IsOfRuns);

    /// <summary>All records to choose from, by name. Unless the query looks at runs they have no states, and are the same
    /// as long as no configuration changes, however many jobs run.</summary>
    public async ValueTask<IReadOnlyList<JobRecord>> AllAsync(ListJobConfigurationsRequest request, CancellationToken cancellationToken)
    {
        if (IsOfRuns(request))
            return await configurations.ListRecordsAsync(cancellationToken);
        var all = await configurations.ListAsync(cancellationToken);
        lock (_recent)
        {
            if (_withoutRuns.Of != all)
                _withoutRuns = (all, [.. all.Select(j => new JobRecord(j, null))]);
            return _withoutRuns.Records;
        }
    }

    /// <summary>The records that a query asks for, in their order.</summary>
    public IReadOnlyList<JobRecord> Filter(IReadOnlyList<JobRecord> all, ListJobConfigurationsRequest request)
    {
        if (request.Filter.Count == 0 && request.Query.Length == 0)
            return all;
        var filter = new ObjectFilter<JobRecord>(Properties(), request.Filter, request.RootJunction, system.Value.Zone);
        return Remembered(all, request, Key(request), Find);

        IReadOnlyList<JobRecord> Find()
        {
            var query = request.Query.Length == 0 ? null : SearchValues.Create([request.Query], StringComparison.OrdinalIgnoreCase);
            var found = new List<JobRecord>();
            for (var i = 0; i < all.Count; i++)
            {
                var job = all[i].Configuration;
                if (query is not null && !job.Name.AsSpan().ContainsAny(query) && job.Uid != request.Query && job.Code != request.Query)
                    continue;
                if (filter.Matches(all[i]))
                    found.Add(all[i]);
            }

            return found;
        }
    }

    /// <summary>A part of what was found, in the order that a query asks for.</summary>
    public JobRecord[] Order(IReadOnlyList<JobRecord> found, IReadOnlyList<JobRecord> all, ListJobConfigurationsRequest request, Window window)
    {
        var order = new ObjectOrder<JobRecord>(Properties(), request.Order);
        if (order.IsDefault)
            return found.Slice(window);
        var (offset, count) = window.Within(found.Count);
        var sorted = (offset + count + SortedAtOnce - 1) / SortedAtOnce * SortedAtOnce;
        var key = $"{sorted}\n{string.Join(',', request.Order)}\n{Key(request)}";
        return Remembered(all, request, key, () => order.First(found, Math.Min(sorted, found.Count))).Slice(window);
    }

    // All that one query asks is of one moment.
    private JobProperties Properties() => new(catalog, views, time.GetUtcNow());

    private IReadOnlyList<JobRecord> Remembered(
        IReadOnlyList<JobRecord> all, ListJobConfigurationsRequest request, string key, Func<IReadOnlyList<JobRecord>> find) =>
        // What changes with time alone is found anew every second.
        (IsOfRuns(request) ? _recentWithRuns : _recent).Find(all, Named(request).Any(JobProperties.IsOfTheMoment) ? $"{time.GetUtcNow():s}\n{key}" : key, find);

    private static IEnumerable<string> Named(ListJobConfigurationsRequest request) =>
        request.Filter.Select(f => ListFilter.Parse(f).Property).Concat(ListOrder.Parse(request.Order).Select(o => o.Property));

    private static string Key(ListJobConfigurationsRequest request) =>
        $"{request.Query}\n{request.RootJunction}\n{string.Join('\n', request.Filter)}";
}
