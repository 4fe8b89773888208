using System.Text;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2Grpc.Server.Settings;
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
}
