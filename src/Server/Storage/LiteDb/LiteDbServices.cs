using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Registers the feature.</summary>
internal static class LiteDbServices
{
    /// <summary>Adds the stores of job configurations, runs, users and settings in one LiteDB file of the data
    /// directory, see <see cref="StorageOptions"/>, and its daily backups.</summary>
    public static IServiceCollection AddLiteDbStorage(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<StorageOptions>();
        services.AddSingleton(p => LiteDbStore.Open(
            p.GetRequiredService<IOptions<StorageOptions>>().Value.DataDirectory,
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ILogger<LiteDbStore>>()));
        services.AddSingleton<IJobStore, LiteDbJobStore>();
        services.AddSingleton<IUserStore, LiteDbUserStore>();
        services.AddSingleton<ISettingStore, LiteDbSettingStore>();
        services.AddSingleton<LiteDbBackups>();
        services.AddHostedService(p => p.GetRequiredService<LiteDbBackups>());
        return services;
    }
}
