using Dhis2.Common.V1;
using Dhis2.Metadata.V1;

namespace Dhis2Grpc.Client.Documents;

/// <summary>Import and export of metadata documents. Documents are streamed, whatever their size.</summary>
public sealed class MetadataHandle
{
    private readonly MetadataService.MetadataServiceClient _service;

    internal MetadataHandle(MetadataService.MetadataServiceClient service) => _service = service;

    /// <summary>Imports a JSON document, gzip accepted. A document with errors is reported, not thrown: look at the
    /// report's status.</summary>
    /// <param name="document">The document; read to its end, not closed.</param>
    /// <param name="options">Strategy and modes; null means the defaults.</param>
    /// <param name="progress">Told the bytes sent so far.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored.</param>
    public Task<ImportReport> ImportAsync(
        Stream document,
        MetadataImportOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) =>
        ImportAsync((upload, ct) => document.CopyToAsync(upload, ct), options, progress, cancellationToken);

    /// <summary>Imports the document that a function writes.</summary>
    /// <param name="write">Writes the JSON document, asynchronously, as it comes into being.</param>
    /// <param name="options">Strategy and modes; null means the defaults.</param>
    /// <param name="progress">Told the bytes sent so far.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored.</param>
    public async Task<ImportReport> ImportAsync(
        Func<Stream, CancellationToken, Task> write,
        MetadataImportOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var response = await ImportCall.RunAsync(
            _service.ImportMetadata(cancellationToken: cancellationToken),
            new ImportMetadataRequest { Options = options ?? new() },
            content => new ImportMetadataRequest { Content = content },
            write, progress, cancellationToken);
        return response.Report;
    }

    /// <summary>Exports the stored metadata as one JSON document.</summary>
    /// <param name="destination">Gets the document; not closed.</param>
    /// <param name="types">Collections to export, such as dataElements; null exports all.</param>
    /// <param name="progress">Told the bytes received so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ExportAsync(
        Stream destination,
        IEnumerable<string>? types = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var call = _service.ExportMetadata(new() { Types_ = { types ?? [] } }, cancellationToken: cancellationToken);
        long received = 0;
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var content = call.ResponseStream.Current.Content.Memory;
            await destination.WriteAsync(content, cancellationToken);
            progress?.Report(received += content.Length);
        }
    }
}
