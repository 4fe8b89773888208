using System.Text.Json;
using Dhis2.Data.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Moves data value sets in and out.</summary>
internal sealed class DataValueSetService(
    DataValueSetImport import, DataValueSetExport export, IImportLauncher launcher, IOptions<StorageOptions> storage, TimeProvider time)
    : Dhis2.Data.V1.DataValueSetService.DataValueSetServiceBase
{
    /// <inheritdoc/>
    public override async Task<ImportDataValueSetsResponse> ImportDataValueSets(
        IAsyncStreamReader<ImportDataValueSetsRequest> requestStream, ServerCallContext context)
    {
        DataValueSetImport.RequireAuthority(context.Caller());
        Dhis2.Data.V1.DataImportOptions? asked = null;
        var first = true;
        var keep = false;
        var spool = new DocumentSpool(storage.Value);
        try
        {
            await using var typed = new TypedValues(spool);
            var chunks = false;
            await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            {
                asked = first ? request.Options : asked;
                first = false;
                chunks |= request.Content.Length > 0;
                if (chunks && (typed.Any || request.DataValues.Count > 0))
                    throw new Dhis2Exception(ErrorKind.InvalidArgument, "Send a document in chunks or typed values, not both.");
                await spool.WriteAsync(request.Content.Memory, context.CancellationToken);
                await typed.AddAsync(request.DataValues, context.CancellationToken);
            }

            if (!chunks)
                await typed.EndAsync(context.CancellationToken);
            var options = DataMessages.ToOptions(asked);
            if (!chunks)
                options = options with { Format = DocumentFormat.Json };
            if (asked?.Async != true)
                return new() { Summary = await import.ImportAsync(spool, options, context.Caller(), context.CancellationToken) };
            keep = true;
            return new() { Job = await launcher.LaunchAsync(registrations: false, new(spool, options, context.Caller())) };
        }
        finally
        {
            if (!keep)
                await spool.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public override async Task ExportDataValueSets(
        ExportDataValueSetsRequest request, IServerStreamWriter<ExportDataValueSetsResponse> responseStream, ServerCallContext context)
    {
        await using var output = new ChunkStream(bytes => responseStream.WriteAsync(new ExportDataValueSetsResponse { Content = bytes }, context.CancellationToken));
        await export.ExportAsync(QueryOf(request), DataMessages.ToFormat(request.Format), context.Caller(), output, context.CancellationToken);
    }

    private ExportQuery QueryOf(ExportDataValueSetsRequest request) => new()
    {
        DataSets = request.DataSets,
        DataElementGroups = request.DataElementGroups,
        DataElements = request.DataElements,
        Periods = request.Periods,
        StartDate = DataMessages.Day(request.StartDate, "start_date"),
        EndDate = DataMessages.Day(request.EndDate, "end_date"),
        OrgUnits = request.OrgUnits,
        OrgUnitGroups = request.OrgUnitGroups,
        Children = request.Children,
        IncludeDeleted = request.IncludeDeleted,
        LastUpdated = request.LastUpdated?.ToDateTime()
            ?? (request.LastUpdatedDuration is { } span ? time.GetUtcNow().UtcDateTime - span.ToTimeSpan() : null),
        Limit = request.Limit,
        IdSchemes = DataMessages.ToSchemes(request.IdSchemes),
    };

    /// <summary>Typed values as the document that they stand for, so that both kinds take one way in.</summary>
    private sealed class TypedValues(DocumentSpool spool) : IAsyncDisposable
    {
        private readonly System.Buffers.ArrayBufferWriter<byte> _buffer = new();
        private Utf8JsonWriter? _json;

        public bool Any => _json is not null;

        public async ValueTask AddAsync(IEnumerable<DataValue> values, CancellationToken cancellationToken)
        {
            foreach (var value in values)
            {
                Begin();
                Write(_json!, value);
            }
            await FlushAsync(cancellationToken);
        }

        public async ValueTask EndAsync(CancellationToken cancellationToken)
        {
            Begin();
            _json!.WriteEndArray();
            _json.WriteEndObject();
            await FlushAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => _json?.DisposeAsync() ?? ValueTask.CompletedTask;

        private void Begin()
        {
            if (_json is not null)
                return;
            _json = new Utf8JsonWriter(_buffer);
            _json.WriteStartObject();
            _json.WriteStartArray("dataValues");
        }

        private async ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            if (_json is null)
                return;
            _json.Flush();
            await spool.WriteAsync(_buffer.WrittenMemory, cancellationToken);
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
}
