namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Registers the feature.</summary>
internal static class LiteDbServices
{
    /// <summary>Adds the stores of job configurations, runs, users and settings in one LiteDB file of the data
    /// directory, see <see cref="StorageOptions"/>.</summary>
    public static IServiceCollection AddLiteDbStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>();
        return services;
    }
}
