using System.Globalization;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>Nodes that are killed while they send to each other or receive, over lines that do harm besides. <c>DHIS2_STORM_SEED</c>
/// repeats the kill points, as far as they do not hang on the machine; <c>DHIS2_STORM_KILLS</c> sets how many there are.</summary>
public sealed class KilledNodesTests(ITestOutputHelper output)
{
    public static TheoryData<int> Seeds => StormTests.Given is { Count: > 0 } given ? [.. given] : [1];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Two_nodes_hold_the_same_however_often_either_is_killed(int seed)
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("DHIS2_STORM_KILLS"), CultureInfo.InvariantCulture, out var given) ? given : 6;
        output.WriteLine($"seed {seed}, {kills} kills");
        var dice = new Random(seed);
        var clerk = new Clerk(seed);
        await using var central = await Station.StartAsync("central", (seed * 10) + 1);
        await using var local = await Station.StartAsync("local", (seed * 10) + 2, central.Line.Url);
        await central.Site.PostAsync("/api/metadata", Country.Metadata());
        await local.Site.PullAsync(central.Line.Url, attempts: 1);
        clerk.Combos = await Country.CombosAsync(local.Site);
        await local.Site.ConnectAsync(central.Line.Url);
        await central.Site.ConnectAsync(local.Line.Url);
        await local.Site.CreateJobAsync(50);
        await central.Site.CreateJobAsync(50);
        try
        {
            for (var kill = 1; kill <= kills; kill++)
            {
                if (kill % 2 == 0)
                {
                    local.Line.Rise();
                    central.Line.Rise();
                }
                await clerk.EnterAsync(local.Site, "A", 250, common: true);
                await clerk.EnterAsync(central.Site, "B", 250, common: true);
                await clerk.RegisterAsync(local.Site, "A", 10);
                await KillAsync(dice, clerk, central, local, kill);
                await central.Line.CalmAsync();
                await local.Line.CalmAsync();
            }

            output.WriteLine($"{clerk.Count} values settled in {await Exchange.SettleAsync(local.Site, central.Site)} rounds");
            await Exchange.CheckAsync(clerk, local.Site, central.Site);
        }
        finally
        {
            output.WriteLine($"to central: {central.Line.Story}\nto local: {local.Line.Story}");
        }
    }

    // Strikes a node while a body is on its way, from it or to it, and while somebody enters values there.
    private async Task KillAsync(Random dice, Clerk clerk, Station central, Station local, int kill)
    {
        var (sender, receiver) = dice.Next(2) == 0 ? (local, central) : (central, local);
        var victim = dice.Next(2) == 0 ? sender : receiver;
        var region = victim == local ? "A" : "B";
        var (post, moment, pause) = (dice.Next(1, 6), (Moment)dice.Next(3), TimeSpan.FromMilliseconds(dice.Next(30)));
        var story = $"{kill}: {victim.Site.Name}, {(victim == sender ? "sending" : "receiving")}, {moment} body {post}, {pause.TotalMilliseconds} ms later";
        var struck = false;
        receiver.Line.StrikeAt(post, moment, async () =>
        {
            struck = true;
            await Task.Delay(pause, TimeProvider.System);
            await victim.KillAsync();
        });
        var entering = victim.TryAsync(site => clerk.EnterAsync(site, region, 30, common: false));
        await Task.WhenAll(entering, sender.TryAsync(site => site.SyncAsync()));
        receiver.Line.NoStrike();
        if (!struck)
            await victim.KillAsync();
        output.WriteLine(struck ? story : $"{story}: it did not come to that, killed at rest");
        await victim.RestartAsync(kill % 3 == 0 ? [TimeSpan.FromMilliseconds(dice.Next(1500))] : []);
    }
}
