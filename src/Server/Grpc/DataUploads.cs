using Dhis2.Common.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Takes in documents of data that clients send in pieces, and imports them, or lets a job do it.</summary>
internal sealed class DataUploads(IImportLauncher launcher, IOptions<StorageOptions> storage)
{
    /// <summary>Imports what the client sends.</summary>
    /// <param name="stream">The pieces; the first one holds the options.</param>
    /// <param name="optionsOf">Options in a piece.</param>
    /// <param name="content">What is done with the pieces.</param>
    /// <param name="import">Does the import.</param>
    /// <param name="registrations">The document holds completeness registrations; otherwise data values.</param>
    /// <param name="context">The call.</param>
    /// <returns>What the import did, or the job that will do it.</returns>
    public async Task<(ImportSummary? Summary, ImportJob? Job)> ReceiveAsync<TPiece>(
        IAsyncStreamReader<TPiece> stream,
        Func<TPiece, Dhis2.Data.V1.DataImportOptions?> optionsOf,
        IUploadContent<TPiece> content,
        Func<DocumentSpool, DataImportOptions, Task<ImportSummary>> import,
        bool registrations,
        ServerCallContext context)
    {
        var stop = context.CancellationToken;
        var more = await stream.MoveNext(stop);
        var asked = more ? optionsOf(stream.Current) : null;
        var options = DataMessages.ToOptions(asked);
        await using var incoming = asked?.Async == true ? launcher.Begin() : null;
        await using var passing = incoming is null ? new DocumentSpool(storage.Value) : null;
        var document = incoming?.Document ?? passing!;
        for (; more; more = await stream.MoveNext(stop))
            await content.AddAsync(stream.Current, document, stop);
        options = await content.EndAsync(document, options, stop);
        return incoming is null
            ? (await import(document, options), null)
            : (null, await launcher.LaunchAsync(incoming, registrations, options, context.Caller()));
    }
}

/// <summary>What is done with the pieces of a document.</summary>
internal interface IUploadContent<in TPiece>
{
    /// <summary>Takes the next piece.</summary>
    ValueTask AddAsync(TPiece piece, DocumentSpool document, CancellationToken cancellationToken);

    /// <summary>The document is complete.</summary>
    /// <returns>How to import it, by what it turned out to be.</returns>
    ValueTask<DataImportOptions> EndAsync(DocumentSpool document, DataImportOptions options, CancellationToken cancellationToken);
}
