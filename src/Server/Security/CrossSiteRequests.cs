namespace Dhis2Grpc.Server.Security;

/// <summary>Refuses changes that a page of another site makes its visitor's browser ask for: browsers send a login they
/// remember with any request. They tell which site asked; other clients say nothing, and pass.</summary>
internal sealed class CrossSiteRequests(RequestDelegate next)
{
    private const string Header = "Sec-Fetch-Site";

    /// <summary>Lets a request pass, or answers 403.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (HttpMethods.IsGet(request.Method) || !request.Headers.TryGetValue(Header, out var site) || site == "same-origin" || site == "none")
            return next(http);
        if (HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return next(http);
        throw new Errors.Dhis2Exception(Errors.ErrorKind.PermissionDenied, "Pages of other sites may not change anything here.", "E1006");
    }
}
