using Dhis2Grpc.Server.Rest.OpenApi;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Rest.Schema;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Registers the edge between DHIS2's JSON dialect and the contracts.</summary>
internal static class RestEdge
{
    /// <summary>Adds the edge: transcoding of the contracts' HTTP rules, and the capture of what passes it.</summary>
    public static IServiceCollection AddRestEdge(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<RestOptions>();
        services.AddRequestDecompression(static o =>
        {
            o.DecompressionProviders.Clear();
            foreach (var coding in BodyDecompression.All)
                o.DecompressionProviders.Add(coding.Name, coding);
        });
        services.AddSingleton<RestSchema>();
        services.AddSingleton<RestFormatter>();
        services.AddSingleton<RestCapture>();
        services.AddSingleton<OpenApiDocumentation>();
        services.AddGrpc().AddJsonTranscoding(o => o.JsonSettings = new GrpcJsonSettings { IgnoreDefaultValues = true });
        // It goes first, so that it sees failures as clients do, whatever the order of registration.
        services.PostConfigure<GrpcServiceOptions>(o =>
        {
            // The route that answers for unknown services takes every path of two segments, which hides 405 from routing.
            // Clients read the 404 that is left as UNIMPLEMENTED too.
            o.IgnoreUnknownServices = true;
            o.Interceptors.Add<RestCapture>();
            var capture = o.Interceptors[^1];
            o.Interceptors.RemoveAt(o.Interceptors.Count - 1);
            o.Interceptors.Insert(0, capture);
        });
        return services;
    }

    /// <summary>Adds the edge to the pipeline, with routing inside it: the version leaves the path before routing.
    /// Security follows.</summary>
    public static IApplicationBuilder UseRestEdge(this IApplicationBuilder app)
    {
        app.Use(static (http, next) =>
        {
            RestVersion.TakeFromPath(http);
            HeadRequest.TakeAsGet(http);
            return next(http);
        });
        app.UseRouting();
        app.UseRequestDecompression();
        app.UseMiddleware<RestEdgeMiddleware>();
        return app;
    }
}
