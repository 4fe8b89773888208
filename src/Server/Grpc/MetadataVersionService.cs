using Dhis2.Metadata.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Security;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MetadataVersionType = Dhis2.Metadata.V1.MetadataVersionType;
using Type = Dhis2Grpc.Server.Metadata.Versions.MetadataVersionType;
using Version = Dhis2Grpc.Server.Metadata.Versions.MetadataVersion;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Versions of metadata, for servers that keep in step with this one.</summary>
internal sealed class MetadataVersionService(PublishedVersions versions) : Dhis2.Metadata.V1.MetadataVersionService.MetadataVersionServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetMetadataVersionResponse> GetMetadataVersion(GetMetadataVersionRequest request, ServerCallContext context) =>
        new() { Version = ToMessage(await versions.GetAsync(request.VersionName, context.CancellationToken)) };

    /// <inheritdoc/>
    public override async Task<GetMetadataVersionHistoryResponse> GetMetadataVersionHistory(GetMetadataVersionHistoryRequest request, ServerCallContext context)
    {
        var after = await versions.AfterAsync(request.Baseline, context.CancellationToken);
        // As DHIS2 answers: nothing at all when nothing is newer, and an empty list when there is no version yet.
        return after.Count == 0 && request.Baseline.Length > 0 ? new() : new() { History = ToHistory(after) };
    }

    /// <inheritdoc/>
    public override async Task<ListMetadataVersionsResponse> ListMetadataVersions(ListMetadataVersionsRequest request, ServerCallContext context) =>
        new() { History = ToHistory(await versions.ListAsync(context.CancellationToken)) };

    /// <inheritdoc/>
    public override async Task<CreateMetadataVersionResponse> CreateMetadataVersion(CreateMetadataVersionRequest request, ServerCallContext context)
    {
        Type? type = request.Type switch
        {
            MetadataVersionType.BestEffort => Type.BestEffort,
            MetadataVersionType.Atomic => Type.Atomic,
            MetadataVersionType.Unspecified => null,
            _ => throw new Dhis2Exception(ErrorKind.InvalidArgument, "The value of type is not known.", "E1003"),
        };
        return new() { Version = ToMessage(await versions.CreateAsync(type, context.Caller(), context.CancellationToken)) };
    }

    /// <inheritdoc/>
    public override async Task ReadMetadataVersion(
        ReadMetadataVersionRequest request, IServerStreamWriter<ReadMetadataVersionResponse> responseStream, ServerCallContext context)
    {
        await using var snapshot = await versions.OpenAsync(request.VersionName, request.Gzip, context.Caller(), context.CancellationToken);
        await using var output = new ChunkStream(content => responseStream.WriteAsync(new() { Content = content }, context.CancellationToken));
        await snapshot.CopyToAsync(output, context.CancellationToken);
    }

    private static Dhis2.Metadata.V1.MetadataVersion ToMessage(Version version)
    {
        var message = new Dhis2.Metadata.V1.MetadataVersion
        {
            Id = version.Uid,
            Name = version.Name,
            Type = ToMessage(version.Type),
            Created = version.Created.ToTimestamp(),
            HashCode = version.HashCode,
        };
        if (version.Imported is { } imported) message.ImportDate = imported.ToTimestamp();
        return message;
    }

    private static MetadataVersionHistory ToHistory(IEnumerable<Version> all) => new() { MetadataVersions = { all.Select(ToListing) } };

    private static MetadataVersionListing ToListing(Version version)
    {
        var message = new MetadataVersionListing
        {
            Name = version.Name,
            Type = ToMessage(version.Type),
            Created = version.Created.ToTimestamp(),
            Id = version.Uid,
            HashCode = version.HashCode,
        };
        if (version.Imported is { } imported) message.ImportDate = imported.ToTimestamp();
        return message;
    }

    private static MetadataVersionType ToMessage(Type type) => type == Type.Atomic ? MetadataVersionType.Atomic : MetadataVersionType.BestEffort;
}
