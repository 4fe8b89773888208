using System.Diagnostics.CodeAnalysis;
using Dhis2Grpc.Server.Errors;
using LiteDB;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>The database file with its writer and its model in memory. Requests that wait together share one
/// transaction, each decided on its own; all are answered when it is on disk.</summary>
internal sealed class LiteDbStore : IDisposable
{
    /// <summary>Log size at which the writer moves it into the data file.</summary>
    public const long CheckpointAt = 16 * 1024 * 1024;

    // A block of run news is one document, which LiteDB limits.
    private const long MaxBlock = 4 * 1024 * 1024;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly DataDirectoryLock _directory;
    private readonly WriteQueue _queue;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _fileReaders = new(4);
    private readonly WriteBatch _batch = new();
    private readonly WriteBatch _one = new();
    private LiteDbFile _file;
    private RunFiles _runs;
    private StoreModel _model;
    private StoreDraft _draft;
    private bool _broken;

    private LiteDbStore(string path, DataDirectoryLock directory, ILogger logger)
    {
        _path = path;
        _directory = directory;
        _logger = logger;
        Load();
        _queue = new(Write);
    }

    /// <summary>Opens the store of a data directory.</summary>
    /// <exception cref="StorageException">Another process holds the directory, or the file is damaged.</exception>
    public static LiteDbStore Open(string dataDirectory, TimeProvider time, ILogger logger)
    {
        var directory = Path.GetFullPath(dataDirectory);
        var held = DataDirectoryLock.Take(directory);
        try
        {
            ClearIncoming(directory);
            LiteDbRestore.Prepare(directory, time, logger);
            var path = Path.Combine(directory, LiteDbFile.FileName);
            // An orderly stop empties the log.
            if (new FileInfo(LiteDbFile.LogPath(path)) is { Exists: true, Length: > 0 } log)
                StorageLog.Recovering(logger, path, log.Length);
            var store = new LiteDbStore(path, held, logger);
            StorageLog.Opened(logger, store._path, store._model.Jobs.Count, store._model.Users.Count);
            return store;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Reads the model of what is on disk.</summary>
    public T Read<TState, T>(TState state, Func<StoreModel, TState, T> read)
    {
        lock (_gate)
            return read(_model, state);
    }

    /// <summary>Reads a document. The file is read by few at a time, and briefly, so that the log can be emptied.</summary>
    public async ValueTask<BsonDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken)
    {
        await _fileReaders.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Volatile.Read(ref _file).Find(collection, id);
        }
        catch (Exception e) when (e is LiteException or IOException or ObjectDisposedException)
        {
            throw Unavailable(e);
        }
        finally
        {
            _fileReaders.Release();
        }
    }

    /// <summary>Decides and writes. The answer comes when it is on disk.</summary>
    /// <param name="decide">Decides on the writer's thread, what changes; it must not block.</param>
    /// <param name="cancellationToken">Ends the wait for room in the queue; after that the change is carried out.</param>
    /// <exception cref="Dhis2Exception">UNAVAILABLE: the file cannot be written.</exception>
    public async ValueTask<T> WriteAsync<T>(Func<StoreDraft, T> decide, CancellationToken cancellationToken)
    {
        var request = new DecisionRequest<T>(decide);
        await _queue.AddAsync(request, cancellationToken).ConfigureAwait(false);
        return await request.Answer.ConfigureAwait(false);
    }

    /// <summary>Works on the file while nothing else is written.</summary>
    public async ValueTask<T> WorkAsync<T>(Func<Exclusive, T> work, CancellationToken cancellationToken)
    {
        var request = new WorkRequest<T>(work);
        await _queue.AddAsync(request, cancellationToken).ConfigureAwait(false);
        return await request.Answer.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Dispose();
        try
        {
            if (!_broken)
            {
                Fold();
                _file.Checkpoint();
            }

            _file.Dispose();
        }
        catch (Exception e) when (e is LiteException or IOException)
        {
            // Everything acknowledged is in the log; the next start reads it from there.
            StorageLog.CloseFailed(_logger, e, _path);
        }
        finally
        {
            _fileReaders.Dispose();
            _directory.Dispose();
        }
    }

    // Documents whose process was killed between making their file and taking its name away. The directory is ours by now.
    private static void ClearIncoming(string directory)
    {
        var incoming = new StorageOptions { DataDirectory = directory }.IncomingDirectory;
        if (Directory.Exists(incoming))
            Directory.Delete(incoming, recursive: true);
    }

    private void Write(IReadOnlyList<WriteRequest> group)
    {
        var start = 0;
        for (var i = 0; i < group.Count; i++)
        {
            if (!group[i].IsExclusive)
                continue;
            WriteTogether(group, start, i);
            WorkAlone(group[i]);
            start = i + 1;
        }

        WriteTogether(group, start, group.Count);
    }

