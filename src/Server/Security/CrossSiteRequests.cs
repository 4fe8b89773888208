namespace Dhis2Grpc.Server.Security;

/// <summary>Refuses changes that a page of another site makes its visitor's browser ask for: browsers send a login they
/// remember with any request. They tell which site asked; other clients say nothing, and pass.</summary>
internal sealed class CrossSiteRequests(RequestDelegate next)
{
    private const string Header = "Sec-Fetch-Site";

    /// <summary>Lets a request pass, or answers 403.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        var method = http.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method))
            Refuse(http.Request);
        return next(http);
    }

    /// <summary>Refuses a request that a page of another site makes.</summary>
    /// <exception cref="Errors.Dhis2Exception">It is one.</exception>
    public static void Refuse(HttpRequest request)
    {
        if (request.Headers.TryGetValue(Header, out var site) && site != "same-origin" && site != "none")
            throw new Errors.Dhis2Exception(Errors.ErrorKind.PermissionDenied, "Pages of other sites may not change anything here.", "E1006");
    }
}
