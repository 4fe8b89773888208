using System.Text.Json;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Settings;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>Takes a metadata version of the remote server over: fetched and kept, imported, recorded, in this order, so that
/// whatever ends it in between, the next time goes on from there.</summary>
internal sealed class VersionSync(
    RemoteVersions remote, MetadataVersions versions, MetadataSnapshots snapshots, MetadataImport import, VanishedSections vanished,
    SystemSettings settings, IOptions<SynchronizationOptions> options, TimeProvider time) : IDisposable
{
    private static readonly MetadataImportOptions Import = new()
    {
        MaxDepth = 64,
        // Of a server that is trusted with everything else; but it starts nothing here.
        SkipTypes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "jobConfigurations", "metadataVersions" },
    };

    // The job and the route must not import one version side by side.
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Takes a version over. Errors in its objects are in the report and do not throw.</summary>
    /// <param name="version">The version, as the remote server tells of it.</param>
    /// <param name="importer">As whom it is imported.</param>
    /// <param name="removeSections">Sections of data sets that the document names without them go.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="VersionSyncException">It is here already, did not arrive, or may not be imported.</exception>
    public async Task<VersionOutcome> RunAsync(MetadataVersion version, User importer, bool removeSections, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (await versions.FindAsync(version.Name, cancellationToken) is not null)
                throw new VersionSyncException(VersionSyncFailure.Exists, $"{version.Name} exists here already, and is not fetched again") { Version = version };
            if ((await snapshots.FindAsync(version.Name, cancellationToken))?.HashCode != version.HashCode)
                await remote.FetchAsync(version, cancellationToken);
            if (await settings.FlagAsync(SettingKeys.StopMetadataSync, cancellationToken))
                await CheckOriginAsync(version, cancellationToken);
            return await ImportAsync(version, importer, removeSections, cancellationToken);
        }
        catch (VersionSyncException e) when (e.Version is null)
        {
            throw new VersionSyncException(e.Failure, e.Message, e) { Version = version };
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<VersionOutcome> ImportAsync(MetadataVersion version, User importer, bool removeSections, CancellationToken cancellationToken)
    {
        MetadataImportReport report;
        await using (var document = await snapshots.OpenAsync(version.Name, cancellationToken))
        {
            var how = Import with { Atomic = version.Type == MetadataVersionType.Atomic ? AtomicMode.All : AtomicMode.None };
            report = await import.ImportAsync(document, how, importer, cancellationToken);
        }
        var outcome = new VersionOutcome(version with { Imported = time.GetUtcNow() }, report);
        if (!outcome.IsTaken)
            return outcome;
        if (removeSections)
            await vanished.RemoveAsync(version.Name, importer, cancellationToken);
        await versions.RecordImportedAsync(outcome.Version, cancellationToken);
        await settings.SetAsync([new(SettingKeys.FailedMetadataVersion, null), new(SettingKeys.LastMetadataFailure, null)], cancellationToken);
        return outcome;
    }

    private async Task CheckOriginAsync(MetadataVersion version, CancellationToken cancellationToken)
    {
        string? origin;
        try
        {
            await using var document = await snapshots.OpenAsync(version.Name, cancellationToken);
            origin = await SnapshotOrigin.ReadAsync(document, cancellationToken);
        }
        catch (JsonException e)
        {
            throw new VersionSyncException(VersionSyncFailure.Corrupt, $"The metadata of {version.Name} is no JSON", e);
        }
        var local = options.Value.LocalVersion;
        if (origin == local)
            return;
        var told = origin is null ? "does not tell which DHIS2 wrote it" : $"was written by DHIS2 {(origin.Length <= 20 ? origin : origin[..20])}";
        throw new VersionSyncException(VersionSyncFailure.OtherServerVersion,
            $"The metadata of {version.Name} {told}, and this server is {local}; {SettingKeys.StopMetadataSync} forbids to import it");
    }
}

/// <summary>What became of a metadata version.</summary>
/// <param name="Version">The version, with the time of its import.</param>
/// <param name="Report">What the import did.</param>
internal sealed record VersionOutcome(MetadataVersion Version, MetadataImportReport Report)
{
    /// <summary>The version counts as imported.</summary>
    public bool IsTaken => Report.Status == ImportStatus.Ok || (Report.Status == ImportStatus.Warning && Version.Type == MetadataVersionType.BestEffort);
}
