namespace Dhis2Grpc.Server.Progress;

/// <summary>Why a run should end early.</summary>
internal enum RunStop
{
    /// <summary>It should not.</summary>
    None,

    /// <summary>A user cancelled it.</summary>
    Cancelled,

    /// <summary>The server shuts down.</summary>
    Shutdown,

    /// <summary>A failure that its policy does not let pass.</summary>
    Aborted,

    /// <summary>The store gave the run to somebody else.</summary>
    Lost,
}
