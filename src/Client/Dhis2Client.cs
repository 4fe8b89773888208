using Dhis2.Analytics.V1;
using Dhis2.Data.V1;
using Dhis2.Metadata.V1;
using Dhis2.Scheduling.V1;
using Dhis2.Synchronization.V1;
using Dhis2.System.V1;
using Dhis2Grpc.Client.Analytics;
using Dhis2Grpc.Client.Connection;
using Dhis2Grpc.Client.Documents;
using Dhis2Grpc.Client.Errors;
using Dhis2Grpc.Client.Jobs;
using Dhis2Grpc.Client.Settings;
using Dhis2Grpc.Client.Synchronization;
using Dhis2Grpc.Client.Watching;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Dhis2Grpc.Client;

/// <summary>A connection to a server. Its properties are handles: small objects that call one service each.
/// Thread-safe; create one and keep it. Every failed call throws <see cref="Dhis2Exception"/>.</summary>
/// <example><code>
/// await using var client = Dhis2Client.Connect(new Uri("http://127.0.0.1:8081"), new Dhis2Credentials("admin", "district"));
/// var run = await client.Job("fX2nHkq3w9a").ExecuteAsync();
/// await foreach (var update in run.WatchAsync())
///     Console.WriteLine($"{update.Run.State}: {update.Run.Sequence.Count} processes");
/// </code></example>
public sealed class Dhis2Client : IAsyncDisposable, IDisposable
{
    private readonly GrpcChannel? _owned;

    private Dhis2Client(ChannelBase channel, GrpcChannel? owned, Dhis2ClientOptions options)
    {
        _owned = owned;
        var invoker = channel.Intercept(new CallInterceptor(options));
        var scheduling = new SchedulingService.SchedulingServiceClient(invoker);
        var watching = new RunWatch(scheduling, options.TimeProvider);
        Invoker = invoker;
        System = new SystemHandle(new SystemService.SystemServiceClient(invoker));
        JobConfigurations =
            new JobConfigurationsHandle(new JobConfigurationService.JobConfigurationServiceClient(invoker));
        Scheduling = new SchedulingHandle(scheduling, watching);
        Queues = new JobQueuesHandle(this, new JobQueueService.JobQueueServiceClient(invoker), options.TimeProvider);
        Metadata = new MetadataHandle(new MetadataService.MetadataServiceClient(invoker));
        MetadataVersions = new MetadataVersionsHandle(new MetadataVersionService.MetadataVersionServiceClient(invoker));
        DataValueSets = new DataValueSetsHandle(new DataValueSetService.DataValueSetServiceClient(invoker));
        Settings = new SystemSettingsHandle(new SystemSettingsService.SystemSettingsServiceClient(invoker));
        Synchronization = new SynchronizationHandle(new SynchronizationService.SynchronizationServiceClient(invoker));
        Analytics = new AnalyticsHandle(new AnalyticsService.AnalyticsServiceClient(invoker), options.TimeProvider);
    }

    /// <summary>Who the server is, and who the caller is.</summary>
    public SystemHandle System { get; }

    /// <summary>Job configurations: create, read, change, delete.</summary>
    public JobConfigurationsHandle JobConfigurations { get; }

    /// <summary>What runs, what ran, and the watches.</summary>
    public SchedulingHandle Scheduling { get; }

    /// <summary>Queues of jobs, their runs, and the schedule as one list.</summary>
    public JobQueuesHandle Queues { get; }

    /// <summary>Import and export of metadata documents.</summary>
    public MetadataHandle Metadata { get; }

    /// <summary>Versions of the metadata, which other servers keep in step with.</summary>
    public MetadataVersionsHandle MetadataVersions { get; }

    /// <summary>Import and export of data values.</summary>
    public DataValueSetsHandle DataValueSets { get; }

    /// <summary>The settings of the system.</summary>
    public SystemSettingsHandle Settings { get; }

    /// <summary>The exchange of the server with its remote server.</summary>
    public SynchronizationHandle Synchronization { get; }

    /// <summary>Questions to the analytics tables.</summary>
    public AnalyticsHandle Analytics { get; }

    /// <summary>The calls' way to the server, with credentials and errors handled; for other generated clients.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Connects to the server's gRPC address. No traffic happens before the first call.</summary>
    /// <param name="server">Address such as http://127.0.0.1:8081.</param>
    /// <param name="credentials">Login; null calls without one.</param>
    /// <param name="options">Deadlines and clock; null means the defaults.</param>
    public static Dhis2Client Connect(
        Uri server, Dhis2Credentials? credentials = null, Dhis2ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            EnableMultipleHttp2Connections = true,
            // A watch may be silent for long; a dead connection must still be noticed.
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        var channel = GrpcChannel.ForAddress(server, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            // A snapshot of a run of many thousand items is larger than gRPC's default of 4 MB.
            MaxReceiveMessageSize = 64 * 1024 * 1024,
        });
        return new(channel, channel, (options ?? new()) with { Credentials = credentials ?? options?.Credentials });
    }

    /// <summary>Uses a channel that the caller owns and disposes.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="options">Credentials, deadlines and clock; null means the defaults.</param>
    public static Dhis2Client Over(ChannelBase channel, Dhis2ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return new(channel, null, options ?? new());
    }

    /// <summary>The job configuration of a UID. No call is made yet.</summary>
    /// <param name="uid">UID of the job configuration.</param>
    public JobHandle Job(string uid) => new(this, uid);

    /// <summary>A run. No call is made yet.</summary>
    /// <param name="runId">Identifier, as <see cref="JobHandle.ExecuteAsync"/> tells it.</param>
    public RunHandle Run(string runId) => new(this, runId);

    /// <inheritdoc/>
    public void Dispose() => _owned?.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
