using Dhis2.Metadata.V1;

namespace Dhis2Grpc.Client.Documents;

/// <summary>Versions of the server's metadata. Each call asks for the setting keyVersionEnabled.</summary>
public sealed class MetadataVersionsHandle
{
    private readonly MetadataVersionService.MetadataVersionServiceClient _service;

    internal MetadataVersionsHandle(MetadataVersionService.MetadataVersionServiceClient service) => _service = service;

    /// <summary>One version; the current one without a name.</summary>
    public async Task<MetadataVersion> GetAsync(string? name = null, CancellationToken cancellationToken = default) =>
        (await _service.GetMetadataVersionAsync(new() { VersionName = name ?? "" }, cancellationToken: cancellationToken)).Version;

    /// <summary>The versions, oldest first; with a baseline those after it.</summary>
    public async Task<IReadOnlyList<MetadataVersionListing>> ListAsync(string? baseline = null, CancellationToken cancellationToken = default)
    {
        var response = await _service.GetMetadataVersionHistoryAsync(new() { Baseline = baseline ?? "" }, cancellationToken: cancellationToken);
        return response.History?.MetadataVersions ?? [];
    }

    /// <summary>Makes the next version, however long that takes. Needs F_METADATA_MANAGE.</summary>
    public async Task<MetadataVersion> CreateAsync(MetadataVersionType type, CancellationToken cancellationToken = default) =>
        (await _service.CreateMetadataVersionAsync(new() { Type = type }, deadline: DateTime.MaxValue, cancellationToken: cancellationToken)).Version;

    /// <summary>Reads the snapshot of a version: the bytes that its hash code was made of. Needs F_METADATA_MANAGE.</summary>
    /// <param name="name">Name of the version.</param>
    /// <param name="destination">Gets the document; not closed.</param>
    /// <param name="progress">Told the bytes received so far.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReadAsync(string name, Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var call = _service.ReadMetadataVersion(new() { VersionName = name }, cancellationToken: cancellationToken);
        long received = 0;
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var content = call.ResponseStream.Current.Content.Memory;
            await destination.WriteAsync(content, cancellationToken);
            progress?.Report(received += content.Length);
        }
    }
}
