using System.Text;
using System.Text.Json;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Settings;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Synchronization;

/// <summary>A node that has a remote server, on this machine unless said otherwise.</summary>
internal static class SyncNode
{
    public const string Username = "clerk", Password = "p4ß:wort-Zq7";

    public static string Basic { get; } = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{Password}"));

    public static async Task<TestNode> StartAsync(Uri remote, params string[] settings)
    {
        var node = await TestNode.StartAsync(settings:
        [
            "Dhis2:Synchronization:AllowPrivateNetworks=true", "Dhis2:Synchronization:RetryDelay=00:00:00.001", .. settings,
        ]);
        await ConnectAsync(node, remote, Username, Password);
        return node;
    }

    /// <summary>Tells a node its remote server.</summary>
    public static async Task ConnectAsync(TestNode node, Uri remote, string username, string password) =>
        await node.Services.GetRequiredService<SystemSettings>().SetAsync(
            [
                new(SettingKeys.RemoteUrl, remote.ToString()), new(SettingKeys.RemoteUsername, username), new(SettingKeys.RemotePassword, password),
                new(SettingKeys.AvailabilityDelay, "1"),
            ], DataNode.Ct);

    /// <summary>A node that has a remote server, and a country to report on.</summary>
    public static async Task<TestNode> StartWithMetadataAsync(Uri remote, params string[] settings)
    {
        var node = await StartAsync(remote, settings);
        await FillAsync(node.Http);
        return node;
    }

    /// <summary>Imports the country.</summary>
    public static async Task FillAsync(HttpClient http)
    {
        var answer = await http.PostAsync("/api/metadata", DataNode.Json(DataNode.Metadata), DataNode.Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(DataNode.Ct));
    }

    /// <summary>Imports so many values, each in a month of its own.</summary>
    public static async Task EnterAsync(HttpClient http, int count, string unit = DataNode.North, int first = 0, string value = "1") =>
        await ImportAsync(http, Enumerable.Range(first, count).Select(i => DataNode.Value(DataNode.Count, Month(i), unit, $"{value}{i}")));

    /// <summary>Imports values, all of which are sound.</summary>
    public static async Task ImportAsync(HttpClient http, IEnumerable<string> values)
    {
        var answer = await http.PostAsync("/api/dataValueSets", DataNode.Json(DataNode.Values([.. values])), DataNode.Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(DataNode.Ct));
    }

    /// <summary>A month of a number; 1,500 of them are past.</summary>
    public static string Month(int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{1900 + (number / 12)}{(number % 12) + 1:00}");

    /// <summary>Creates a DATA_SYNC job.</summary>
    public static async Task<string> CreateJobAsync(GrpcChannel channel, int pageSize)
    {
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(channel);
        var job = new JobConfiguration { Name = $"Sync {pageSize}", JobType = JobType.DataSync, CronExpression = SharedNode.NextCron(), DataSync = new() { PageSize = pageSize } };
        return (await jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: DataNode.Ct)).JobConfiguration.Id;
    }

    /// <summary>Runs a job to its end.</summary>
    public static async Task<JobRun> RunAsync(GrpcChannel channel, string job)
    {
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(channel);
        var runs = new SchedulingService.SchedulingServiceClient(channel);
        var run = (await jobs.ExecuteJobConfigurationAsync(new() { Uid = job }, cancellationToken: DataNode.Ct)).RunId;
        using var watch = runs.WatchJobRun(new() { RunId = run }, cancellationToken: DataNode.Ct);
        while (await watch.ResponseStream.MoveNext(DataNode.Ct).WaitAsync(TimeSpan.FromSeconds(60), DataNode.Ct))
        {
        }
        return (await runs.GetJobRunAsync(new() { RunId = run }, cancellationToken: DataNode.Ct)).Run;
    }

    /// <summary>The values of a document, each as a text.</summary>
    public static List<JsonElement> Values(PeerRequest request)
    {
        using var document = JsonDocument.Parse(request.Body);
        return [.. document.RootElement.GetProperty(request.Path.EndsWith("Sets", StringComparison.Ordinal) ? "dataValues" : "completeDataSetRegistrations")
            .EnumerateArray().Select(e => e.Clone())];
    }
}
