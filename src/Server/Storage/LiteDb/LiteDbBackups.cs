using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Keeps dated copies of the database, one a day and the latest few, each as a database and as JSON.</summary>
internal sealed class LiteDbBackups(
    LiteDbStore store, IOptions<StorageOptions> options, TimeProvider time, ILogger<LiteDbBackups> logger) : BackgroundService
{
    /// <summary>Directory of the backups in the data directory.</summary>
    public const string DirectoryName = "backups";

    /// <summary>So many are kept.</summary>
    public const int Kept = 7;

    private const string Prefix = "dhis2-";
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    private readonly string _directory = Path.Combine(Path.GetFullPath(options.Value.DataDirectory), DirectoryName);
    private readonly PeriodicTimer _hours = new(TimeSpan.FromHours(1), time);
    private DateTimeOffset _latest = Latest(Path.Combine(Path.GetFullPath(options.Value.DataDirectory), DirectoryName), time);

    /// <summary>Writes a backup now.</summary>
    /// <returns>Paths of the database and of the export.</returns>
    public async ValueTask<(string Database, string Export)> BackUpAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_directory);
        var name = Path.Combine(_directory, Prefix + LiteDbRestore.Stamp(time));
        var (database, export) = (name + ".litedb", name + ".jsonl.gz");
        var unfinished = Path.Combine(_directory, "unfinished.litedb");
        await store.WorkAsync(
            file =>
            {
                // Without a log the one file is all.
                file.Checkpoint();
                Copy(file.File.Path, unfinished);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        var unfinishedExport = Path.Combine(_directory, "unfinished.jsonl.gz");
        // Reading the copy for the export proves that it can be read.
        await Task.Run(() => StoreExport.Export(unfinished, unfinishedExport, cancellationToken), cancellationToken).ConfigureAwait(false);
        File.Delete(LiteDbFile.LogPath(unfinished));
        File.Move(unfinished, database, overwrite: true);
        File.Move(unfinishedExport, export, overwrite: true);
        Retain(".litedb");
        Retain(".jsonl.gz");
        StorageLog.BackedUp(logger, database, export);
        return (database, export);
    }

    /// <summary>Copies a file, on disk when it returns.</summary>
    public static void Copy(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        File.Delete(to);
        using var target = new DurableStream(to);
        source.CopyTo(target);
        target.Sync();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _hours.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _hours.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            var now = time.GetUtcNow();
            if (now - _latest < Every)
                continue;
            try
            {
                await BackUpAsync(stoppingToken).ConfigureAwait(false);
                _latest = now;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                StorageLog.BackupFailed(logger, e);
            }
        }
    }

    // Without any, the first is due a day after the start: a server that was just started has other things to do.
    private static DateTimeOffset Latest(string directory, TimeProvider time) => Directory.Exists(directory)
        && Directory.GetFiles(directory, Prefix + "*.litedb").Select(f => LiteDbRestore.ReadStamp(Path.GetFileNameWithoutExtension(f)[Prefix.Length..])).Max() is { } latest
            ? latest
            : time.GetUtcNow();

    private void Retain(string extension)
    {
        foreach (var old in Directory.GetFiles(_directory, Prefix + "*" + extension).OrderDescending(StringComparer.Ordinal).Skip(Kept))
            File.Delete(old);
    }
}
