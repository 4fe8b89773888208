namespace Dhis2Grpc.Server.Rest;

/// <summary>A request for the headers alone. It is served as GET; the listener leaves the body out.</summary>
internal sealed class HeadRequest
{
    private static readonly HeadRequest Mark = new();

    private HeadRequest()
    {
    }

    /// <summary>The caller asked for the headers alone.</summary>
    public static bool Is(HttpContext http) => http.Features.Get<HeadRequest>() is not null;

    /// <summary>Lets routing take it for GET.</summary>
    public static void TakeAsGet(HttpContext http)
    {
        if (!HttpMethods.IsHead(http.Request.Method) || !http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
            return;
        http.Features.Set(Mark);
        http.Request.Method = HttpMethods.Get;
    }
}
