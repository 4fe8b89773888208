using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Job configurations by name without regard to case, then by UID. A change finds its place by bisection; a list
/// of all is made once for all who read it before the next change.</summary>
internal sealed class JobsByName : IComparer<JobConfiguration>
{
    private readonly List<JobConfiguration> _sorted;
    private JobConfiguration[]? _all;

    /// <summary>Sorts the configurations.</summary>
    public JobsByName(IEnumerable<JobConfiguration> jobs)
    {
        _sorted = [.. jobs];
        _sorted.Sort(this);
    }

    /// <summary>All, as they are now.</summary>
    public IReadOnlyList<JobConfiguration> All => _all ??= [.. _sorted];

    /// <summary>Takes one in that is not there.</summary>
    public void Add(JobConfiguration job)
    {
        _all = null;
        _sorted.Insert(~_sorted.BinarySearch(job, this), job);
    }

    /// <summary>Takes one out.</summary>
    public void Remove(JobConfiguration job)
    {
        _all = null;
        _sorted.RemoveAt(_sorted.BinarySearch(job, this));
    }

    /// <inheritdoc/>
    public int Compare(JobConfiguration? x, JobConfiguration? y)
    {
        var order = string.Compare(x!.Name, y!.Name, StringComparison.OrdinalIgnoreCase);
        return order != 0 ? order : string.CompareOrdinal(x.Uid, y.Uid);
    }
}
