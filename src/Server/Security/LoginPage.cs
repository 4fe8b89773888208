using Microsoft.AspNetCore.Http.Features;

namespace Dhis2Grpc.Server.Security;

/// <summary>Where people log in. Scripts and other programs are told 401 instead.</summary>
internal static class LoginPage
{
    /// <summary>Path of the page.</summary>
    public const string Path = "/dhis-web-commons/security/login.action";

    /// <summary>Parameter that says where to go on afterwards.</summary>
    public const string Return = "redirect";

    /// <summary>Somebody opened a page in a browser, without a login of any kind.</summary>
    public static bool IsFor(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers.Accept.Any(a => a?.Contains("text/html", StringComparison.OrdinalIgnoreCase) ?? false)
        && request.Headers.Authorization.Count == 0
        && request.Headers.XRequestedWith.Count == 0;

    /// <summary>Where to send them, to come back afterwards to what they asked for.</summary>
    public static string Of(HttpContext http) =>
        $"{Path}?{Return}={Uri.EscapeDataString(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)}";
}
