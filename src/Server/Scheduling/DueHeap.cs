namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Jobs by when they are due, the earliest first, among equals the oldest job. Every job knows its place, so
/// that a change of one costs the logarithm of their number and leaves nothing behind. Not thread-safe.</summary>
internal sealed class DueHeap
{
    // Four children to a node, and the times beside each other in one array: with many jobs the misses of the
    // processor's cache are what a heap costs.
    private const int Arity = 4;

    private readonly List<Entry> _entries = [];

    /// <summary>Number of jobs.</summary>
    public int Count => _entries.Count;

    /// <summary>The earliest; null when there is none.</summary>
    public ScheduledJob? First => _entries.Count == 0 ? null : _entries[0].Job;

    /// <summary>Adds a job that is in no heap; its <see cref="ScheduledJob.Due"/> must not change while it is in one.</summary>
    public void Add(ScheduledJob job)
    {
        job.Heap = this;
        var entry = new Entry(job.Due.UtcTicks, job.Configuration.Created.UtcTicks, job);
        _entries.Add(entry);
        Up(entry, _entries.Count - 1);
    }

    /// <summary>Takes a job out.</summary>
    public void Remove(ScheduledJob job)
    {
        var (index, last) = (job.HeapIndex, _entries[^1]);
        _entries.RemoveAt(_entries.Count - 1);
        job.Heap = null;
        if (ReferenceEquals(job, last.Job))
            return;
        if (index > 0 && last.IsBefore(_entries[(index - 1) / Arity]))
            Up(last, index);
        else
            Down(last, index);
    }

    private void Up(Entry entry, int index)
    {
        while (index > 0)
        {
            var parent = (index - 1) / Arity;
            if (!entry.IsBefore(_entries[parent]))
                break;
            Put(_entries[parent], index);
            index = parent;
        }

        Put(entry, index);
    }

    private void Down(Entry entry, int index)
    {
        while (true)
        {
            var first = (Arity * index) + 1;
            if (first >= _entries.Count)
                break;
            var least = first;
            for (var child = first + 1; child < Math.Min(first + Arity, _entries.Count); child++)
            {
                if (_entries[child].IsBefore(_entries[least]))
                    least = child;
            }

            if (!_entries[least].IsBefore(entry))
                break;
            Put(_entries[least], index);
            index = least;
        }

        Put(entry, index);
    }

    private void Put(Entry entry, int index)
    {
        _entries[index] = entry;
        entry.Job.HeapIndex = index;
    }

    private readonly record struct Entry(long Due, long Created, ScheduledJob Job)
    {
        public bool IsBefore(in Entry other) => Due < other.Due || (Due == other.Due && Created < other.Created);
    }
}
