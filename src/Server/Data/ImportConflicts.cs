using Dhis2.Common.V1;

namespace Dhis2Grpc.Server.Data;

/// <summary>Collects why entries were left out. Equal reasons are one conflict with several positions. Bounded: a document
/// that is wrong throughout costs no more memory than one with a few faults.</summary>
internal sealed class ImportConflicts
{
    /// <summary>Distinct conflicts that are reported; later ones only count.</summary>
    public const int MaxConflicts = 10_000;

    /// <summary>Positions that are reported for one conflict.</summary>
    public const int MaxIndexes = 100;

    /// <summary>Positions of rejected entries that are reported.</summary>
    public const int MaxRejected = 100_000;

    private readonly Dictionary<(string? Code, string Property, string Text), ImportConflict> _conflicts = [];
    private readonly List<int> _rejected = [];
    private int _lastRejected = -1;

    /// <summary>Entries that have a conflict.</summary>
    public int Rejected { get; private set; }

    /// <summary>Whether there is any conflict.</summary>
    public bool Any => _conflicts.Count > 0;

    /// <summary>Adds a conflict of an entry.</summary>
    /// <param name="index">Position of the entry, from 0.</param>
    /// <param name="code">DHIS2's error code, where there is one.</param>
    /// <param name="property">Member that conflicts.</param>
    /// <param name="text">What is wrong, in words.</param>
    /// <param name="objects">Members and values that the conflict is about; the first is the object.</param>
    public void Add(int index, string? code, string property, string text, params ReadOnlySpan<(string Member, string Value)> objects)
    {
        Reject(index);
        if (Find(code, property, text, objects) is { } conflict && conflict.Indexes.Count < MaxIndexes)
            conflict.Indexes.Add(index);
    }

    /// <summary>Adds a conflict of an entry of which DHIS2 tells only object and reason.</summary>
    /// <param name="index">Position of the entry, from 0; null when it is taken all the same.</param>
    /// <param name="subject">The object.</param>
    /// <param name="text">The reason.</param>
    public void AddPlain(int? index, string subject, string text)
    {
        if (index is { } rejected)
            Reject(rejected);
        if (_conflicts.Count < MaxConflicts)
            _conflicts.TryAdd((null, subject, text), new ImportConflict { Object = subject, Value = text });
    }

    /// <summary>Counts an entry whose conflict is not told, since too many are.</summary>
    public void AddUntold(int index) => Reject(index);

    /// <summary>Adds a conflict of the document as a whole.</summary>
    public void Add(string? code, string property, string text, params ReadOnlySpan<(string Member, string Value)> objects) =>
        Find(code, property, text, objects);

    /// <summary>Adds entries that were left out without a conflict, as the strategy asks.</summary>
    public void Reject(IReadOnlyCollection<int> indexes) => _rejected.AddRange(indexes.Take(MaxRejected - _rejected.Count));

    /// <summary>Writes the conflicts into a summary.</summary>
    public void WriteTo(ImportSummary summary)
    {
        summary.Conflicts.AddRange(_conflicts.Values);
        _rejected.Sort();
        summary.RejectedIndexes.AddRange(_rejected);
    }

    private void Reject(int index)
    {
        if (index == _lastRejected)
            return;
        _lastRejected = index;
        Rejected++;
        if (_rejected.Count < MaxRejected)
            _rejected.Add(index);
    }

    private ImportConflict? Find(string? code, string property, string text, ReadOnlySpan<(string Member, string Value)> objects)
    {
        if (_conflicts.TryGetValue((code, property, text), out var known))
            return known;
        if (_conflicts.Count >= MaxConflicts)
            return null;
        var conflict = new ImportConflict { Value = text };
        if (property.Length > 0)
            conflict.Property = property;
        if (code is not null)
            conflict.ErrorCode = code;
        foreach (var (member, value) in objects)
        {
            if (conflict.Objects.Count == 0)
                conflict.Object = value;
            conflict.Objects[member] = value;
        }
        return _conflicts[(code, property, text)] = conflict;
    }
}
