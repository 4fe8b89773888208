namespace Dhis2Grpc.Server.Settings;

/// <summary>Registers the feature.</summary>
internal static class SettingsServices
{
    /// <summary>Adds the system's settings.</summary>
    public static IServiceCollection AddSettings(this IServiceCollection services)
    {
        services.AddOptions<SettingsOptions>();
        services.AddSingleton<SystemSettings>();
        return services;
    }
}
