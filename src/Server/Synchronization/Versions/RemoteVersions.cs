using System.Net;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Versions;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>The metadata versions of the remote server.</summary>
internal sealed class RemoteVersions(RemoteServer remote, Availability availability, MetadataSnapshots snapshots, IOptions<SynchronizationOptions> options)
{
    /// <summary>Its versions later than the baseline, or all of them without one, oldest first.</summary>
    /// <exception cref="VersionSyncException">It does not tell.</exception>
    public async Task<List<MetadataVersion>> ListAsync(string? baseline, CancellationToken cancellationToken)
    {
        var query = baseline is null ? "" : $"?baseline={Uri.EscapeDataString(baseline)}";
        var (account, reply) = await AskAsync($"api/metadata/version/history{query}", cancellationToken);
        if (reply.Status != HttpStatusCode.OK)
            throw Refused(VersionSyncFailure.Remote, reply, account);
        return [.. RemoteVersionReader.ReadHistory(reply.Body).Where(v => v.Name != baseline)];
    }

    /// <summary>The version of a name.</summary>
    /// <exception cref="VersionSyncException">There is none, or the server does not tell.</exception>
    public async Task<MetadataVersion> GetAsync(string name, CancellationToken cancellationToken)
    {
        var (account, reply) = await AskAsync($"api/metadata/version?versionName={Uri.EscapeDataString(name)}", cancellationToken);
        if (reply.Status != HttpStatusCode.OK)
            throw Refused(VersionSyncFailure.Unknown, reply, account);
        var version = RemoteVersionReader.Read(reply.Body);
        return version.Name == name
            ? version
            : throw new VersionSyncException(VersionSyncFailure.Unknown, "The remote server answered with a version of another name");
    }

    /// <summary>Stores the metadata of a version here, as it is there.</summary>
    /// <exception cref="VersionSyncException">It did not arrive, or is not what the version says; nothing is stored.</exception>
    public async Task FetchAsync(MetadataVersion version, CancellationToken cancellationToken)
    {
        var account = await AvailableAsync(cancellationToken);
        try
        {
            var refusal = await remote.DownloadAsync(
                account, $"api/metadata/version/{Uri.EscapeDataString(version.Name)}/data.gz", options.Value.SnapshotTimeout,
                document => snapshots.StoreAsync(version.Name, version.HashCode, document, cancellationToken), cancellationToken);
            if (refusal is not null)
                throw Refused(VersionSyncFailure.Remote, refusal, account);
        }
        catch (RemoteUnreachableException e)
        {
            throw new VersionSyncException(VersionSyncFailure.Remote, e.Message, e);
        }
        catch (MetadataSnapshotException e)
        {
            throw new VersionSyncException(VersionSyncFailure.Corrupt, e.Message, e);
        }
        catch (Dhis2Exception e) when (e.Kind is ErrorKind.TooLarge or ErrorKind.Conflict)
        {
            throw new VersionSyncException(VersionSyncFailure.Corrupt, e.Message, e);
        }
    }

    private async Task<(RemoteAccount Account, RemoteReply Reply)> AskAsync(string path, CancellationToken cancellationToken)
    {
        var account = await AvailableAsync(cancellationToken);
        try
        {
            return (account, await remote.GetAsync(account, path, options.Value.VersionTimeout, cancellationToken));
        }
        catch (RemoteUnreachableException e)
        {
            throw new VersionSyncException(VersionSyncFailure.Remote, e.Message, e);
        }
    }

    private async Task<RemoteAccount> AvailableAsync(CancellationToken cancellationToken)
    {
        if (await availability.CheckAsync(cancellationToken) is { Available: false } status)
            throw new VersionSyncException(VersionSyncFailure.Remote, status.Message);
        return await remote.AccountAsync(cancellationToken) ?? throw new VersionSyncException(VersionSyncFailure.Remote, "Remote server is not configured");
    }

    private static VersionSyncException Refused(VersionSyncFailure failure, RemoteReply reply, RemoteAccount account)
    {
        var excerpt = reply.Excerpt(account);
        return new(failure, $"The remote server answered {(int)reply.Status} {reply.Phrase}{(excerpt.Length > 0 ? ": " + excerpt : "")}");
    }
}
