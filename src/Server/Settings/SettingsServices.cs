namespace Dhis2Grpc.Server.Settings;

/// <summary>Registers the feature.</summary>
internal static class SettingsServices
{
    /// <summary>Adds the settings of the system and of its users.</summary>
    public static IServiceCollection AddSettings(this IServiceCollection services)
    {
        services.AddOptions<SettingsOptions>();
        services.AddSingleton<SystemSettings>();
        services.AddSingleton<UserSettings>();
        return services;
    }
}
