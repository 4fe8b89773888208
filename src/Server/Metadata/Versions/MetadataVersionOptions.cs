using System.Reflection;

namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>What snapshots tell of the system that made them; set by the host.</summary>
internal sealed class MetadataVersionOptions
{
    /// <summary>DHIS2 version that the node speaks.</summary>
    public string SystemVersion { get; set; } = "2.40.0";

    /// <summary>Revision of the program.</summary>
    public string Revision { get; set; } =
        typeof(MetadataVersionOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
