using System.Net;
using System.Net.Sockets;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>Tells addresses of the internet from those of this machine and its networks.</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Others =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fc00::/7",
            "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether the address is one of the internet. Those that hold another inside count as what is inside.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return !Others.Any(n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address));
    }

    /// <summary>Connects to the first address of a host that answers, of those that are allowed. The check is made on the address that
    /// is connected to, so that a name which resolves to another one next time gains nothing.</summary>
    /// <exception cref="AddressRefusedException">The host has none that is allowed.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, Func<IPAddress, bool> mayBeAt, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        var allowed = addresses.Where(mayBeAt).ToArray();
        if (allowed.Length == 0)
            throw new AddressRefusedException(host.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The host has only addresses that this node may not connect to.</summary>
internal sealed class AddressRefusedException(string host) : IOException($"{host} has no public address.");
