namespace Dhis2Grpc.Server.Apps;

/// <summary>Registers the feature.</summary>
internal static class AppServices
{
    /// <summary>Adds the installed apps.</summary>
    public static IServiceCollection AddApps(this IServiceCollection services)
    {
        services.AddOptions<AppOptions>().BindConfiguration("Dhis2:Apps")
            .Validate(o => string.IsNullOrEmpty(o.Directory) || Directory.Exists(o.Directory), "Dhis2:Apps:Directory does not exist.").ValidateOnStart();
        services.AddSingleton<InstalledApps>();
        return services;
    }
}
