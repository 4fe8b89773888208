namespace Dhis2Grpc.Server.Hosting;

/// <summary>Keeps the two faces apart.</summary>
internal static class Faces
{
    /// <summary>Answers requests on the gRPC port that are not gRPC with a hint, in place of REST in another dialect.</summary>
    public static void UseFaces(this WebApplication app) => app.Use(static (http, next) =>
    {
        // Only the gRPC listener speaks HTTP/2.
        if (!HttpProtocol.IsHttp2(http.Request.Protocol)
            || (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) ?? false))
            return next(http);
        http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return http.Response.WriteAsync("This port speaks gRPC. REST is served on the other one, by default 8080.\n", http.RequestAborted);
    });
}
