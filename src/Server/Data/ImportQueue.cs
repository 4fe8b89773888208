using System.Collections.Concurrent;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Data;

/// <summary>Documents that were taken in and wait for the job that imports them, by UID of the job.</summary>
internal sealed class ImportQueue(IOptions<StorageOptions> storage)
{
    private readonly ConcurrentDictionary<string, WaitingImport> _waiting = new();

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Takes a document in.</summary>
    public async Task<WaitingImport> TakeInAsync(Stream document, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        var spool = new DocumentSpool(storage.Value);
        try
        {
            await spool.CopyFromAsync(document, cancellationToken);
            return new WaitingImport(spool, options, caller);
        }
        catch
        {
            await spool.DisposeAsync();
            throw;
        }
    }

    /// <summary>Keeps a document for a job.</summary>
    public void Add(string job, WaitingImport import) => _waiting[job] = import;

    /// <summary>Gives up the document of a job; the taker disposes it. Null when there is none, as after a restart.</summary>
    public WaitingImport? Take(string job) => _waiting.TryRemove(job, out var import) ? import : null;
}

/// <summary>A document that waits.</summary>
/// <param name="Document">The document.</param>
/// <param name="Options">How to import it.</param>
/// <param name="Caller">Who sent it.</param>
internal sealed record WaitingImport(DocumentSpool Document, DataImportOptions Options, User Caller);

/// <summary>Lets documents be imported by jobs, so that their senders need not wait.</summary>
internal interface IImportLauncher
{
    /// <summary>Starts a job that imports the document, as soon as those before it are done.</summary>
    /// <param name="registrations">The document holds completeness registrations; otherwise data values.</param>
    /// <param name="import">The document; it is disposed once imported, or when it is refused.</param>
    /// <exception cref="Errors.Dhis2Exception">Unavailable: too many wait.</exception>
    Task<Dhis2.Common.V1.ImportJob> LaunchAsync(bool registrations, WaitingImport import);
}
