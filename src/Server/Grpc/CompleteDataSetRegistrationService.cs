using Dhis2.Data.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Moves completeness registrations in and out.</summary>
internal sealed class CompleteDataSetRegistrationService(
    CompletenessImport import, CompletenessExport export, CompletenessRemoval removal, DataUploads uploads, TimeProvider time)
    : Dhis2.Data.V1.CompleteDataSetRegistrationService.CompleteDataSetRegistrationServiceBase
{
    /// <inheritdoc/>
    public override async Task<ImportCompleteDataSetRegistrationsResponse> ImportCompleteDataSetRegistrations(
        IAsyncStreamReader<ImportCompleteDataSetRegistrationsRequest> requestStream, ServerCallContext context)
    {
        var (summary, job) = await uploads.ReceiveAsync(requestStream, r => r.Options, Chunks.Instance,
            (document, options) => import.ImportAsync(document, options, context.Caller(), context.CancellationToken), registrations: true, context);
        return new() { Summary = summary, Job = job };
    }

    /// <inheritdoc/>
    public override async Task ExportCompleteDataSetRegistrations(
        ExportCompleteDataSetRegistrationsRequest request, IServerStreamWriter<ExportCompleteDataSetRegistrationsResponse> responseStream, ServerCallContext context)
    {
        var query = new ExportQuery
        {
            DataSets = request.DataSets,
            Periods = request.Periods,
            StartDate = DataMessages.Day(request.StartDate, "start_date"),
            EndDate = DataMessages.Day(request.EndDate, "end_date"),
            OrgUnits = request.OrgUnits,
            OrgUnitGroups = request.OrgUnitGroups,
            Children = request.Children,
            LastUpdated = request.Created?.ToDateTime()
                ?? (request.CreatedDuration is { } span ? time.GetUtcNow().UtcDateTime - span.ToTimeSpan() : null),
            Limit = request.Limit,
            IdSchemes = DataMessages.ToSchemes(request.IdSchemes),
        };
        await using var prepared = await export.PrepareAsync(query, context.Caller(), context.CancellationToken);
        await using var output = new ChunkStream(
            bytes => responseStream.WriteAsync(new ExportCompleteDataSetRegistrationsResponse { Content = bytes }, context.CancellationToken));
        await prepared.WriteAsync(output, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<DeleteCompleteDataSetRegistrationsResponse> DeleteCompleteDataSetRegistrations(
        DeleteCompleteDataSetRegistrationsRequest request, ServerCallContext context)
    {
        string[] sets = [.. request.Ds.SelectMany(d => d.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        var asked = new RemovedRegistrations(sets, request.Pe, request.Ou, request.Cc,
            request.Cp.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), request.MultiOu);
        await removal.RemoveAsync(asked, context.Caller(), context.CancellationToken);
        return new();
    }

    private sealed class Chunks : IUploadContent<ImportCompleteDataSetRegistrationsRequest>
    {
        public static Chunks Instance { get; } = new();

        public ValueTask AddAsync(ImportCompleteDataSetRegistrationsRequest piece, DocumentSpool document, CancellationToken cancellationToken) =>
            document.WriteAsync(piece.Content.Memory, cancellationToken);

        public ValueTask<Server.Data.DataImportOptions> EndAsync(
            DocumentSpool document, Server.Data.DataImportOptions options, CancellationToken cancellationToken) =>
            new(options with { Format = DocumentFormat.Json });
    }
}
