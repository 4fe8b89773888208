using System.Globalization;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Messages.Email;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Rest;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Synchronization;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Reads the section <c>Dhis2</c> of the configuration, and hands each feature its part.</summary>
internal static class NodeOptionsServices
{
    /// <summary>Adds the options; what makes no sense stops the start.</summary>
    public static void AddNodeOptions(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection("Dhis2");
        var services = builder.Services;
        services.AddOptions<NodeOptions>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RestListenerOptions>().Bind(section.GetSection("Rest")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<GrpcListenerOptions>().Bind(section.GetSection("Grpc")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SecurityOptions>().Bind(section.GetSection("Security"));
        services.AddOptions<SynchronizationOptions>().Bind(section.GetSection("Synchronization")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EmailOptions>().Bind(section.GetSection("Email")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SchedulingOptions>().Bind(section.GetSection("Scheduling"))
            .Validate(o => o.IsValid, "Dhis2:Scheduling: a duration is not positive, or leases are renewed too late.").ValidateOnStart();

        services.Configure<StorageOptions, NodeOptions>((storage, node) => storage.DataDirectory = node.DataDirectory);
        services.Configure<SchedulingOptions, NodeOptions>((scheduling, node) => scheduling.Zone = node.GetZone());
        services.Configure<SynchronizationOptions, NodeOptions>((synchronization, node) => synchronization.LocalVersion = node.Version);
        services.Configure<RestOptions, NodeOptions>((rest, node) =>
        {
            rest.Zone = node.GetZone();
            rest.Version = int.Parse(node.Version.Split('.', '-')[1], CultureInfo.InvariantCulture);
        });
        services.Configure<RestOptions, RestListenerOptions>((rest, listener) => rest.BareSummaries = listener.BareSummaries);
        services.Configure<SettingsOptions, NodeOptions>((settings, node) =>
        {
            settings.ApplicationTitle = node.SystemName;
            settings.Zone = node.GetZone();
        });
        services.Configure<SystemInfoOptions, NodeOptions>((system, node) =>
        {
            system.Version = node.Version;
            system.SystemName = node.SystemName;
            system.Zone = node.GetZone();
        });
        services.Configure<MetadataVersionOptions, NodeOptions>((versions, node) => versions.SystemVersion = node.Version);
        services.Configure<GrpcServiceOptions, GrpcListenerOptions>((service, grpc) =>
        {
            service.MaxReceiveMessageSize = grpc.MaxReceiveMessageSize;
            service.ResponseCompressionAlgorithm = grpc.Compression;
        });
        services.AddSingleton(p => new ListenerUrls(
        [
            p.GetRequiredService<IOptions<RestListenerOptions>>().Value.Url,
            p.GetRequiredService<IOptions<GrpcListenerOptions>>().Value.Url,
        ]));
    }

    // Features do not know the host's options; the host tells them.
    private static void Configure<TOptions, TNode>(this IServiceCollection services, Action<TOptions, TNode> configure)
        where TOptions : class
        where TNode : class =>
        services.AddOptions<TOptions>().Configure<IOptions<TNode>>((options, node) => configure(options, node.Value));
}
