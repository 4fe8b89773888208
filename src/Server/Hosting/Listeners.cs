using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>The two listeners: REST on HTTP/1.1, gRPC on HTTP/2 without TLS.</summary>
internal sealed class Listeners(IOptions<RestListenerOptions> rest, IOptions<GrpcListenerOptions> grpc)
    : IConfigureOptions<KestrelServerOptions>
{
    /// <inheritdoc/>
    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = rest.Value.MaxRequestBodySize;
        // Watchers may read as slowly as they like; their buffers are bounded.
        options.Limits.MinResponseDataRate = null;
        options.Limits.Http2.MaxStreamsPerConnection = grpc.Value.MaxStreamsPerConnection;
        // Finds clients that vanished without a word, and keeps idle watches alive through proxies.
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        options.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        Listen(options, rest.Value.Url, HttpProtocols.Http1);
        Listen(options, grpc.Value.Url, HttpProtocols.Http2);
    }

    private static void Listen(KestrelServerOptions options, string url, HttpProtocols protocols)
    {
        var address = ListenAddress.Parse(url, out _) ?? throw new InvalidOperationException($"Cannot listen on {url}.");
        if (address.Localhost)
            options.ListenLocalhost(address.Port, l => l.Protocols = protocols);
        else if (address.Address is { } ip)
            options.Listen(ip, address.Port, l => l.Protocols = protocols);
        else
            options.ListenAnyIP(address.Port, l => l.Protocols = protocols);
    }
}
