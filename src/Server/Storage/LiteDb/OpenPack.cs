namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Ended runs on their way to the history, packed already. Guarded as the model that it is part of; what
/// <see cref="Bytes"/> gave stays as it was.</summary>
internal sealed class OpenPack
{
    // About what a full pack of runs without news takes.
    private const int Capacity = 44 * 1024;

    private readonly PackedWriter _block = RunCodec.Begin(Capacity);
    private string? _first;
    private string? _last;
    private long _oldestEnd = long.MaxValue;
    private int _count;

    /// <summary>Whether no more is to be added.</summary>
    public bool IsFull => _count >= RunPack.MaxRuns || _block.Length >= RunPack.MaxBytes;

    /// <summary>What is in it.</summary>
    public RunPack Pack => new(_first!, _last!, _oldestEnd);

    /// <summary>The runs, as a block.</summary>
    public ReadOnlyMemory<byte> Bytes => _block.Memory;

    /// <summary>Adds a run.</summary>
    public void Add(StoredRun run)
    {
        var id = run.Claim.RunId;
        if (_first is null || string.CompareOrdinal(id, _first) < 0)
            _first = id;
        if (_last is null || string.CompareOrdinal(id, _last) > 0)
            _last = id;
        _oldestEnd = Math.Min(_oldestEnd, RunPack.EndOf(run));
        _count++;
        RunCodec.Write(_block, run);
    }
}
