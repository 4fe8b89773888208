using System.Globalization;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Versions;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>Versions and their imports in words.</summary>
internal static class VersionTexts
{
    /// <summary>Name and type, such as Version_2 (ATOMIC).</summary>
    public static string Describe(this MetadataVersion version) =>
        $"{version.Name} ({(version.Type == MetadataVersionType.Atomic ? "ATOMIC" : "BEST_EFFORT")})";

    /// <summary>Status and counts, such as OK: 3 created, 0 updated, 0 deleted, 0 ignored.</summary>
    public static string Describe(this MetadataImportReport report) =>
        $"{(report.Status switch { ImportStatus.Ok => "OK", ImportStatus.Warning => "WARNING", _ => "ERROR" })}: {report.Stats.Describe()}";

    /// <summary>Counts.</summary>
    public static string Describe(this ImportStats stats) => string.Create(
        CultureInfo.InvariantCulture, $"{stats.Created} created, {stats.Updated} updated, {stats.Deleted} deleted, {stats.Ignored} ignored");
}
