using LiteDB;
using LiteDB.Engine;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>The open database file and its log. One thread writes; any thread may read one document at a time.</summary>
internal sealed class LiteDbFile : IDisposable
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string FileName = "dhis2.litedb";

    private const int PageSize = 8192;
    private const int LastPageAt = 64;

    private readonly DurableStream _data;
    private readonly DurableLogStream _log;
    private readonly LiteDatabase _database;

    private LiteDbFile(string path, DurableStream data, DurableLogStream log, LiteDatabase database)
    {
        Path = path;
        _data = data;
        _log = log;
        _database = database;
    }

    /// <summary>Path of the data file.</summary>
    public string Path { get; }

    /// <summary>Bytes in the log.</summary>
    public long LogLength => _log.Length;

    /// <summary>Version of the layout; 0 in a new file.</summary>
    public int Version
    {
        get => _database.UserVersion;
        set => _log.WriteTransaction(() => _database.UserVersion = value);
    }

    /// <summary>Path of the log that belongs to a data file.</summary>
    public static string LogPath(string path) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, System.IO.Path.GetFileNameWithoutExtension(path) + "-log.litedb");

    /// <summary>Opens the file, which is made when missing.</summary>
    /// <exception cref="StorageException">It is damaged.</exception>
    public static LiteDbFile Open(string path)
    {
        DurableStream? data = null;
        DurableLogStream? log = null;
        LiteEngine? engine = null;
        try
        {
            data = new(path);
            log = new(LogPath(path));
            RefuseTruncated(data, log);
            // Ordinal: LiteDB's default takes UIDs that differ only by case for one.
            engine = new(new EngineSettings { DataStream = data, LogStream = log, Collation = Collation.Binary });
            var database = new LiteDatabase(engine);
            // Pragmas are written; only a new file lacks them.
            if (!database.UtcDate)
                log.WriteTransaction(() => database.UtcDate = true);
            // Its own checkpoints give up when somebody reads; the writer's do not.
            if (database.CheckpointSize != 0)
                log.WriteTransaction(() => database.CheckpointSize = 0);
            return new(path, data, log, database);
        }
        catch (Exception e)
        {
            engine?.Dispose();
            data?.Dispose();
            log?.Dispose();
            throw Damaged(path, e);
        }
    }

    /// <summary>The error for a file that cannot be read, with the way back.</summary>
    public static StorageException Damaged(string path, Exception cause) => cause as StorageException ?? new StorageException(
        $"The database {path} cannot be read: {cause.Message.TrimEnd('.')}. To go back to a backup, copy one from the directory "
        + $"{LiteDbBackups.DirectoryName} beside it to {LiteDbRestore.DatabaseName} or {LiteDbRestore.ExportName} in "
        + "the data directory and start again; the damaged file is kept.",
        cause);

    /// <summary>Does writes, at least one, in one transaction, on disk when it returns.</summary>
    public void Commit(Action<LiteDatabase> writes)
    {
        _database.BeginTrans();
        try
        {
            writes(_database);
            _log.WriteTransaction(() => _database.Commit());
        }
        catch
        {
            TryRollback();
            throw;
        }
    }

    /// <summary>Reads a document; null when there is none.</summary>
    public BsonDocument? Find(string collection, BsonValue id) => _database.GetCollection(collection).FindById(id);

    /// <summary>Reads a whole collection.</summary>
    public IEnumerable<BsonDocument> ReadAll(string collection) => _database.GetCollection(collection).FindAll();

    /// <summary>Reads the ids of a collection, without its documents.</summary>
    public IEnumerable<string> ReadIds(string collection) =>
        _database.GetCollection(collection).Query().Select("$._id").ToEnumerable().Select(d => d["_id"].AsString);

    /// <summary>Moves the log into the data file.</summary>
    public void Checkpoint() => _database.Checkpoint();

    /// <inheritdoc/>
    public void Dispose()
    {
        _database.Dispose();
        _data.Dispose();
        _log.Dispose();
    }

    private static void RefuseTruncated(DurableStream data, DurableLogStream log)
    {
        // With a log, a checkpoint may have been cut short; LiteDB repeats it.
        if (data.Length == 0 || log.Length > 0)
            return;
        var header = new byte[LastPageAt + sizeof(uint)];
        if (data.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || data.Length < (BitConverter.ToUInt32(header, LastPageAt) + 1L) * PageSize)
        {
            throw new InvalidDataException("its end is missing");
        }

        data.Position = 0;
    }

    private void TryRollback()
    {
        try
        {
            _database.Rollback();
        }
        catch (Exception e) when (e is LiteException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The engine closes itself on some failures; the first failure is the one to tell.
        }
    }
}
