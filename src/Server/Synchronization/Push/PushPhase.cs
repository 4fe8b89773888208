namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>What a push goes through, in this order.</summary>
internal enum PushPhase
{
    /// <summary>What an earlier push began and did not end, without what was acknowledged then.</summary>
    Interrupted,

    /// <summary>What changed since the last success.</summary>
    Changed,

    /// <summary>What was refused before: it may be corrected by now, on either side.</summary>
    Refused,
}
