namespace Dhis2Grpc.Client.Demo;

/// <summary>How to run the demo.</summary>
internal sealed record DemoOptions
{
    /// <summary>Where the node keeps its data; null for a temporary directory that goes with the demo.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>1 for about 1,300 units and a million values.</summary>
    public double Size { get; init; } = 1;

    /// <summary>Which country.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>REST address; null for the default.</summary>
    public string? RestUrl { get; init; }

    /// <summary>gRPC address; null for the default.</summary>
    public string? GrpcUrl { get; init; }

    /// <summary>End after the show.</summary>
    public bool Exit { get; init; }
}
