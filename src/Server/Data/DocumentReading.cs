using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Data;

/// <summary>Reads documents that were taken in.</summary>
internal static class DocumentReading
{
    /// <summary>Reads a document of data values, in the format that the options tell.</summary>
    /// <exception cref="Errors.Dhis2Exception">It is malformed.</exception>
    public static Task ReadAsync(this DocumentSpool document, IFlatDocumentSink sink, DataImportOptions options, CancellationToken cancellationToken) =>
        options.Format switch
        {
            DocumentFormat.Csv => ReadAsync(document, stream => new CsvDocumentReader(sink, options.FirstRowIsHeader).Read(stream, cancellationToken), cancellationToken),
            DocumentFormat.Xml => ReadAsync(document, stream => new XmlDocumentReader(sink).Read(stream, cancellationToken), cancellationToken),
            _ => document.ReadAsync(DataValueSetDocument.Shape, sink, cancellationToken),
        };

    /// <summary>Reads a JSON document of a shape.</summary>
    /// <exception cref="Errors.Dhis2Exception">It is malformed.</exception>
    public static Task ReadAsync(this DocumentSpool document, FlatDocumentShape shape, IFlatDocumentSink sink, CancellationToken cancellationToken) =>
        ReadAsync(document, stream => new FlatDocumentReader(shape, sink).Read(stream, cancellationToken), cancellationToken);

    private static Task ReadAsync(DocumentSpool document, Action<Stream> read, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                try
                {
                    read(document.OpenRead());
                }
                catch (InvalidDataException e)
                {
                    throw MalformedDocument.Because("The document is not validly compressed: " + e.Message, e);
                }
            },
            cancellationToken);
}
