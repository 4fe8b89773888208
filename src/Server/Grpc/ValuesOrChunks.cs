using System.Buffers;
using System.Text.Json;
using Dhis2.Data.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Storage;
using DataImportOptions = Dhis2Grpc.Server.Data.DataImportOptions;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>A document of data values in chunks, or typed values, which become the document that they stand for, so that both kinds
/// take one way in.</summary>
internal sealed class ValuesOrChunks : IUploadContent<ImportDataValueSetsRequest>, IAsyncDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private Utf8JsonWriter? _json;
    private bool _chunks;

    /// <inheritdoc/>
    public async ValueTask AddAsync(ImportDataValueSetsRequest piece, DocumentSpool document, CancellationToken cancellationToken)
    {
        _chunks |= piece.Content.Length > 0;
        if (_chunks && (_json is not null || piece.DataValues.Count > 0))
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "Send a document in chunks or typed values, not both.");
        await document.WriteAsync(piece.Content.Memory, cancellationToken);
        foreach (var value in piece.DataValues)
            Write(Begin(), value);
        await FlushAsync(document, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<DataImportOptions> EndAsync(DocumentSpool document, DataImportOptions options, CancellationToken cancellationToken)
    {
        if (_chunks)
            return options;
        var json = Begin();
        json.WriteEndArray();
        json.WriteEndObject();
        await FlushAsync(document, cancellationToken);
        return options with { Format = DocumentFormat.Json };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _json?.DisposeAsync() ?? ValueTask.CompletedTask;

    private Utf8JsonWriter Begin()
    {
        if (_json is not null)
            return _json;
        _json = new Utf8JsonWriter(_buffer);
        _json.WriteStartObject();
        _json.WriteStartArray("dataValues");
        return _json;
    }

    private async ValueTask FlushAsync(DocumentSpool document, CancellationToken cancellationToken)
    {
        if (_json is null)
            return;
        _json.Flush();
        await document.WriteAsync(_buffer.WrittenMemory, cancellationToken);
        _buffer.ResetWrittenCount();
    }

    private static void Write(Utf8JsonWriter json, DataValue value)
    {
        json.WriteStartObject();
        json.WriteString("dataElement", value.DataElement);
        json.WriteString("period", value.Period);
        json.WriteString("orgUnit", value.OrgUnit);
        if (value.HasCategoryOptionCombo)
            json.WriteString("categoryOptionCombo", value.CategoryOptionCombo);
        if (value.HasAttributeOptionCombo)
            json.WriteString("attributeOptionCombo", value.AttributeOptionCombo);
        if (value.HasValue)
            json.WriteString("value", value.Value);
        if (value.HasStoredBy)
            json.WriteString("storedBy", value.StoredBy);
        if (value.Created is { } created)
            json.WriteString("created", created.ToDateTime());
        if (value.LastUpdated is { } updated)
            json.WriteString("lastUpdated", updated.ToDateTime());
        if (value.HasComment)
            json.WriteString("comment", value.Comment);
        json.WriteBoolean("followup", value.Followup);
        json.WriteBoolean("deleted", value.Deleted);
        json.WriteEndObject();
    }
}
