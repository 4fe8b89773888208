using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Settings;

namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>The versions as other servers see them, while the setting allows it.</summary>
internal sealed class PublishedVersions(MetadataVersions versions, MetadataSnapshots snapshots, MetadataVersionCreation creation, SystemSettings settings)
{
    /// <summary>The version of a name, or the current one when there is no name.</summary>
    /// <exception cref="Dhis2Exception">There is none, or versions are switched off.</exception>
    public async Task<MetadataVersion> GetAsync(string? name, CancellationToken cancellationToken)
    {
        await RequireEnabledAsync(cancellationToken);
        return string.IsNullOrEmpty(name)
            ? await versions.CurrentAsync(cancellationToken) ?? throw Missing("No metadata versions exist. Please check again later.")
            : await versions.FindAsync(name, cancellationToken) ?? throw Missing($"No metadata version with name {name} exists. Please check again later.");
    }

    /// <summary>All versions, the oldest first.</summary>
    /// <exception cref="Dhis2Exception">Versions are switched off.</exception>
    public async Task<List<MetadataVersion>> ListAsync(CancellationToken cancellationToken)
    {
        await RequireEnabledAsync(cancellationToken);
        return await versions.ListAsync(cancellationToken);
    }

    /// <summary>The versions that came after one, the oldest first; all of them when it is not named.</summary>
    /// <exception cref="Dhis2Exception">There is no such version, or versions are switched off.</exception>
    public async Task<List<MetadataVersion>> AfterAsync(string? baseline, CancellationToken cancellationToken)
    {
        var all = await ListAsync(cancellationToken);
        if (string.IsNullOrEmpty(baseline)) return all;
        var known = all.Find(v => v.Name == baseline)
            ?? throw Missing($"There is no such metadata version. The latest version is Version {(all.Count == 0 ? "none" : all[^1].Name)}");
        return all.FindAll(v => v.Created >= known.Created && v.Name != baseline);
    }

    /// <summary>Makes the next version.</summary>
    /// <exception cref="Dhis2Exception">The caller may not, or versions are switched off.</exception>
    public async Task<MetadataVersion> CreateAsync(MetadataVersionType? type, User caller, CancellationToken cancellationToken)
    {
        RequireManage(caller);
        await RequireEnabledAsync(cancellationToken);
        return await creation.CreateAsync(
            type ?? throw new Dhis2Exception(ErrorKind.InvalidArgument, "Required request parameter 'type' is not present: BEST_EFFORT or ATOMIC.", "E1003"), cancellationToken);
    }

    /// <summary>The snapshot of a version, as text or as a gzip document. Reads without blocking only; dispose it.</summary>
    /// <exception cref="Dhis2Exception">There is none, the caller may not, or versions are switched off.</exception>
    public async Task<Stream> OpenAsync(string name, bool gzip, User caller, CancellationToken cancellationToken)
    {
        RequireManage(caller);
        await RequireEnabledAsync(cancellationToken);
        // What was fetched and is not imported yet is nobody else's business.
        if (await versions.FindAsync(name, cancellationToken) is null) throw Missing($"No metadata version snapshot found for the given version {name}");
        return gzip ? await snapshots.OpenGzipAsync(name, cancellationToken) : await snapshots.OpenAsync(name, cancellationToken);
    }

    private static Dhis2Exception Missing(string message) => new(ErrorKind.NotFound, message, "E1005");

    private static void RequireManage(User caller) =>
        caller.Require(Authorities.MetadataManage, $"Access is denied, requires one Authority from [{Authorities.MetadataManage}]");

    private async Task RequireEnabledAsync(CancellationToken cancellationToken)
    {
        if (await settings.TextAsync(SettingKeys.VersionEnabled, cancellationToken) != "true")
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "Metadata versioning is not enabled for this instance.", "E1003");
    }
}
