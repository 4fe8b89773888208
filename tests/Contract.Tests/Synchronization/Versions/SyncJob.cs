using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Settings;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Synchronization.Versions;

/// <summary>Nodes that have a META_DATA_SYNC job.</summary>
internal static class SyncJob
{
    /// <summary>Starts a node whose remote server is the peer's, and which tries again at once.</summary>
    public static Task<TestNode> StartAsync(Central central, params string[] settings) =>
        SyncNode.StartAsync(central.Peer.Url, ["Dhis2:Synchronization:MetadataRetryDelay=00:00:00.001", .. settings]);

    /// <summary>Creates the job.</summary>
    public static async Task<string> CreateAsync(GrpcChannel channel)
    {
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(channel);
        var job = new JobConfiguration { Name = "Metadata", JobType = JobType.MetaDataSync, CronExpression = SharedNode.NextCron(), MetaDataSync = new() { DataValuesPageSize = 100 } };
        return (await jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: DataNode.Ct)).JobConfiguration.Id;
    }

    /// <summary>Creates the job and runs it to its end.</summary>
    public static async Task<JobRun> RunAsync(TestNode node) => await SyncNode.RunAsync(node.Channel, await CreateAsync(node.Channel));

    /// <summary>The versions that hold on the node, by name.</summary>
    public static async Task<List<MetadataVersion>> VersionsAsync(TestNode node) => await node.Services.GetRequiredService<MetadataVersions>().ListAsync(DataNode.Ct);

    /// <summary>Their names.</summary>
    public static async Task<string> NamesAsync(TestNode node) => string.Join(' ', (await VersionsAsync(node)).Select(v => v.Name));

    /// <summary>A setting.</summary>
    public static async Task<string> SettingAsync(TestNode node, string key) => await node.Services.GetRequiredService<SystemSettings>().TextAsync(key, DataNode.Ct);

    /// <summary>Whether a data element is there.</summary>
    public static async Task<bool> HasAsync(TestNode node, string uid) => (await node.Http.GetAsync($"/api/dataElements/{uid}", DataNode.Ct)).IsSuccessStatusCode;

    /// <summary>The stages of a process as "description: summary or error".</summary>
    public static List<string> Stages(JobProcess process) => [.. process.Stages.Select(s => $"{s.Description}: {(s.HasError ? s.Error : s.Summary)}")];
}
