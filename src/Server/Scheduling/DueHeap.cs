namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Jobs by when they are due, the earliest first, among equals the oldest job. Every job knows its place, so
/// that a change of one costs the logarithm of their number and leaves nothing behind. Not thread-safe.</summary>
internal sealed class DueHeap
{
    private readonly List<ScheduledJob> _jobs = [];

    /// <summary>Number of jobs.</summary>
    public int Count => _jobs.Count;

    /// <summary>The earliest; null when there is none.</summary>
    public ScheduledJob? First => _jobs.Count == 0 ? null : _jobs[0];

    /// <summary>Adds a job that is in no heap.</summary>
    public void Add(ScheduledJob job)
    {
        job.Heap = this;
        _jobs.Add(job);
        Up(job, _jobs.Count - 1);
    }

    /// <summary>Takes a job out.</summary>
    public void Remove(ScheduledJob job)
    {
        var (index, last) = (job.HeapIndex, _jobs[^1]);
        _jobs.RemoveAt(_jobs.Count - 1);
        job.Heap = null;
        if (ReferenceEquals(job, last))
            return;
        if (index > 0 && Before(last, _jobs[(index - 1) / 2]))
            Up(last, index);
        else
            Down(last, index);
    }

    private void Up(ScheduledJob job, int index)
    {
        while (index > 0 && Before(job, _jobs[(index - 1) / 2]))
        {
            Put(_jobs[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }

        Put(job, index);
    }

    private void Down(ScheduledJob job, int index)
    {
        while (true)
        {
            var child = (2 * index) + 1;
            if (child >= _jobs.Count)
                break;
            if (child + 1 < _jobs.Count && Before(_jobs[child + 1], _jobs[child]))
                child++;
            if (!Before(_jobs[child], job))
                break;
            Put(_jobs[child], index);
            index = child;
        }

        Put(job, index);
    }

    private void Put(ScheduledJob job, int index)
    {
        _jobs[index] = job;
        job.HeapIndex = index;
    }

    private static bool Before(ScheduledJob one, ScheduledJob other) =>
        one.Due < other.Due || (one.Due == other.Due && one.Configuration.Created < other.Configuration.Created);
}
