using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Registers the feature.</summary>
internal static class ProgressServices
{
    /// <summary>Adds what runs report to and watchers read from.</summary>
    public static IServiceCollection AddProgress(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ProgressHub>();
        return services;
    }
}
