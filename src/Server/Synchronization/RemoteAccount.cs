using System.Net.Http.Headers;
using System.Text;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>The remote server and the login there, as the settings say. No text of it shows the password.</summary>
internal sealed class RemoteAccount
{
    private const string Hidden = "***";

    private readonly string _password;

    private RemoteAccount(Uri baseUrl, string username, string password)
    {
        BaseUrl = baseUrl;
        _password = password;
        Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
    }

    /// <summary>Base URL, ending with a slash, without <c>api</c>.</summary>
    public Uri BaseUrl { get; }

    /// <summary>The header that logs in.</summary>
    public AuthenticationHeaderValue Authorization { get; }

    /// <summary>The account of these settings; null when one of them is empty.</summary>
    /// <exception cref="Dhis2Exception">The URL is none.</exception>
    public static RemoteAccount? Of(string url, string username, string password)
    {
        if (url.Length == 0 || username.Length == 0 || password.Length == 0)
            return null;
        var text = url.Trim().TrimEnd('/');
        if (text.EndsWith("/api", StringComparison.Ordinal))
            text = text[..^"/api".Length];
        return Uri.TryCreate(text + "/", UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri is { UserInfo: "", Query: "", Fragment: "" }
            ? new RemoteAccount(uri, username, password)
            : throw new Dhis2Exception(ErrorKind.InvalidArgument, "The setting keyRemoteInstanceUrl is not a URL such as https://play.dhis2.org/dhis.");
    }

    /// <summary>A text of the remote server without what it may have repeated of the login.</summary>
    public string Clean(string text) => text
        .Replace(Authorization.Parameter!, Hidden, StringComparison.Ordinal)
        .Replace(_password, Hidden, StringComparison.Ordinal)
        .Replace(Uri.EscapeDataString(_password), Hidden, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => BaseUrl.ToString();
}