    private void WriteTogether(IReadOnlyList<WriteRequest> group, int start, int end)
    {
        while (start < end && Usable(group, start, end))
        {
            var accepted = new List<WriteRequest>(end - start);
            _draft.Clear();
            _batch.Clear();
            for (; start < end && _batch.Log.Length < MaxBlock; start++)
            {
                if (Decide(group[start]))
                    accepted.Add(group[start]);
            }

            CommitBatch(accepted);
        }
    }

    private void CommitBatch(List<WriteRequest> accepted)
    {
        try
        {
            if (!_batch.IsEmpty)
            {
                _file.Commit(database =>
                {
                    _batch.WriteTo(database);
                    _runs.Append(database, _batch.Log);
                });
            }
        }
        catch (Exception e)
        {
            Reopen(e);
            accepted.ForEach(r => r.Fail(Unavailable(e)));
            return;
        }

        _runs.Appended(_batch.Log);
        lock (_gate)
        {
            foreach (var change in _draft.Changes)
                change.Apply(_model);
        }

        _draft.Clear();
        accepted.ForEach(r => r.Complete());
        Maintain();
    }

    // A request that fails leaves no trace, so that the others of its transaction do not notice.
    private bool Decide(WriteRequest request)
    {
        var before = _draft.Changes.Count;
        _one.Clear();
        try
        {
            request.Decide(_draft);
            for (var i = before; i < _draft.Changes.Count; i++)
                _draft.Changes[i].Stage(_one);
        }
        catch (Exception e)
        {
            _draft.TakeBack(before);
            request.Fail(e);
            return false;
        }

        _batch.Add(_one);
        return true;
    }

    private void WorkAlone(WriteRequest request)
    {
        if (!Usable([request], 0, 1))
            return;
        try
        {
            request.Work(new(this));
        }
        catch (Exception e)
        {
            Reopen(e);
            request.Fail(e is StorageException ? e : Unavailable(e));
            return;
        }

        request.Complete();
    }

    private void Maintain()
    {
        try
        {
            if (_runs.WantsFold)
                Fold();
            if (_file.LogLength >= CheckpointAt)
                _file.Checkpoint();
        }
        catch (Exception e)
        {
            Reopen(e);
        }
    }

    private void Fold()
    {
        if (!_runs.CanFold)
            return;
        var packs = _runs.Fold(_file, _model);
        lock (_gate)
        {
            _model.Recent.Clear();
            _model.Packs.AddRange(packs);
        }
    }

    // After a failed write neither LiteDB's caches nor the model can be trusted: start over from the file.
    private void Reopen(Exception cause)
    {
        StorageLog.WriteFailed(_logger, cause, _path);
        try
        {
            _file.Dispose();
        }
        catch (Exception e) when (e is LiteException or IOException or InvalidOperationException)
        {
            StorageLog.CloseFailed(_logger, e, _path);
        }

        try
        {
            Load();
            _broken = false;
        }
        catch (StorageException e)
        {
            _broken = true;
            StorageLog.ReopenFailed(_logger, e, _path);
        }
    }

    private bool Usable(IReadOnlyList<WriteRequest> group, int start, int end)
    {
        if (!_broken)
            return true;
        // The disk may have room again.
        Reopen(new StorageException($"The database {_path} is closed after a failure."));
        if (!_broken)
            return true;
        for (var i = start; i < end; i++)
            group[i].Fail(Unavailable(new StorageException($"The database {_path} is closed after a failure.")));
        return false;
    }

    [MemberNotNull(nameof(_file), nameof(_runs), nameof(_model), nameof(_draft))]
    private void Load()
    {
        var (file, model, runs) = LiteDbLoader.Load(_path);
        _draft = new(model);
        _runs = runs;
        Volatile.Write(ref _file!, file);
        lock (_gate)
            _model = model;
    }

    private Dhis2Exception Unavailable(Exception cause) => new(
        ErrorKind.Unavailable, $"The database {Path.GetFileName(_path)} cannot be written: {cause.Message}", inner: cause)
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    /// <summary>The file in the hands of one request.</summary>
    internal readonly struct Exclusive(LiteDbStore store)
    {
        /// <summary>The file.</summary>
        public LiteDbFile File => store._file;

        /// <summary>The model.</summary>
        public StoreModel Model => store._model;

        /// <summary>Moves recent runs into packs.</summary>
        public void Fold() => store.Fold();

        /// <summary>Moves the log into the data file, which is complete then.</summary>
        public void Checkpoint()
        {
            store.Fold();
            store._file.Checkpoint();
        }

        /// <summary>Replaces packs, which are written already.</summary>
        public void ReplacePacks(IReadOnlySet<RunPack> gone, IReadOnlyCollection<RunPack> added)
        {
            lock (store._gate)
            {
                store._model.Packs.RemoveAll(gone.Contains);
                store._model.Packs.AddRange(added);
            }
        }
    }
}
