using System.Collections.Concurrent;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>The job types and their parameters, read from the contract's descriptors: those of a DHIS2 version, which is
/// the one that this server speaks unless the caller names another. The messages are shared; nobody may change them.</summary>
internal sealed class JobTypeMessages(JobCatalog catalog, IOptions<SystemInfoOptions> system)
{
    private readonly ConcurrentDictionary<int, JobTypeTables> _tables = new();

    /// <summary>In DHIS2's enum order.</summary>
    public ListJobTypesResponse List(int? version) => Of(version).List;

    /// <summary>Parameters by name by type.</summary>
    public ListJobTypesExtendedResponse Extended(int? version) => Of(version).Extended;

    // Paths know few versions; any number may come by gRPC, and all beyond the edges have the same types.
    private JobTypeTables Of(int? version) => _tables.GetOrAdd(
        version is { } minor ? Math.Clamp(minor, 0, JobTypeTables.Newest) : system.Value.MinorVersion,
        static (m, c) => new JobTypeTables(c, m),
        catalog);
}
