namespace Dhis2Grpc.Server.Scheduling;

/// <summary>The jobs of a <see cref="DueHeap"/> that are due at one instant.</summary>
internal sealed class DueSlot
{
    // The oldest is last, where taking it out moves nothing; put in order only when asked for.
    private readonly List<(long Created, ScheduledJob Job)> _jobs = [];
    private bool _ordered = true;

    /// <summary>Its place in the heap.</summary>
    public int Place { get; set; }

    /// <summary>Number of jobs.</summary>
    public int Count => _jobs.Count;

    /// <summary>The oldest job; there must be one.</summary>
    public ScheduledJob First
    {
        get
        {
            if (!_ordered)
                Order();
            return _jobs[^1].Job;
        }
    }

    /// <summary>Adds a job.</summary>
    public void Add(ScheduledJob job)
    {
        var created = job.Configuration.Created.UtcTicks;
        _ordered &= _jobs.Count == 0 || created <= _jobs[^1].Created;
        Put(_jobs.Count, (created, job));
    }

    /// <summary>Takes a job out.</summary>
    public void Remove(ScheduledJob job)
    {
        var last = _jobs[^1];
        _jobs.RemoveAt(_jobs.Count - 1);
        if (!ReferenceEquals(last.Job, job))
        {
            _ordered = false;
            Put(job.HeapIndex, last);
        }

        _ordered |= _jobs.Count == 0;
    }

    private void Order()
    {
        _jobs.Sort(static (a, b) => b.Created.CompareTo(a.Created));
        for (var i = 0; i < _jobs.Count; i++)
            _jobs[i].Job.HeapIndex = i;
        _ordered = true;
    }

    private void Put(int index, (long Created, ScheduledJob Job) entry)
    {
        entry.Job.HeapIndex = index;
        if (index == _jobs.Count)
            _jobs.Add(entry);
        else
            _jobs[index] = entry;
    }
}
