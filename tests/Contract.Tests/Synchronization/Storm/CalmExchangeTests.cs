using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>Two nodes that exchange what a country reports in a year, over a good line.</summary>
public sealed class CalmExchangeTests(ITestOutputHelper output)
{
    private const int PageSize = 10_000;

    [Fact]
    public async Task A_hundred_thousand_values_go_both_ways_with_corrections_deletions_conflicts_and_registrations()
    {
        await using var centralNode = await TestNode.StartAsync(settings: [.. Site.Settings]);
        // It lets pulls in without a login.
        await using var up = await StormyLine.StartAsync(centralNode.RestUrl, 0, Site.Login.ToString());
        await using var localNode = await TestNode.StartAsync(settings: [.. Site.Settings, $"Dhis2:Synchronization:AllowedServers:0={up.Url.GetLeftPart(UriPartial.Authority)}"]);
        using var central = Site.Of("central", centralNode);
        using var local = Site.Of("local", localNode);
        await central.PostAsync("/api/metadata", Country.Metadata());
        await local.PullAsync(up.Url, attempts: 1);
        await local.PostAsync("/api/metadata", Country.LocalMetadata);
        await local.ConnectAsync(up.Url);
        await central.ConnectAsync(localNode.RestUrl);
        await local.CreateJobAsync(PageSize);
        await central.CreateJobAsync(PageSize);
        var clerk = new Clerk(1) { Combos = await Country.CombosAsync(central) };
        Assert.Equal(2, clerk.Combos.Count);

        await clerk.FillAsync(local, "A", 600);
        await clerk.FillAsync(central, "B", 400);
        await clerk.EnterLocalAsync(local, "A", 100);
        await clerk.RegisterAsync(local, "A", 300);
        await clerk.RegisterAsync(central, "B", 300);
        await clerk.EnterAsync(local, "A", 1000, common: true);
        await clerk.EnterAsync(central, "B", 1000, common: true);
        Assert.Equal(JobRunState.Completed, (await local.SyncAsync()).State);
        Assert.Equal(JobRunState.Completed, (await central.SyncAsync()).State);

        // What the central node cannot take is an open conflict there until it can.
        Assert.Equal(100, (await local.ConflictsAsync()).Count);
        await central.PostAsync("/api/metadata", Country.LocalMetadata);
        await clerk.EnterAsync(central, "B", 3000, common: true);
        await clerk.EnterAsync(local, "A", 3000, common: true);
        await clerk.RegisterAsync(local, "A", 300);
        await clerk.RegisterAsync(central, "B", 300);

        output.WriteLine($"{clerk.Count} values settled in {await Exchange.SettleAsync(local, central)} rounds");
        await Exchange.CheckAsync(clerk, local, central);
    }
}
