using Dhis2.Synchronization.V1;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Versions;
using Google.Protobuf.WellKnownTypes;
using WireType = Dhis2.Metadata.V1.MetadataVersionType;
using WireVersion = Dhis2.Metadata.V1.MetadataVersion;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>What became of a version, as clients see it.</summary>
internal static class VersionOutcomeMessages
{
    /// <summary>The outcome as a message.</summary>
    public static MetadataSyncSummary ToMessage(this VersionOutcome outcome)
    {
        var version = new WireVersion
        {
            Id = outcome.Version.Uid,
            Name = outcome.Version.Name,
            Type = outcome.Version.Type == MetadataVersionType.Atomic ? WireType.Atomic : WireType.BestEffort,
            Created = outcome.Version.Created.ToTimestamp(),
            HashCode = outcome.Version.HashCode,
        };
        if (outcome.IsTaken && outcome.Version.Imported is { } imported)
            version.ImportDate = imported.ToTimestamp();
        return new() { ImportReport = outcome.Report.ToMessage(), MetadataVersion = version };
    }
}
