namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>The run news of one transaction, packed: runs as they now are, and jobs whose state is gone.</summary>
internal sealed class RunLogBlock : IDisposable
{
    private const byte RunEntry = 1;
    private const byte DeletedJobEntry = 2;

    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _writer;

    public RunLogBlock() => _writer = new(_bytes);

    /// <summary>Number of entries.</summary>
    public int Count => JobUids.Count;

    /// <summary>Size in bytes.</summary>
    public long Length => _bytes.Length;

    /// <summary>The job of each entry.</summary>
    public List<string> JobUids { get; } = [];

    /// <summary>Adds a run.</summary>
    public void Add(StoredRun run)
    {
        JobUids.Add(run.Run.JobUid);
        _writer.Write(RunEntry);
        RunCodec.Write(_writer, run);
    }

    /// <summary>Adds a deleted job.</summary>
    public void AddDeletedJob(string uid)
    {
        JobUids.Add(uid);
        _writer.Write(DeletedJobEntry);
        _writer.Write(uid);
    }

    /// <summary>Adds all of another block.</summary>
    public void Add(RunLogBlock other)
    {
        other._bytes.WriteTo(_bytes);
        JobUids.AddRange(other.JobUids);
    }

    /// <summary>The block's bytes.</summary>
    public byte[] ToArray()
    {
        using var block = new MemoryStream((int)_bytes.Length + 1);
        using var writer = RunCodec.Begin(block);
        _bytes.WriteTo(block);
        return block.ToArray();
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _bytes.SetLength(0);
        JobUids.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>Takes a block's news into a model.</summary>
    /// <param name="block">Bytes.</param>
    /// <param name="model">Where to.</param>
    /// <param name="stateChanged">Hears the UID of each job whose state changes.</param>
    /// <returns>Number of entries.</returns>
    public static int Replay(byte[] block, StoreModel model, Action<string> stateChanged)
    {
        using var reader = RunCodec.Open(block);
        var count = 0;
        for (; !RunCodec.AtEnd(reader); count++)
        {
            switch (reader.ReadByte())
            {
                case RunEntry:
                    var run = RunCodec.ReadRun(reader);
                    model.Put(run);
                    stateChanged(run.Run.JobUid);
                    break;
                case DeletedJobEntry:
                    var uid = reader.ReadString();
                    model.States.Remove(uid);
                    stateChanged(uid);
                    break;
                case var kind:
                    throw new InvalidDataException($"a block of runs has an entry of the unknown kind {kind}");
            }
        }

        return count;
    }
}
