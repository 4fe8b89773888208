namespace Dhis2Grpc.Server.Scheduling;

/// <summary>What this server runs of one job type, and what waits for it.</summary>
internal sealed class TypeLane
{
    /// <summary>Number of runs in progress, and of starts being tried.</summary>
    public int Active { get; set; }

    /// <summary>Number of times that one of them ended.</summary>
    public long Releases { get; set; }

    /// <summary>Due jobs that wait for the end of a run, the longest due first.</summary>
    public DueHeap Waiting { get; } = new();
}
