using Dhis2Grpc.Server.Progress;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Start and stop of the node as others see it: health is SERVING from the moment the node listens with its
/// stores open until it begins to stop, and watches are told to come back later.</summary>
internal sealed class NodeLifetime(ProgressHub hub, IHostApplicationLifetime lifetime) : IHealthCheck, IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(hub.Close);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The stores are not open."));
}

/// <summary>Registers the lifetime.</summary>
internal static class NodeLifetimeServices
{
    /// <summary>Adds health, and what happens at start and stop.</summary>
    public static void AddNodeLifetime(this IServiceCollection services)
    {
        services.AddSingleton<NodeLifetime>();
        services.AddHostedService(p => p.GetRequiredService<NodeLifetime>());
        services.AddGrpcHealthChecks().AddCheck<NodeLifetime>("node");
        // Health watches notice a change within a second.
        services.Configure<HealthCheckPublisherOptions>(o =>
        {
            o.Delay = TimeSpan.Zero;
            o.Period = TimeSpan.FromSeconds(1);
        });
    }
}
