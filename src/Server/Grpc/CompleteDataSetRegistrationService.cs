using Dhis2.Data.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Moves completeness registrations in and out.</summary>
internal sealed class CompleteDataSetRegistrationService(
    CompletenessImport import, CompletenessExport export, CompletenessRemoval removal, IImportLauncher launcher, IOptions<StorageOptions> storage, TimeProvider time)
    : Dhis2.Data.V1.CompleteDataSetRegistrationService.CompleteDataSetRegistrationServiceBase
{
    /// <inheritdoc/>
    public override async Task<ImportCompleteDataSetRegistrationsResponse> ImportCompleteDataSetRegistrations(
        IAsyncStreamReader<ImportCompleteDataSetRegistrationsRequest> requestStream, ServerCallContext context)
    {
        Dhis2.Data.V1.DataImportOptions? asked = null;
        var first = true;
        var spool = new DocumentSpool(storage.Value);
        var keep = false;
        try
        {
            await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            {
                asked = first ? request.Options : asked;
                first = false;
                await spool.WriteAsync(request.Content.Memory, context.CancellationToken);
            }

            var options = DataMessages.ToOptions(asked) with { Format = DocumentFormat.Json };
            if (asked?.Async != true)
                return new() { Summary = await import.ImportAsync(spool, options, context.Caller(), context.CancellationToken) };
            keep = true;
            return new() { Job = await launcher.LaunchAsync(registrations: true, new(spool, options, context.Caller())) };
        }
        finally
        {
            if (!keep)
                await spool.DisposeAsync();
        }
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
}
