namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>The run news of one transaction, packed: runs as they now are, and jobs whose state is gone.</summary>
internal sealed class RunLogBlock
{
    private const byte RunEntry = 1;
    private const byte DeletedJobEntry = 2;
    private const byte RunEndEntry = 3;

    private readonly PackedWriter _block = RunCodec.Begin(64 * 1024);
    private readonly int _start;

    public RunLogBlock() => _start = _block.Length;

    /// <summary>Number of entries.</summary>
    public int Count => JobUids.Count;

    /// <summary>Size in bytes.</summary>
    public long Length => _block.Length;

    /// <summary>The job of each entry.</summary>
    public List<string> JobUids { get; } = [];

    /// <summary>Adds a run.</summary>
    public void Add(StoredRun run)
    {
        JobUids.Add(run.Claim.JobUid);
        if (run.EndsClaim)
        {
            _block.Write(RunEndEntry);
            RunCodec.WriteEnd(_block, run);
        }
        else
        {
            _block.Write(RunEntry);
            RunCodec.Write(_block, run);
        }
    }

    /// <summary>Adds a deleted job.</summary>
    public void AddDeletedJob(string uid)
    {
        JobUids.Add(uid);
        _block.Write(DeletedJobEntry);
        _block.Write(uid);
    }

    /// <summary>Adds all of another block.</summary>
    public void Add(RunLogBlock other)
    {
        _block.Write(other._block.Span[_start..]);
        JobUids.AddRange(other.JobUids);
    }

    /// <summary>The block's bytes.</summary>
    public byte[] ToArray() => _block.Span.ToArray();

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _block.Clear(_start);
        JobUids.Clear();
    }

    /// <summary>Takes a block's news into a model.</summary>
    /// <param name="block">Bytes.</param>
    /// <param name="model">Where to.</param>
    /// <param name="stateChanged">Hears the UID of each job whose state changes.</param>
    /// <returns>Number of entries.</returns>
    public static int Replay(byte[] block, StoreModel model, Action<string> stateChanged)
    {
        var reader = RunCodec.Open(block);
        var count = 0;
        for (; !reader.AtEnd; count++)
        {
            switch (reader.ReadByte())
            {
                case RunEntry:
                    var run = RunCodec.ReadRun(ref reader);
                    model.Put(run);
                    stateChanged(run.Claim.JobUid);
                    break;
                case RunEndEntry:
                    var ended = RunCodec.ReadEnd(ref reader, model.Running.GetValueOrDefault);
                    model.Put(ended);
                    stateChanged(ended.Claim.JobUid);
                    break;
                case DeletedJobEntry:
                    var uid = reader.ReadText()!;
                    model.Jobs.GetValueOrDefault(uid)?.Restore(null);
                    stateChanged(uid);
                    break;
                case var kind:
                    throw new InvalidDataException($"a block of runs has an entry of the unknown kind {kind}");
            }
        }

        return count;
    }
}
