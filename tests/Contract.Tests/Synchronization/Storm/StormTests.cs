using System.Globalization;
using Contract.Tests.Hosting;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>Nodes that exchange data over lines that cut, delay, truncate, repeat and refuse. <c>DHIS2_STORM_SEED</c> repeats a storm,
/// or raises others: numbers with commas between them.</summary>
public sealed class StormTests(ITestOutputHelper output)
{
    /// <summary>Seeds that were asked for.</summary>
    internal static IReadOnlyList<int> Given { get; } =
        [.. (Environment.GetEnvironmentVariable("DHIS2_STORM_SEED") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(s => int.Parse(s, CultureInfo.InvariantCulture))];

    public static TheoryData<int> Seeds => Given.Count > 0 ? [.. Given] : [1, 10];

    public static TheoryData<int> RingSeeds => Given.Count > 0 ? [.. Given] : [1];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Two_nodes_hold_the_same_when_the_storm_is_over(int seed)
    {
        await using var two = await Ring.StartAsync(seed, "A", "B");
        await WeatherAsync(two, seed, rounds: 5);
    }

    [Theory]
    [MemberData(nameof(RingSeeds))]
    public async Task Three_nodes_in_a_ring_hold_the_same_when_the_storm_is_over(int seed)
    {
        await using var three = await Ring.StartAsync(seed, "A", "B", "C");
        await WeatherAsync(three, seed, rounds: 3);
    }

    private async Task WeatherAsync(Ring ring, int seed, int rounds)
    {
        output.WriteLine($"seed {seed}");
        var dice = new Random(seed);
        var clerk = new Clerk(seed);
        try
        {
            await ring.PublishAsync(clerk);
            await clerk.EnterLocalAsync(ring.Sites[1], ring.Regions[1], 10);
            for (var round = 0; round < rounds; round++)
            {
                var pushes = new List<Task>();
                foreach (var (site, region) in ring.Sites.Zip(ring.Regions))
                {
                    await clerk.EnterAsync(site, region, 120, common: true);
                    await clerk.RegisterAsync(site, region, 10);
                    pushes.Add(dice.Next(3) > 0 ? site.SyncAsync() : site.PushAsync());
                }
                await clerk.EnterAsync(ring.Sites[dice.Next(ring.Sites.Count)], Country.Common, 20, common: true);
                await Task.WhenAll(pushes);
            }
            Assert.NotEmpty(await ring.Sites[1].ConflictsAsync());
            foreach (var site in ring.Sites)
                await site.PostAsync("/api/metadata", Country.LocalMetadata);
            await ring.CalmAsync();

            output.WriteLine($"{clerk.Count} values settled in {await Exchange.SettleAsync(ring.Sites)} rounds");
            await Exchange.CheckAsync(clerk, ring.Sites);
        }
        finally
        {
            output.WriteLine(ring.Story);
        }
    }
}
