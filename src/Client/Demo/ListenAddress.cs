using System.Net;
using System.Net.Sockets;
using Dhis2Grpc.Client.CommandLine;

namespace Dhis2Grpc.Client.Demo;

/// <summary>Chooses where the node listens. Port 0 means any free one; a taken default port is replaced by a free one,
/// a taken port that was asked for is an error.</summary>
internal static class ListenAddress
{
    /// <summary>The address to listen at.</summary>
    /// <param name="asked">As asked for; null for the default.</param>
    /// <param name="fallback">The default.</param>
    public static Uri Choose(string? asked, string fallback)
    {
        if (!Uri.TryCreate(asked ?? fallback, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp)
            throw new CommandException($"'{asked}' is not an address such as {fallback}.");
        var ip = address.HostNameType == UriHostNameType.Dns
            ? IPAddress.Loopback
            : IPAddress.Parse(address.Host.Trim('[', ']'));
        if (address.Port != 0 && IsFree(ip, address.Port))
            return address;
        if (address.Port != 0 && asked is not null)
        {
            throw new CommandException(
                $"Port {address.Port} is taken by another program; choose another one, or port 0 for any free one.",
                ExitCode.Failed);
        }

        return new UriBuilder(address) { Port = FreePort(ip) }.Uri;
    }

    /// <summary>Where a client on this machine reaches a listener.</summary>
    public static Uri Reachable(Uri listener) =>
        listener.Host is "0.0.0.0" or "[::]" ? new UriBuilder(listener) { Host = "127.0.0.1" }.Uri : listener;

    private static bool IsFree(IPAddress ip, int port)
    {
        try
        {
            using var listener = new TcpListener(ip, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort(IPAddress ip)
    {
        using var listener = new TcpListener(ip, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
