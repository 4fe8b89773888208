using System.Globalization;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>The way back: a backup put into the data directory under a fixed name takes the database's place at the
/// next start. What was there is kept among the backups.</summary>
internal static class LiteDbRestore
{
    /// <summary>Name under which a copy of the database is restored.</summary>
    public const string DatabaseName = "dhis2.restore.litedb";

    /// <summary>Name under which an export is restored.</summary>
    public const string ExportName = "dhis2.restore.jsonl.gz";

    private const string StampFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const string ImportingName = "restoring.litedb";

    /// <summary>Makes the database ready to open, and logs what it will be.</summary>
    /// <exception cref="StorageException">An export is damaged, or a log lies there without its database.</exception>
    public static void Prepare(string directory, TimeProvider time, ILogger logger)
    {
        var path = Path.Combine(directory, LiteDbFile.FileName);
        var copy = Path.Combine(directory, DatabaseName);
        var export = Path.Combine(directory, ExportName);
        if (File.Exists(export))
            Replace(path, Import(directory, export), export, time, logger);
        else if (File.Exists(copy))
            Replace(path, copy, copy, time, logger);
        else if (!File.Exists(path) && File.Exists(LiteDbFile.LogPath(path)) && new FileInfo(LiteDbFile.LogPath(path)).Length > 0)
            throw new StorageException($"The database {path} is missing, but its log is there. Put it back, or move {LiteDbFile.LogPath(path)} away to start empty.");
        else if (!File.Exists(path))
            StorageLog.Created(logger, path);
    }

    /// <summary>A time as part of a file name, in order.</summary>
    public static string Stamp(TimeProvider time) =>
        time.GetUtcNow().ToString(StampFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads such a time; null when it is none.</summary>
    public static DateTimeOffset? ReadStamp(string stamp) =>
        DateTimeOffset.TryParseExact(stamp, StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string Import(string directory, string export)
    {
        var importing = Path.Combine(directory, ImportingName);
        File.Delete(importing);
        File.Delete(LiteDbFile.LogPath(importing));
        StoreExport.Import(export, importing);
        File.Delete(LiteDbFile.LogPath(importing));
        return importing;
    }

    private static void Replace(string path, string replacement, string source, TimeProvider time, ILogger logger)
    {
        var backups = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(path)!, LiteDbBackups.DirectoryName)).FullName;
        var kept = Path.Combine(backups, $"replaced-{Stamp(time)}.litedb");
        // The log first: left behind, it would be applied to the restored database.
        MoveIfThere(LiteDbFile.LogPath(path), LiteDbFile.LogPath(kept));
        MoveIfThere(path, kept);
        File.Move(replacement, path);
        if (source != replacement)
            File.Move(source, Path.Combine(backups, $"restored-{Stamp(time)}.jsonl.gz"));
        StorageLog.Restored(logger, path, source, kept);
    }

    private static void MoveIfThere(string from, string to)
    {
        if (File.Exists(from))
            File.Move(from, to, overwrite: true);
    }
}
