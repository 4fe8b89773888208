using System.Net;

namespace Dhis2Grpc.Server.Security;

/// <summary>The addresses that the server is about to listen on, such as <c>http://127.0.0.1:8080</c> or
/// <c>http://*:8080</c>; Hosting registers it.</summary>
internal sealed record ListenerUrls(IReadOnlyList<string> Urls)
{
    /// <summary>The first address that other machines can reach; null when there is none.</summary>
    public string? FirstPublic => Urls.FirstOrDefault(url => !IsLoopback(url));

    private static bool IsLoopback(string url)
    {
        var address = BindingAddress.Parse(url);
        if (address.IsUnixPipe || address.IsNamedPipe)
            return true;
        return address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
