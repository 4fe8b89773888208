using System.Net;
using Dhis2Grpc.Server.Errors;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Synchronization.Pull;

/// <summary>The servers that a pull may read from, by exact origin: scheme, host and port.</summary>
internal sealed class AllowedServers
{
    /// <summary>How the setting's first entry is named in the environment.</summary>
    public const string Setting = "Dhis2__Synchronization__AllowedServers__0";

    private const string NotListed = "Provided URL is not in the remote servers allowed list";

    private readonly HashSet<string> _origins;
    private readonly HashSet<IPEndPoint> _addresses;

    public AllowedServers(IOptions<SynchronizationOptions> options)
    {
        List<Uri> servers = [.. options.Value.AllowedServers.Select(Parse).OfType<Uri>()];
        _origins = servers.Select(OriginOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _addresses = [.. servers.Where(s => s.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6).Select(s => new IPEndPoint(Plain(IPAddress.Parse(s.IdnHost)), s.Port))];
    }

    /// <summary>The origin that an entry names; null when it is none.</summary>
    public static Uri? Parse(string entry) =>
        Uri.TryCreate(entry.Trim(), UriKind.Absolute, out var uri) && IsWeb(uri) && uri is { UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "" } ? uri : null;

    /// <summary>The URL, when it may be read.</summary>
    /// <exception cref="Dhis2Exception">It may not, or is none; the message shows nothing of its path, query or login.</exception>
    public Uri Check(string url)
    {
        var text = url.Trim();
        if (text.Length == 0)
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "The URL is missing.");
        if (_origins.Count == 0)
            throw Refused($"{NotListed}, which is empty: name servers with {Setting} and on, such as https://play.dhis2.org");
        if (text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || !IsWeb(uri))
            throw Refused($"{NotListed}: it is no URL such as https://play.dhis2.org/demo/api/metadata.json");
        return Check(uri);
    }

    /// <summary>The URL, when it may be read.</summary>
    /// <exception cref="Dhis2Exception">It may not.</exception>
    public Uri Check(Uri url)
    {
        if (!IsWeb(url) || !_origins.Contains(OriginOf(url)))
            throw Refused($"{NotListed}, which {Setting} and on hold");
        return url is { UserInfo: "", Fragment: "" } ? url : throw Refused($"{NotListed}: a URL with a login or a fragment never is");
    }

    /// <summary>Whether a server may have this address: a public one, or one that the list names itself.</summary>
    public bool MayBeAt(IPAddress address, int port) => PublicAddress.Is(address) || _addresses.Contains(new IPEndPoint(Plain(address), port));

    /// <summary>Whether scheme, host and port are the same.</summary>
    public static bool SameOrigin(Uri one, Uri other) => string.Equals(OriginOf(one), OriginOf(other), StringComparison.OrdinalIgnoreCase);

    private static bool IsWeb(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp;

    private static string OriginOf(Uri uri) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}");

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static Dhis2Exception Refused(string message) => new(ErrorKind.Conflict, message, "E1004");
}
