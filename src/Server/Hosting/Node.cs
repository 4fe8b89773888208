using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Apps;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Jobs.AnalyticsTable;
using Dhis2Grpc.Server.Jobs.DataImport;
using Dhis2Grpc.Server.Jobs.DataSync;
using Dhis2Grpc.Server.Jobs.MetadataPull;
using Dhis2Grpc.Server.Jobs.MetaDataSync;
using Dhis2Grpc.Server.Jobs.ResourceTable;
using Dhis2Grpc.Server.Jobs.Test;
using Dhis2Grpc.Server.Messages;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Rest;
using Dhis2Grpc.Server.Rest.Documents;
using Dhis2Grpc.Server.Rest.OpenApi;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Storage.LiteDb;
using Dhis2Grpc.Server.Synchronization;
using Dhis2Grpc.Server.Synchronization.Pull;
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
        builder.AddNodeOptions();
        AddFeatures(builder.Services);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseFaces();
        app.UseRestEdge();
        app.UseOtherCollections();
        app.UseSecurity();
        app.MapGrpcServices();
        app.MapDataDocuments();
        app.MapMetadataDocuments();
        app.MapSyncDocuments();
        app.MapMetadataVersionDocuments();
        app.MapSettingDocuments();
        app.MapOpenApi();
        app.MapMetadataRoutes();
        app.MapApps();
        app.MapLogin();
        app.MapJobMarks();
        return app;
    }

    private static void AddFeatures(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        // The stores open side by side, and so the node listens sooner.
        services.Configure<HostOptions>(o =>
        {
            o.ServicesStartConcurrently = true;
            // Little more than what runs are given: a document that is still being sent must not hold up the stop.
            o.ShutdownTimeout = TimeSpan.FromSeconds(12);
        });
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, Listeners>();
        services.AddNodeLifetime();

        services.AddLiteDbStorage();
        services.AddWarehouse();
        services.AddSecurity();
        services.AddSettings();
        services.AddMessages();

        services.AddProgress();
        services.AddScheduling();
        services.AddSingleton<IJobSettings, JobSettings>();
        services.AddTestJob();
        services.AddDataImportJobs();
        services.AddSingleton<ImportLauncher>();
        services.AddSingleton<IImportLauncher>(s => s.GetRequiredService<ImportLauncher>());
        services.AddSingleton<IPullLauncher>(s => s.GetRequiredService<ImportLauncher>());
        services.AddHostedService(s => s.GetRequiredService<ImportLauncher>());
        services.AddResourceTableJob();
        services.AddAnalyticsTableJob();
        services.AddDataSyncJob();
        services.AddMetadataPullJob();
        services.AddMetaDataSyncJob();
        services.AddMetadata();
        services.AddMetadataVersions();
        services.AddData();
        services.AddSynchronization();
        services.AddAnalytics();
        services.AddApps();

        services.AddSingleton<IObjectJson, ObjectJson>();
        services.AddSingleton<IObjectForms, ObjectForms>();
        services.AddSingleton<IStoredJson, StoredObjectJson>();
        services.AddRestEdge();
        services.AddGrpcServices();
    }
}
