using Dhis2.Data.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Security;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Moves data value sets in and out.</summary>
internal sealed class DataValueSetService(DataValueSetImport import, DataValueSetExport export, DataUploads uploads, TimeProvider time)
    : Dhis2.Data.V1.DataValueSetService.DataValueSetServiceBase
{
    /// <inheritdoc/>
    public override async Task<ImportDataValueSetsResponse> ImportDataValueSets(
        IAsyncStreamReader<ImportDataValueSetsRequest> requestStream, ServerCallContext context)
    {
        DataValueSetImport.RequireAuthority(context.Caller());
        await using var values = new ValuesOrChunks();
        var (summary, job) = await uploads.ReceiveAsync(requestStream, r => r.Options, values,
            (document, options) => import.ImportAsync(document, options, context.Caller(), context.CancellationToken), registrations: false, context);
        return new() { Summary = summary, Job = job };
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
        AttributeOptionCombos = request.AttributeOptionCombos,
        Children = request.Children,
        IncludeDeleted = request.IncludeDeleted,
        LastUpdated = request.LastUpdated?.ToDateTime()
            ?? (request.LastUpdatedDuration is { } span ? time.GetUtcNow().UtcDateTime - span.ToTimeSpan() : null),
        Limit = request.Limit,
        IdSchemes = DataMessages.ToSchemes(request.IdSchemes),
    };
}
