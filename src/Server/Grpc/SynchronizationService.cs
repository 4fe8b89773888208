using Dhis2.Synchronization.V1;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Synchronization;
using Dhis2Grpc.Server.Synchronization.Pull;
using Dhis2Grpc.Server.Synchronization.Push;
using Dhis2Grpc.Server.Synchronization.Versions;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using WireConflict = Dhis2.Synchronization.V1.PushConflict;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Exchange with a remote server.</summary>
internal sealed class SynchronizationService(Availability availability, DataPush push, PushConflicts conflicts, MetadataPull pull, IPullLauncher launcher, VersionRequest versions)
    : Dhis2.Synchronization.V1.SynchronizationService.SynchronizationServiceBase
{
    /// <inheritdoc/>
    public override async Task<CheckAvailabilityResponse> CheckAvailability(CheckAvailabilityRequest request, ServerCallContext context)
    {
        var status = await availability.CheckAsync(context.CancellationToken);
        return new()
        {
            Available = status.Available,
            Message = status.Message,
            StatusCode = status.Status,
            StatusPhrase = status.Phrase,
        };
    }

    /// <inheritdoc/>
    public override async Task<PushDataResponse> PushData(PushDataRequest request, ServerCallContext context)
    {
        RequirePush(context);
        return await push.PushAsync(context.CancellationToken) is { } summary ? new() { Summary = summary } : new();
    }

    /// <inheritdoc/>
    public override async Task<ListPushConflictsResponse> ListPushConflicts(ListPushConflictsRequest request, ServerCallContext context)
    {
        RequirePush(context);
        var total = (int)Math.Min(int.MaxValue, await conflicts.CountAsync(context.CancellationToken));
        var page = Page.Of(request.HasPage ? request.Page : null, request.HasPageSize ? request.PageSize : null, "", total);
        var listed = await conflicts.ListAsync(page.Offset, page.Size, context.CancellationToken);
        return new() { Pager = page.Pager, Conflicts = { listed.Select(ToMessage) } };
    }

    /// <inheritdoc/>
    public override async Task<PullMetadataResponse> PullMetadata(PullMetadataRequest request, ServerCallContext context)
    {
        context.Caller().Require(Authorities.All, $"Access is denied, requires one Authority from [{Authorities.All}]");
        if (request.Async)
        {
            pull.Check(request.Url);
            return new() { Job = await launcher.LaunchAsync(new(request.Url, context.Caller())) };
        }
        var report = (await pull.PullAsync(request.Url, context.Caller(), context.CancellationToken)).ToMessage();
        report.ImportParams = MetadataPull.Options.ToMessage(context.Caller().Username, request.HasVersion ? request.Version : null);
        return new() { Report = report };
    }

    /// <inheritdoc/>
    public override async Task<SyncMetadataVersionResponse> SyncMetadataVersion(SyncMetadataVersionRequest request, ServerCallContext context) =>
        new() { Summary = (await versions.RunAsync(request.VersionName, context.Caller(), context.CancellationToken)).ToMessage() };

    // Conflicts show values, of all units: to those only who may send them.
    private static void RequirePush(ServerCallContext context) =>
        context.Caller().Require(Authorities.ExportData, $"Access is denied, requires one Authority from [{Authorities.ExportData}]");

    private static WireConflict ToMessage(Synchronization.Push.PushConflict conflict)
    {
        var message = new WireConflict
        {
            Period = conflict.Period,
            OrgUnit = conflict.OrgUnit,
            AttributeOptionCombo = conflict.AttributeOptionCombo,
            Message = conflict.Message,
            FirstRejected = Utc(conflict.FirstRejected),
            LastRejected = Utc(conflict.LastRejected),
            Attempts = conflict.Attempts,
        };
        if (conflict.Kind == PushKind.DataValues.Array)
            message.DataElement = conflict.Object;
        else
            message.DataSet = conflict.Object;
        if (conflict.CategoryOptionCombo is { } combo)
            message.CategoryOptionCombo = combo;
        if (conflict.Value is { } value)
            message.Value = value;
        if (conflict.LastUpdated is { } updated)
            message.LastUpdated = Utc(updated);
        if (conflict.Code is { } code)
            message.ErrorCode = code;
        return message;
    }

    private static Timestamp Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc).ToTimestamp();
}
