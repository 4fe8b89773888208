using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>Makes versions: the number, the snapshot and its hash, and what the next version starts from, in one transaction.</summary>
internal sealed class MetadataVersionCreation(
    IWarehouse warehouse, MetadataExport export, SystemSettings settings, ISettingStore store, IOptions<MetadataVersionOptions> options, TimeProvider time,
    ILogger<MetadataVersionCreation> logger)
{
    private const string Prefix = "Version_";

    // Tokens that open the server to whoever holds them have no place in what others import, and jobs are each server's own.
    private static readonly HashSet<string> Left = ["jobConfigurations", "metadataVersions", "apiTokens", "apiToken", "oAuth2Clients"];

    /// <summary>Makes the next version: the first of everything, a later one of what is not as the one before found it.</summary>
    public async Task<MetadataVersion> CreateAsync(MetadataVersionType type, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var system = new ExportingSystem(
            await store.GetOrAddAsync(SettingKeys.SystemIdentifier, Guid.NewGuid().ToString(), cancellationToken), options.Value.Revision, options.Value.SystemVersion);
        // Whoever changes metadata waits meanwhile, so that nothing falls between this version and the next.
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        var current = await MetadataVersions.CurrentAsync(write.Connection, cancellationToken);
        var name = await NextNameAsync(write.Connection, current, cancellationToken);
        var contents = new MetadataExportOptions { Unversioned = current is not null, SkipTypes = Left, System = system };
        var hashCode = await MetadataSnapshots.WriteAsync(write, name, output => export.ExportAsync(output, contents, null, cancellationToken), cancellationToken);
        var version = new MetadataVersion { Uid = Uid.New(), Name = name, Type = type, Created = Next(current), HashCode = hashCode };
        await MetadataVersions.AddAsync(write.Connection, version, cancellationToken);
        await write.Connection.ExecuteAsync(
            $"delete from metadataversionobject; insert into metadataversionobject (type, uid, content) select o.type, o.uid, {MetadataExport.Content} from object o", cancellationToken);
        await write.CommitAsync(cancellationToken);

        await settings.SetAsync(SettingKeys.SystemMetadataVersion, name, CancellationToken.None);
        MetadataVersionLog.Created(logger, name, type, hashCode, (long)time.GetElapsedTime(begun).TotalMilliseconds);
        return version;
    }

    // The number after that of the current version, or the next that is free.
    private static async Task<string> NextNameAsync(DbConnection connection, MetadataVersion? current, CancellationToken cancellationToken)
    {
        var number = current is not null && current.Name.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(current.Name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last < int.MaxValue / 2 ? last : 0;
        string name;
        do
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{++number}");
        }
        while (await MetadataVersions.FindAsync(connection, name, cancellationToken) is not null);
        return name;
    }

    // Dates order versions, so a clock that was set back, or another server's that is ahead, must not put this one behind.
    private DateTimeOffset Next(MetadataVersion? current)
    {
        var now = time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        return current is not null && now <= current.Created ? current.Created.AddMilliseconds(1) : now;
    }
}
