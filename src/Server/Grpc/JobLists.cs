using System.Buffers;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Finds job configurations among very many.</summary>
internal sealed class JobLists(
    JobConfigurations configurations, JobCatalog catalog, JobViews views, IUserStore users, TimeProvider time, IOptions<SystemInfoOptions> system)
{
    // Who looks at the first page looks at some more.
    private const int SortedAtOnce = 1_000;

    private readonly RecentLists<JobRecord> _recent = new();
    private readonly RecentLists<JobRecord> _recentWithRuns = new();
    private (IReadOnlyList<JobConfiguration> Of, JobRecord[] Records) _withoutRuns = ([], []);

    /// <summary>The properties that a query may name. All that one query asks is of one moment.</summary>
    /// <exception cref="Errors.Dhis2Exception">A filter makes no sense (E1003).</exception>
    public async ValueTask<JobProperties> PropertiesAsync(ListJobConfigurationsRequest request, User caller, CancellationToken cancellationToken)
    {
        var editors = Named(request).Any(JobMembers.IsOfEditors) ? await users.ListAsync(cancellationToken) : [];
        return new(catalog, views, new(editors, caller), time.GetUtcNow());
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
    public IReadOnlyList<JobRecord> Filter(IReadOnlyList<JobRecord> all, ListJobConfigurationsRequest request, JobProperties properties)
    {
        if (request.Filter.Count == 0 && request.Query.Length == 0)
            return all;
        var filter = new ObjectFilter<JobRecord>(properties, request.Filter, request.RootJunction, system.Value.Zone);
        return Remembered(all, request, Key(request, properties), Find);

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
    public JobRecord[] Order(
        IReadOnlyList<JobRecord> found, IReadOnlyList<JobRecord> all, ListJobConfigurationsRequest request, JobProperties properties, Window window)
    {
        var order = new ObjectOrder<JobRecord>(properties, request.Order);
        if (order.IsDefault)
            return found.Slice(window);
        var (offset, count) = window.Within(found.Count);
        var sorted = (offset + count + SortedAtOnce - 1) / SortedAtOnce * SortedAtOnce;
        var key = $"{sorted}\n{string.Join(',', request.Order)}\n{Key(request, properties)}";
        return Remembered(all, request, key, () => order.First(found, Math.Min(sorted, found.Count))).Slice(window);
    }

    private IReadOnlyList<JobRecord> Remembered(
        IReadOnlyList<JobRecord> all, ListJobConfigurationsRequest request, string key, Func<IReadOnlyList<JobRecord>> find) =>
        // What changes with time alone is found anew every second.
        (IsOfRuns(request) ? _recentWithRuns : _recent).Find(all, Named(request).Any(JobProperties.IsOfTheMoment) ? $"{time.GetUtcNow():s}\n{key}" : key, find);

    private static IEnumerable<string> Named(ListJobConfigurationsRequest request) =>
        request.Filter.Select(f => ListFilter.Parse(f).Property).Concat(ListOrder.Parse(request.Order).Select(o => o.Property));

    // What does not depend on the configurations alone is part of the question.
    private static string Key(ListJobConfigurationsRequest request, JobProperties properties) =>
        $"{request.Query}\n{request.RootJunction}\n{string.Join('\n', request.Filter)}\n{properties.Members.State(Named(request))}";
}
