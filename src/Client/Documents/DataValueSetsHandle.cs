using Dhis2.Common.V1;
using Dhis2.Data.V1;

namespace Dhis2Grpc.Client.Documents;

/// <summary>Import and export of data values. Documents are streamed, whatever their size.</summary>
public sealed class DataValueSetsHandle
{
    private readonly DataValueSetService.DataValueSetServiceClient _service;

    internal DataValueSetsHandle(DataValueSetService.DataValueSetServiceClient service) => _service = service;

    /// <summary>Imports a dataValueSets JSON document, gzip accepted. Values that conflict are left out and
    /// reported, not thrown: look at the summary.</summary>
    /// <param name="document">The document; read to its end, not closed.</param>
    /// <param name="options">Strategy and dry run; null means the defaults.</param>
    /// <param name="progress">Told the bytes sent so far.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored.</param>
    public Task<ImportSummary> ImportAsync(
        Stream document,
        DataImportOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) =>
        ImportAsync((upload, ct) => document.CopyToAsync(upload, ct), options, progress, cancellationToken);

    /// <summary>Imports the document that a function writes.</summary>
    /// <param name="write">Writes the JSON document, asynchronously, as it comes into being.</param>
    /// <param name="options">Strategy and dry run; null means the defaults.</param>
    /// <param name="progress">Told the bytes sent so far.</param>
    /// <param name="cancellationToken">Gives up; nothing is stored.</param>
    public async Task<ImportSummary> ImportAsync(
        Func<Stream, CancellationToken, Task> write,
        DataImportOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var response = await ImportCall.RunAsync(
            _service.ImportDataValueSets(cancellationToken: cancellationToken),
            new ImportDataValueSetsRequest { Options = options ?? new() },
            content => new ImportDataValueSetsRequest { Content = content },
            write, progress, cancellationToken);
        return response.Summary;
    }

    /// <summary>Exports data values as one dataValueSets JSON document.</summary>
    /// <param name="request">Which values.</param>
    /// <param name="destination">Gets the document; not closed.</param>
    /// <param name="progress">Told the bytes received so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ExportAsync(
        ExportDataValueSetsRequest request,
        Stream destination,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var call = _service.ExportDataValueSets(request, cancellationToken: cancellationToken);
        long received = 0;
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var content = call.ResponseStream.Current.Content.Memory;
            await destination.WriteAsync(content, cancellationToken);
            progress?.Report(received += content.Length);
        }
    }
}
