namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Opens the file and reads into memory what is kept there.</summary>
internal static class LiteDbLoader
{
    /// <summary>What brings a file from layout n + 1 to n + 2, in order.</summary>
    private static readonly Action<LiteDbFile>[] Upgrades = [];

    private const int DecodeAtOnce = 4_096;

    /// <summary>Opens and reads.</summary>
    /// <exception cref="StorageException">The file is damaged, or a newer server wrote it.</exception>
    public static (LiteDbFile File, StoreModel Model, RunFiles Runs) Load(string path) => Load(path, Upgrades);

    /// <summary>Opens, brings to the newest layout, and reads.</summary>
    public static (LiteDbFile File, StoreModel Model, RunFiles Runs) Load(string path, IReadOnlyList<Action<LiteDbFile>> upgrades)
    {
        var file = LiteDbFile.Open(path);
        try
        {
            Upgrade(file, upgrades);
            var model = new StoreModel();
            // Decoding takes longer than reading, and can use all cores.
            foreach (var documents in file.ReadAll(Documents.Jobs).Chunk(DecodeAtOnce))
            {
                foreach (var job in documents.AsParallel().Select(Documents.ReadJob))
                    model.Put(job);
            }

            foreach (var document in file.ReadAll(Documents.Users))
                model.Put(Documents.ReadUser(document));
            foreach (var document in file.ReadAll(Documents.Settings))
                model.Settings[document["_id"].AsString] = document["value"].AsString;
            foreach (var document in file.ReadAll(Documents.RunErrors))
                model.RunErrors[document["_id"].AsString] = Documents.ReadErrors(document);
            var runs = RunFiles.Load(file, model);
            // LiteDB never lets go of pages that it has read. What is needed of them is in the model now.
            file.Dispose();
            file = LiteDbFile.Open(path);
            return (file, model, runs);
        }
        catch (Exception e)
        {
            file.Dispose();
            throw LiteDbFile.Damaged(path, e);
        }
    }

    private static void Upgrade(LiteDbFile file, IReadOnlyList<Action<LiteDbFile>> upgrades)
    {
        var newest = upgrades.Count + 1;
        var version = file.Version;
        if (version > newest)
        {
            throw new StorageException(
                $"The database {file.Path} was written by a newer server (layout {version}, this one knows {newest}). "
                + "Start that server, or go back to a backup.");
        }

        if (version == newest)
            return;
        if (version > 0)
        {
            var backups = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(file.Path)!, LiteDbBackups.DirectoryName)).FullName;
            file.Checkpoint();
            LiteDbBackups.Copy(file.Path, Path.Combine(backups, $"before-layout-{newest}.litedb"));
            foreach (var upgrade in upgrades.Skip(version - 1))
                upgrade(file);
        }

        file.Version = newest;
    }
}
