using System.Net;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>Makes the HTTP clients for other servers. They follow no redirect, keep no cookie, connect to allowed addresses only, and
/// go through no proxy: it would connect in their place, and to what it likes.</summary>
internal static class RemoteHttp
{
    /// <summary>Makes one.</summary>
    /// <param name="options">How the node talks to other servers.</param>
    /// <param name="connectionLifetime">When a connection is made anew, so that a name may lead elsewhere.</param>
    /// <param name="mayBeAt">Whether it may connect to an address and port.</param>
    /// <param name="packed">Bodies come as they were sent, gzip too; otherwise they are unpacked.</param>
    /// <param name="accept">Media types that it asks for.</param>
    public static HttpClient Create(
        SynchronizationOptions options, TimeSpan connectionLifetime, Func<IPAddress, int, bool> mayBeAt, bool packed = false, string accept = "application/json")
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = packed ? DecompressionMethods.None : DecompressionMethods.GZip,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = connectionLifetime,
            ConnectCallback = (context, ct) => PublicAddress.ConnectAsync(context.DnsEndPoint, a => mayBeAt(a, context.DnsEndPoint.Port), ct),
        })
        {
            // Each request has a limit of its own.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Add("Accept", accept);
        http.DefaultRequestHeaders.Add("User-Agent", "Dhis2Grpc");
        return http;
    }
}
