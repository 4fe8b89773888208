using System.Net;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Where a listener listens.</summary>
/// <param name="Address">Address; null means every address of the machine.</param>
/// <param name="Localhost">Both loopback addresses, by name.</param>
/// <param name="Port">Port; 0 takes a free one.</param>
internal sealed record ListenAddress(IPAddress? Address, bool Localhost, int Port)
{
    /// <summary>Only this machine can connect.</summary>
    public bool IsLoopback => Localhost || (Address is not null && IPAddress.IsLoopback(Address));

    /// <summary>Reads a URL; null, and the problem in words, when the server cannot listen there.</summary>
    public static ListenAddress? Parse(string url, out string problem)
    {
        problem = "";
        // Uri rejects the wildcards that everybody writes.
        var wildcard = url.Contains("://*", StringComparison.Ordinal) || url.Contains("://+", StringComparison.Ordinal);
        var text = wildcard
            ? url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal)
            : url;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            problem = "is not a URL such as http://127.0.0.1:8080.";
        else if (uri.Scheme != Uri.UriSchemeHttp)
            problem = "must start with http://; for TLS put a reverse proxy in front.";
        else if (uri.PathAndQuery != "/")
            problem = "must have no path.";
        if (problem.Length > 0 || uri is null)
            return null;

        if (wildcard)
            return new(null, false, uri.Port);
        if (uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return uri.Port == 0 ? new(IPAddress.Loopback, false, 0) : new(null, true, uri.Port);
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address))
            return new(address, false, uri.Port);

        problem = "must name an IP address, localhost or *.";
        return null;
    }
}
