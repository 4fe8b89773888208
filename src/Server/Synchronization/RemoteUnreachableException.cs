namespace Dhis2Grpc.Server.Synchronization;

/// <summary>No answer came from the remote server. The message says why, without address, login or query.</summary>
internal sealed class RemoteUnreachableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>This node did not even try, for a reason that its administrator can change.</summary>
    public bool Refused { get; init; }
}
