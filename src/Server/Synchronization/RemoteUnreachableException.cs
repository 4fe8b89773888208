namespace Dhis2Grpc.Server.Synchronization;

/// <summary>No answer came from the remote server. The message says why, without address, login or query.</summary>
internal sealed class RemoteUnreachableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>This node did not even try, for a reason that its administrator can change.</summary>
    public bool Refused { get; init; }

    /// <summary>What a failure of the HTTP client means.</summary>
    public static RemoteUnreachableException Of(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is AddressRefusedException)
            {
                return new RemoteUnreachableException(
                    "The remote server is not asked: its address is one of this machine or of a private network. Allow it with Dhis2:Synchronization:AllowPrivateNetworks", e)
                { Refused = true };
            }
        }
        return new RemoteUnreachableException((e as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "The name of the remote server cannot be resolved",
            HttpRequestError.ConnectionError => "No connection to the remote server could be made",
            HttpRequestError.SecureConnectionError => "The remote server's TLS certificate or protocol is not accepted",
            _ => "The connection to the remote server broke",
        }, e);
    }
}
