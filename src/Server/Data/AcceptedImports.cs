using System.Collections.Concurrent;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Data;

/// <summary>The documents that were accepted and wait for the job that imports them, in a folder of the data directory, by UID
/// of the job. A document counts as accepted once its job is stored; files without a job are of senders that got no answer.</summary>
internal sealed class AcceptedImports(IOptions<StorageOptions> storage, IUserStore users)
{
    /// <summary>Ending of the file beside a document that tells how to import it.</summary>
    public const string OptionsEnding = ".json";

    private const string DocumentEnding = ".document";

    private readonly ConcurrentDictionary<string, bool> _waiting = new();

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    private string Folder => storage.Value.AcceptedDirectory;

    /// <summary>Whether the document of the job waits.</summary>
    public bool Waits(string job) => _waiting.ContainsKey(job);

    /// <summary>Begins to take in the document of a job.</summary>
    public IncomingImport Receive(string job)
    {
        Directory.CreateDirectory(Folder);
        return new IncomingImport(job, Path.Combine(Folder, job + DocumentEnding));
    }

    /// <summary>Brings a document that was taken in to the disk, with how it is to be imported.</summary>
    public async Task SaveAsync(IncomingImport import, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        await import.Document.SaveAsync(cancellationToken);
        await using var how = DocumentSpool.Create(Path.Combine(Folder, import.Uid + OptionsEnding));
        await how.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new(caller.Uid, options), AcceptedImportJson.Default.AcceptedImport), cancellationToken);
        await how.SaveAsync(cancellationToken);
        // The job may open it as soon as it is stored.
        await import.Document.DisposeAsync();
    }

    /// <summary>The document is now its job's.</summary>
    public void Accept(IncomingImport import)
    {
        import.Accepted = true;
        _waiting[import.Uid] = true;
    }

    /// <summary>Finds the documents that an earlier process left, and removes those of no job.</summary>
    public void Load(IReadOnlySet<string> jobs)
    {
        if (!Directory.Exists(Folder))
            return;
        foreach (var file in Directory.EnumerateFiles(Folder))
        {
            var job = Path.GetFileNameWithoutExtension(file);
            if (!jobs.Contains(job))
                File.Delete(file);
            else if (Path.GetExtension(file) == DocumentEnding)
                _waiting[job] = true;
        }
    }

    /// <summary>Opens the document of a job; null when there is none.</summary>
    /// <exception cref="Dhis2Exception">Who sent it is no longer known, or disabled (Conflict).</exception>
    public async Task<WaitingImport?> OpenAsync(string job, CancellationToken cancellationToken)
    {
        if (!Waits(job))
            return null;
        var text = await File.ReadAllBytesAsync(Path.Combine(Folder, job + OptionsEnding), cancellationToken);
        var how = JsonSerializer.Deserialize(text, AcceptedImportJson.Default.AcceptedImport)!;
        return await users.FindAsync(how.Caller, cancellationToken) is { Disabled: false } caller
            ? new WaitingImport(DocumentSpool.Open(Path.Combine(Folder, job + DocumentEnding)), how.Options with { Receipt = job }, caller)
            : throw new Dhis2Exception(ErrorKind.Conflict, "The user who sent the document is no longer known, or disabled.");
    }

    /// <summary>Removes the document of a job that came to its end.</summary>
    public void Remove(string job)
    {
        if (!Directory.Exists(Folder))
            return;
        // In this order: what is left of a removal that was cut short is removed with the job.
        File.Delete(Path.Combine(Folder, job + DocumentEnding));
        File.Delete(Path.Combine(Folder, job + OptionsEnding));
        _waiting.TryRemove(job, out _);
    }
}
