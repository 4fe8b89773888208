using System.ComponentModel.DataAnnotations;

namespace Dhis2Grpc.Server.Warehouse;

/// <summary>What the warehouse may take of the machine.</summary>
internal sealed class WarehouseOptions
{
    /// <summary>Worker threads of a statement. Default: the number of processors.</summary>
    [Range(1, 1024)]
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Memory in bytes that statements may use before they spill to the data directory.
    /// Default: half of what the process may use.</summary>
    [Range(64L << 20, long.MaxValue)]
    public long MemoryLimit { get; set; } = Math.Max(64L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
}
