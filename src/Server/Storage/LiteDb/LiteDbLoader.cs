namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Opens the file and reads into memory what is kept there.</summary>
internal static class LiteDbLoader
{
    /// <summary>Version of the layout that this server writes.</summary>
    public const int Version = 1;

    /// <summary>Opens and reads.</summary>
    /// <exception cref="StorageException">The file is damaged, or a newer server wrote it.</exception>
    public static (LiteDbFile File, StoreModel Model, RunFiles Runs) Load(string path)
    {
        var file = LiteDbFile.Open(path);
        try
        {
            if (file.Version > Version)
            {
                throw new StorageException(
                    $"The database {path} was written by a newer server (layout {file.Version}, this one knows {Version}). "
                    + "Start that server, or go back to a backup.");
            }

            if (file.Version == 0)
                file.Version = Version;
            var model = new StoreModel();
            foreach (var document in file.ReadAll(Documents.Jobs))
                model.Put(Documents.ReadJob(document));
            foreach (var document in file.ReadAll(Documents.Users))
                model.Put(Documents.ReadUser(document));
            foreach (var document in file.ReadAll(Documents.Settings))
                model.Settings[document["_id"].AsString] = document["value"].AsString;
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
}
