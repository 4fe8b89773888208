using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Authorization;

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
        services.AddOptions<SystemInfoOptions>();
        // They hold nothing of a call, and so need not be made for each.
        services.AddSingleton<SystemService>();
        services.AddSingleton<SystemSettingsService>();
        services.AddSingleton<UserSettingsService>();
        services.AddSingleton<JobConfigurationService>();
        services.AddSingleton<SchedulingService>();
        services.AddSingleton<JobQueueService>();
        services.AddSingleton<JobMaintenanceService>();
        services.AddSingleton<NotificationService>();
        services.AddSingleton<SynchronizationService>();
        services.AddSingleton<DataUploads>();
        services.AddSingleton<DataValueSetService>();
        services.AddSingleton<CompleteDataSetRegistrationService>();
        services.AddSingleton<AnalyticsService>();
        services.AddSingleton<MetadataService>();
        services.AddSingleton<MetadataVersionService>();
        services.AddSingleton<MetadataObjectService>();
        services.AddSingleton<DataIntegrityService>();
        services.AddSingleton<JobConfigurationMessages>();
        services.AddSingleton<JobConfigurationRequests>();
        services.AddSingleton<JobLists>();
        services.AddSingleton<JobTypeMessages>();
        services.AddSingleton<RunEventMessages>();
        services.AddSingleton<JobRunWatches>();
        services.AddSingleton<QueueRunWatches>();
        services.AddSingleton<SchedulerEntries>();
        return services;
    }

    /// <summary>Maps the services; health and reflection need no login.</summary>
    public static void MapGrpcServices(this IEndpointRouteBuilder app)
    {
        app.MapGrpcService<SystemService>().Add(OpenPing);
        app.MapGrpcService<SystemSettingsService>();
        app.MapGrpcService<UserSettingsService>();
        app.MapGrpcService<JobConfigurationService>();
        app.MapGrpcService<SchedulingService>();
        app.MapGrpcService<JobQueueService>();
        app.MapGrpcService<JobMaintenanceService>();
        app.MapGrpcService<NotificationService>();
        app.MapGrpcService<SynchronizationService>();
        app.MapGrpcService<DataValueSetService>();
        app.MapGrpcService<CompleteDataSetRegistrationService>();
        app.MapGrpcService<AnalyticsService>();
        app.MapGrpcService<MetadataService>();
        app.MapGrpcService<MetadataVersionService>();
        app.MapGrpcService<MetadataObjectService>();
        app.MapGrpcService<DataIntegrityService>();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        app.MapGrpcReflectionService().AllowAnonymous();
    }

    // /api/ping tells that the server is there; /api/system/ping that the credentials are good.
    private static void OpenPing(EndpointBuilder endpoint)
    {
        if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: "/api/ping" })
            endpoint.Metadata.Add(new AllowAnonymousAttribute());
    }
}
