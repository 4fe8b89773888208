namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Jobs by when they are due, the earliest first, among equals the oldest job. Every job knows its place, so
/// that a change of one leaves nothing behind. Not thread-safe.</summary>
internal sealed class DueHeap
{
    // A heap of instants, not of jobs: thousands are due at the same second, and moving one of them past the others
    // would touch jobs all over the memory. Four children to a node, and the times beside each other in one array.
    private const int Arity = 4;
    private const int MaxSpare = 8;

    private readonly List<Entry> _entries = [];
    private readonly Dictionary<long, DueSlot> _slots = [];
    private readonly Stack<DueSlot> _spare = [];

    /// <summary>Number of jobs.</summary>
    public int Count { get; private set; }

    /// <summary>The earliest; null when there is none.</summary>
    public ScheduledJob? First => _entries.Count == 0 ? null : _entries[0].Slot.First;

    /// <summary>Adds a job that is in no heap; its <see cref="ScheduledJob.Due"/> must not change while it is in one.</summary>
    public void Add(ScheduledJob job)
    {
        var due = job.Due.UtcTicks;
        if (!_slots.TryGetValue(due, out var slot))
        {
            slot = _spare.TryPop(out var spare) ? spare : new DueSlot();
            _slots.Add(due, slot);
            var entry = new Entry(due, slot);
            _entries.Add(entry);
            Up(entry, _entries.Count - 1);
        }

        job.Heap = this;
        slot.Add(job);
        Count++;
    }

    /// <summary>Takes a job out.</summary>
    public void Remove(ScheduledJob job)
    {
        var due = job.Due.UtcTicks;
        var slot = _slots[due];
        slot.Remove(job);
        job.Heap = null;
        Count--;
        if (slot.Count > 0)
            return;
        _slots.Remove(due);
        RemoveAt(slot.Place);
        if (_spare.Count < MaxSpare)
            _spare.Push(slot);
    }

    private void RemoveAt(int index)
    {
        var last = _entries[^1];
        _entries.RemoveAt(_entries.Count - 1);
        if (index == _entries.Count)
            return;
        if (index > 0 && last.Due < _entries[(index - 1) / Arity].Due)
            Up(last, index);
        else
            Down(last, index);
    }

    private void Up(Entry entry, int index)
    {
        while (index > 0)
        {
            var parent = (index - 1) / Arity;
            if (entry.Due >= _entries[parent].Due)
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
                if (_entries[child].Due < _entries[least].Due)
                    least = child;
            }

            if (_entries[least].Due >= entry.Due)
                break;
            Put(_entries[least], index);
            index = least;
        }

        Put(entry, index);
    }

    private void Put(Entry entry, int index)
    {
        _entries[index] = entry;
        entry.Slot.Place = index;
    }

    private readonly record struct Entry(long Due, DueSlot Slot);
}
