namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Holds a data directory for this process, since two processes that open the same files lose data without
/// noticing. The operating system releases it when the process ends, however it ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    /// <summary>Name of the lock file.</summary>
    public const string FileName = "dhis2.lock";

    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the directory, which is made when missing.</summary>
    /// <exception cref="StorageException">Another process holds it, or it cannot be written.</exception>
    public static DataDirectoryLock Take(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            Directory.CreateDirectory(directory);
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageException($"The data directory {directory} cannot be written: {e.Message}", e);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new StorageException(
                $"The data directory {directory} is in use by another process, which holds {path}. Stop that server, "
                + "or give this one a directory of its own with the setting Dhis2__DataDirectory.",
                e);
        }
        catch (IOException e)
        {
            throw new StorageException($"The data directory {directory} cannot be used: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
