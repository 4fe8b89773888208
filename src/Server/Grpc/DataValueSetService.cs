using System.Globalization;
using System.Text.Json;
using Dhis2.Data.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;
using Microsoft.Extensions.Options;
using ImportOptions = Dhis2Grpc.Server.Data.DataImportOptions;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Moves data value sets in and out.</summary>
internal sealed class DataValueSetService(
    DataValueSetImport import, DataValueSetExport export, IOptions<StorageOptions> storage, TimeProvider time)
    : Dhis2.Data.V1.DataValueSetService.DataValueSetServiceBase
{
    /// <inheritdoc/>
    public override async Task<ImportDataValueSetsResponse> ImportDataValueSets(
        IAsyncStreamReader<ImportDataValueSetsRequest> requestStream, ServerCallContext context)
    {
        DataValueSetImport.RequireAuthority(context.Caller());
        var options = new ImportOptions();
        var first = true;
        await using var spool = new DocumentSpool(storage.Value);
        await using var typed = new TypedValues(spool);
        var chunks = false;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (first && request.Options is { } asked)
                options = OptionsOf(asked);
            first = false;
            chunks |= request.Content.Length > 0;
            if (chunks && (typed.Any || request.DataValues.Count > 0))
                throw new Dhis2Exception(ErrorKind.InvalidArgument, "Send a document in chunks or typed values, not both.");
            await spool.WriteAsync(request.Content.Memory, context.CancellationToken);
            await typed.AddAsync(request.DataValues, context.CancellationToken);
        }
        if (!chunks)
            await typed.EndAsync(context.CancellationToken);
        var summary = await import.ImportAsync(spool, options, context.Caller(), context.CancellationToken);
        return new ImportDataValueSetsResponse { Summary = summary };
    }

    /// <inheritdoc/>
    public override async Task ExportDataValueSets(
        ExportDataValueSetsRequest request, IServerStreamWriter<ExportDataValueSetsResponse> responseStream, ServerCallContext context)
    {
        await using var output = new ChunkStream(bytes => responseStream.WriteAsync(new ExportDataValueSetsResponse { Content = bytes }, context.CancellationToken));
        await export.ExportAsync(QueryOf(request), DocumentFormat.Json, context.Caller(), output, context.CancellationToken);
    }

    private static ImportOptions OptionsOf(Dhis2.Data.V1.DataImportOptions asked) => new()
    {
        DryRun = asked.DryRun,
        Strategy = ImportStrategies.Parse(asked.ImportStrategy),
        IdSchemes = new IdSchemes
        {
            Any = IdScheme.Parse(asked.IdScheme),
            DataElement = IdScheme.Parse(asked.DataElementIdScheme),
            OrgUnit = IdScheme.Parse(asked.OrgUnitIdScheme),
            CategoryOptionCombo = IdScheme.Parse(asked.CategoryOptionComboIdScheme),
            DataSet = IdScheme.Parse(asked.DataSetIdScheme),
        },
    };

    private ExportQuery QueryOf(ExportDataValueSetsRequest request) => new()
    {
        DataSets = request.DataSets,
        DataElementGroups = request.DataElementGroups,
        DataElements = request.DataElements,
        Periods = request.Periods,
        StartDate = Day(request.StartDate, "start_date"),
        EndDate = Day(request.EndDate, "end_date"),
        OrgUnits = request.OrgUnits,
        OrgUnitGroups = request.OrgUnitGroups,
        Children = request.Children,
        IncludeDeleted = request.IncludeDeleted,
        LastUpdated = request.LastUpdated?.ToDateTime()
            ?? (request.LastUpdatedDuration is { } span ? time.GetUtcNow().UtcDateTime - span.ToTimeSpan() : null),
        Limit = request.Limit,
    };

    private static DateOnly? Day(string text, string field) =>
        text.Length == 0 ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new Dhis2Exception(ErrorKind.InvalidArgument, $"{field} is not a date of the form yyyy-MM-dd: `{text}`");

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
