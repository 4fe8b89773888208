using Dhis2.Common.V1;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Data;

/// <summary>Lets documents be imported by jobs, so that their senders need not wait. A document whose job was answered is
/// imported once, whatever happens to the server.</summary>
internal interface IImportLauncher
{
    /// <summary>Begins to take in a document. Dispose it: unless it was launched it is gone then.</summary>
    /// <exception cref="Errors.Dhis2Exception">Unavailable: too many wait.</exception>
    IncomingImport Begin();

    /// <summary>Starts a job that imports the document, as soon as those before it are done.</summary>
    /// <param name="import">The document, taken in whole.</param>
    /// <param name="registrations">It holds completeness registrations; otherwise data values.</param>
    /// <param name="options">How to import it.</param>
    /// <param name="caller">Who sent it.</param>
    Task<ImportJob> LaunchAsync(IncomingImport import, bool registrations, DataImportOptions options, User caller);

    /// <summary>Whether the document of the job still waits: a run of it that ended, with the server, was not the last.</summary>
    bool Waits(string job);
}
