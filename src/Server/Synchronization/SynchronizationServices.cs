using Dhis2Grpc.Server.Synchronization.Pull;
using Dhis2Grpc.Server.Synchronization.Push;
using Dhis2Grpc.Server.Synchronization.Versions;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>Registers the feature.</summary>
internal static class SynchronizationServices
{
    /// <summary>Adds the exchange with a remote server.</summary>
    public static IServiceCollection AddSynchronization(this IServiceCollection services)
    {
        services.AddOptions<SynchronizationOptions>();
        services.AddSingleton<RemoteServer>();
        services.AddSingleton<Availability>();
        services.AddSingleton<PushConflicts>();
        services.AddSingleton<DataPush>();
        services.AddSingleton<PushProcess>();
        services.AddSingleton<AllowedServers>();
        services.AddSingleton<MetadataPull>();
        services.AddSingleton<PullQueue>();
        services.AddSingleton<PullProcess>();
        services.AddSingleton<RemoteVersions>();
        services.AddSingleton<VanishedSections>();
        services.AddSingleton<VersionSync>();
        services.AddSingleton<VersionRequest>();
        services.AddSingleton<VersionMails>();
        services.AddSingleton<VersionSyncSteps>();
        services.AddSingleton<VersionSyncProcess>();
        return services;
    }
}
