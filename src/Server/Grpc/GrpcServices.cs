using Grpc.AspNetCore.Server;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Registers the gRPC services.</summary>
internal static class GrpcServices
{
    /// <summary>Adds the services' needs. An interceptor that must see errors as clients do is added before.</summary>
    public static IServiceCollection AddGrpcServices(this IServiceCollection services)
    {
        services.AddGrpc(o => o.Interceptors.Add<ErrorInterceptor>());
        services.AddSingleton<ErrorInterceptor>();
        services.AddGrpcReflection();
        return services;
    }

    /// <summary>Maps the services; health and reflection need no login.</summary>
    public static void MapGrpcServices(this IEndpointRouteBuilder app)
    {
        app.MapGrpcService<SystemService>();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        app.MapGrpcReflectionService().AllowAnonymous();
    }
}
