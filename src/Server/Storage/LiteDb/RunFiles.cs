using System.Globalization;
using LiteDB;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>How runs and states lie in the file. News goes to a log, one document per transaction; when the log is
/// long enough, it is folded: states into documents of many states each, ended runs into packs, and the log starts over
/// in the same documents. So a run costs a few packed bytes, twice, and a share of the fold.</summary>
internal sealed class RunFiles
{
    /// <summary>Collection of progress that is too large to lie in its run's record.</summary>
    public const string ProgressCollection = "runProgress";

    /// <summary>The log is folded when it holds so many entries.</summary>
    public const int FoldAt = 131_072;

    // Each transaction takes one document; this bounds how many are scanned at open.
    private const int MaxBlocks = 8_192;
    private const string LogCollection = "runLog";
    private const string StateCollection = "jobStates";
    private const string SnapshotCollection = "runSnapshot";
    private const string SnapshotId = "snapshot";
    private const uint Buckets = 512;

    // LiteDB limits a document.
    private const int SnapshotPart = 1024 * 1024;

    // Bytes of a packed state, about.
    private const int StateSize = 64;

    private static readonly string[] UndividedSnapshot = ["running", "latest"];

    private readonly HashSet<uint> _changedBuckets = [];
    private long _epoch;
    private int _block;
    private int _entries;

    /// <summary>Whether the log should be folded.</summary>
    public bool WantsFold => _entries >= FoldAt || _block >= MaxBlocks;

    /// <summary>Whether there is anything to fold.</summary>
    public bool CanFold => _entries > 0;

    /// <summary>Reads runs and states into a model that has its configurations.</summary>
    public static RunFiles Load(LiteDbFile file, StoreModel model)
    {
        var files = new RunFiles();
        foreach (var document in file.ReadAll(StateCollection))
        {
            var reader = RunCodec.Open(document["states"].AsBinary);
            while (!reader.AtEnd)
            {
                var state = RunCodec.ReadState(ref reader);
                model.Jobs.GetValueOrDefault(state.JobUid)?.Restore(state);
            }
        }

        if (file.Find(SnapshotCollection, SnapshotId) is { } snapshot)
        {
            files._epoch = snapshot["epoch"].AsInt64;
            foreach (var part in snapshot["parts"].AsArray ?? [])
                Take(file.Find(SnapshotCollection, part)!["runs"].AsBinary, model);
            // As it was before there were parts.
            foreach (var part in UndividedSnapshot.Where(snapshot.ContainsKey))
                Take(snapshot[part].AsBinary, model);
        }

        foreach (var id in file.ReadIds(RunPack.Collection))
            model.Packs.Add(RunPack.Parse(id));
        files.Replay(file, model);
        return files;
    }

    /// <summary>Writes a transaction's news.</summary>
    public void Append(LiteDatabase database, RunLogBlock block)
    {
        if (block.Count == 0)
            return;
        database.GetCollection(LogCollection).Upsert(
            new BsonDocument { ["_id"] = _block, ["epoch"] = _epoch, ["news"] = block.ToArray() });
    }

    /// <summary>Counts news that was written.</summary>
    public void Appended(RunLogBlock block)
    {
        if (block.Count == 0)
            return;
        _block++;
        _entries += block.Count;
        foreach (var uid in block.JobUids)
            StateChanged(uid);
    }

    /// <summary>Takes in a state that is not in the log.</summary>
    public void Import(Scheduling.JobState state, StoreModel model)
    {
        model.Jobs.GetValueOrDefault(state.JobUid)?.Restore(state);
        StateChanged(state.JobUid);
    }

    /// <summary>Writes progress that lies in a document of its own.</summary>
    public static void PutProgress(WriteBatch batch, StoredRun run) =>
        batch.Put(ProgressCollection, new() { ["_id"] = run.Claim.RunId, ["progress"] = run.Progress.Bytes });

    /// <summary>Folds the log, in one transaction.</summary>
    /// <returns>The packs made of the model's recent runs.</returns>
    public List<RunPack> Fold(LiteDbFile file, StoreModel model)
    {
        var packs = new List<RunPack>();
        file.Commit(database =>
        {
            WriteStates(database, model);
            var history = database.GetCollection(RunPack.Collection);
            foreach (var pack in model.Recent.Packs)
            {
                packs.Add(pack.Pack);
                history.Upsert(PackDocument(pack));
            }

            WriteSnapshot(database, model);
        });
        _epoch++;
        _block = 0;
        _entries = 0;
        _changedBuckets.Clear();
        return packs;
    }

    /// <summary>A pack as document.</summary>
    public static BsonDocument PackDocument(OpenPack pack) => new() { ["_id"] = pack.Pack.Id, ["runs"] = pack.Bytes.ToArray() };

    private void WriteSnapshot(LiteDatabase database, StoreModel model)
    {
        var snapshots = database.GetCollection(SnapshotCollection);
        var parts = new BsonArray();
        var block = RunCodec.Begin(SnapshotPart);
        foreach (var run in model.Running.Values.Concat(model.Latest.Values))
        {
            RunCodec.Write(block, run);
            if (block.Length >= SnapshotPart)
                PutPart();
        }

        PutPart();
        snapshots.Upsert(new BsonDocument { ["_id"] = SnapshotId, ["epoch"] = _epoch + 1, ["parts"] = parts });

        void PutPart()
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"part{parts.Count}");
            snapshots.Upsert(new BsonDocument { ["_id"] = id, ["runs"] = block.Span.ToArray() });
            parts.Add(id);
            block = RunCodec.Begin(SnapshotPart);
        }
    }

    private static void Take(byte[] block, StoreModel model)
    {
        foreach (var run in RunCodec.Unpack(block))
        {
            if (run.IsRunning)
                model.PutRunning(run);
            else
                model.Latest[run.Claim.Type] = run;
        }
    }

    // Stable for ever: it decides in which document a state lies.
    private static uint BucketOf(string uid)
    {
        var hash = 2166136261u;
        foreach (var c in uid)
            hash = (hash ^ c) * 16777619u;
        return hash % Buckets;
    }

    private void StateChanged(string jobUid) => _changedBuckets.Add(BucketOf(jobUid));

    private void WriteStates(LiteDatabase database, StoreModel model)
    {
        if (_changedBuckets.Count == 0)
            return;
        var capacity = (int)(model.Jobs.Count / Buckets * StateSize) + StateSize;
        var blocks = new PackedWriter?[Buckets];
        foreach (var bucket in _changedBuckets)
            blocks[bucket] = RunCodec.Begin(capacity);
        foreach (var (uid, job) in model.Jobs)
        {
            if (job.HasState && blocks[BucketOf(uid)] is { } block)
                job.WriteState(block);
        }

        var states = database.GetCollection(StateCollection);
        foreach (var bucket in _changedBuckets)
            states.Upsert(new BsonDocument { ["_id"] = (int)bucket, ["states"] = blocks[bucket]!.Span.ToArray() });
    }

    private void Replay(LiteDbFile file, StoreModel model)
    {
        // Documents of an earlier epoch wait to be written over.
        var blocks = file.ReadAll(LogCollection).Where(d => d["epoch"].AsInt64 == _epoch).OrderBy(d => d["_id"].AsInt32);
        foreach (var document in blocks)
        {
            if (document["_id"].AsInt32 != _block)
                throw new InvalidDataException($"the run log lacks its block {_block}");
            _entries += RunLogBlock.Replay(document["news"].AsBinary, model, StateChanged);
            _block++;
        }
    }
}
