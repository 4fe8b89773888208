using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Job configurations by name without regard to case, then by UID. A change finds its place by bisection; a list
/// of all is made once for all who read it before the next change.</summary>
internal sealed class JobsByName : IComparer<StoredJob>
{
    private readonly List<StoredJob> _sorted;
    private JobConfiguration[]? _all;
    private JobRecord[]? _records;

    /// <summary>Sorts the configurations.</summary>
    public JobsByName(IEnumerable<StoredJob> jobs)
    {
        _sorted = [.. jobs];
        _sorted.Sort(this);
    }

    /// <summary>All, as they are now.</summary>
    public IReadOnlyList<JobConfiguration> All => _all ??= [.. _sorted.Select(j => j.Configuration)];

    /// <summary>All with the states of their jobs, as they are now.</summary>
    public IReadOnlyList<JobRecord> Records => _records ??= [.. _sorted.Select(j => j.Record)];

    /// <summary>Takes one in that is not there.</summary>
    public void Add(StoredJob job)
    {
        (_all, _records) = (null, null);
        _sorted.Insert(~_sorted.BinarySearch(job, this), job);
    }

    /// <summary>Takes one out; its name is still the one it was taken in with.</summary>
    public void Remove(StoredJob job)
    {
        (_all, _records) = (null, null);
        _sorted.RemoveAt(_sorted.BinarySearch(job, this));
    }

    /// <summary>The state of a job changed.</summary>
    public void Settled() => _records = null;

    /// <inheritdoc/>
    public int Compare(StoredJob? x, StoredJob? y)
    {
        var (one, other) = (x!.Configuration, y!.Configuration);
        var order = string.Compare(one.Name, other.Name, StringComparison.OrdinalIgnoreCase);
        return order != 0 ? order : string.CompareOrdinal(one.Uid, other.Uid);
    }
}
