using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Jobs.AnalyticsTable;
using Dhis2Grpc.Server.Jobs.ResourceTable;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Rest;
using Dhis2Grpc.Server.Rest.Documents;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Storage.LiteDb;
using Dhis2Grpc.Server.Warehouse.DuckDb;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Composes the server: every feature adds itself with one line here.</summary>
internal static class Node
{
    /// <summary>Builds the server from command line, environment and <c>appsettings.json</c>; it is not started.</summary>
    /// <param name="args">Command line, such as <c>--Dhis2:DataDirectory=/var/lib/dhis2</c>.</param>
    /// <param name="configure">Last word before the services are fixed, for tests.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // Settings are read once; watching the files costs start-up time and a file-system watcher per node.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        builder.AddNodeLogging();
        AddOptions(builder);
        AddFeatures(builder.Services);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseFaces();
        app.UseRestEdge();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGrpcServices();
        app.MapDataDocuments();
        return app;
    }

    private static void AddOptions(WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection("Dhis2");
        var services = builder.Services;
        services.AddOptions<NodeOptions>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RestListenerOptions>().Bind(section.GetSection("Rest")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<GrpcListenerOptions>().Bind(section.GetSection("Grpc")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<StorageOptions>().Configure<IOptions<NodeOptions>>((files, node) => files.DataDirectory = node.Value.DataDirectory);
        services.AddOptions<SecurityOptions>().Bind(section.GetSection("Security"));
        services.AddSingleton(p => new ListenerUrls(
        [
            p.GetRequiredService<IOptions<RestListenerOptions>>().Value.Url,
            p.GetRequiredService<IOptions<GrpcListenerOptions>>().Value.Url,
        ]));
        services.AddOptions<SystemInfoOptions>().Configure<IOptions<NodeOptions>>((system, node) =>
        {
            system.Version = node.Value.Version;
            system.SystemName = node.Value.SystemName;
            system.Zone = node.Value.Zone;
        });
        services.AddOptions<RestOptions>().Configure<IOptions<NodeOptions>>((rest, node) => rest.Zone = node.Value.Zone);
    }

    private static void AddFeatures(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, Listeners>();
        services.AddLiteDbStorage();
        services.AddSecurity();
        services.AddProgress();
        services.AddNodeLifetime();
        services.AddRestEdge();
        services.AddWarehouse();
        services.AddMetadata();
        services.AddData();
        services.AddAnalytics();
        services.AddSingleton<IJobSettings, JobSettings>();
        services.AddResourceTableJob();
        services.AddAnalyticsTableJob();
        services.AddGrpcServices();
    }
}
